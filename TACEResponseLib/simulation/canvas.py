"""A CT image under construction: shapes are painted over each other, back to front."""

from dataclasses import dataclass, field

import numpy as np

from TACEResponseLib.simulation.frame import Box, Ellipsoid, Frame
from TACEResponseLib.simulation.smooth_field import Field

AIR_HU = -1000.0


@dataclass(slots=True, kw_only=True)
class Canvas(Frame):
    """The image so far, HU, (K, J, I)."""

    hu: Field = field(init=False)

    def __post_init__(self) -> None:
        """Fill with air."""
        Frame.__post_init__(self)
        self.hu = np.full(self.shape, AIR_HU, dtype=np.float32)

    def paint(self, box: Box, distance: Field, value: "Field | float") -> None:
        """Cover the inside of a shape with a value, HU."""
        self.blend(box, self.inside(distance), value)

    def blend(self, box: Box, share: Field, value: "Field | float") -> None:
        """Mix a value in, HU; `share` is 0..1 on the box."""
        part = self.hu[box]
        part += share * (np.float32(value) - part)

    def ellipsoid(self, shape: Ellipsoid, value: float) -> None:
        """Paint a uniform ellipsoid."""
        box = self.box(shape.center, shape.reach)
        self.paint(box, self.distance(shape, box), value)
