"""How bright each tissue is on each MR sequence, and the picture that tissues are painted on.

Signals are chosen after what such images look like: fat-saturated T2 and dynamic T1, and the
opposed-phase echo of a dual-echo T1 without fat saturation.
"""

from dataclasses import dataclass, field

import numpy as np

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.simulation.frame import Box, Ellipsoid, Frame
from TACEResponseLib.simulation.smooth_field import Field

MR_SEQUENCES = (
    ImageSequence.MR_T2,
    ImageSequence.MR_ARTERIAL,
    ImageSequence.MR_PORTAL_VENOUS,
    ImageSequence.MR_DELAYED,
    ImageSequence.MR_DUAL_ECHO,
)
T2, ARTERIAL, PORTAL, DELAYED, ECHO = range(len(MR_SEQUENCES))

AIR = (0.0, 0.0, 0.0, 0.0, 0.0)
LUNG = (7.0, 9.0, 10.0, 10.0, 8.0)
SKIN = (45.0, 60.0, 70.0, 70.0, 90.0)
FAT = (38.0, 30.0, 32.0, 32.0, 165.0)
MUSCLE = (40.0, 62.0, 75.0, 78.0, 82.0)
LIVER = (70.0, 95.0, 150.0, 132.0, 118.0)
SPLEEN = (120.0, 165.0, 158.0, 132.0, 84.0)
CORTEX = (125.0, 225.0, 200.0, 172.0, 92.0)
MEDULLA = (165.0, 125.0, 190.0, 178.0, 74.0)
PANCREAS = (80.0, 150.0, 140.0, 120.0, 110.0)
ARTERY = (14.0, 285.0, 190.0, 150.0, 62.0)
CAVA = (26.0, 120.0, 190.0, 155.0, 62.0)
PORTAL_VEIN = (26.0, 130.0, 215.0, 160.0, 60.0)
HEPATIC_VEIN = (28.0, 82.0, 200.0, 155.0, 64.0)
HEART = (60.0, 140.0, 150.0, 130.0, 78.0)
WATER = (300.0, 36.0, 38.0, 42.0, 48.0)
WALL = (70.0, 120.0, 135.0, 125.0, 88.0)
MARROW = (48.0, 70.0, 88.0, 88.0, 96.0)
DISC = (70.0, 42.0, 48.0, 55.0, 60.0)
BONE = (9.0, 12.0, 12.0, 12.0, 12.0)
NECROSIS = (150.0, 52.0, 56.0, 60.0, 74.0)


@dataclass(slots=True, kw_only=True)
class MrCanvas(Frame):
    """All sequences of a patient at once: shapes are painted over each other, back to front."""

    signal: Field = field(init=False)
    """(S, K, J, I), in the order of `MR_SEQUENCES`."""

    def __post_init__(self) -> None:
        """Fill with air."""
        Frame.__post_init__(self)
        self.signal = np.zeros((len(MR_SEQUENCES), *self.shape), dtype=np.float32)

    def paint(self, box: Box, distance: Field, tissue: "tuple[float, ...] | Field") -> None:
        """Cover the inside of a shape with a tissue: (S,) or (S, ...) values on the box."""
        self.blend(box, self.inside(distance), tissue)

    def blend(self, box: Box, share: Field, tissue: "tuple[float, ...] | Field") -> None:
        """Mix a tissue in; `share` is 0..1 on the box."""
        part = self.signal[(slice(None), *box)]
        part += share * (_spread(tissue) - part)

    def ellipsoid(self, shape: Ellipsoid, tissue: "tuple[float, ...] | Field") -> None:
        """Paint a uniform ellipsoid."""
        box = self.box(shape.center, shape.reach)
        self.paint(box, self.distance(shape, box), tissue)


def uneven(tissue: tuple[float, ...], variation: Field) -> Field:
    """A tissue whose signal varies alike on all sequences, by `variation` as a share of it."""
    return np.asarray(_spread(tissue) * (1 + variation))


def _spread(tissue: "tuple[float, ...] | Field") -> Field:
    """A tissue as (S, 1, 1, 1), or as it is."""
    values = np.asarray(tissue, dtype=np.float32)
    return values[:, None, None, None] if values.ndim == 1 else values
