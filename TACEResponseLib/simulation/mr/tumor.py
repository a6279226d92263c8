"""The tumor on MR: every sequence shows its own sides of the same lesion."""

import numpy as np

from TACEResponseLib.simulation.law import MrTumorLook
from TACEResponseLib.simulation.mr import tissue
from TACEResponseLib.simulation.mr.anatomy import MrAnatomy
from TACEResponseLib.simulation.mr.tissue import ARTERIAL, DELAYED, ECHO, PORTAL, T2
from TACEResponseLib.simulation.smooth_field import Field
from TACEResponseLib.simulation.tumor import TumorParts, liver_cover

PORTAL_SHARE_OF_WASHOUT, PORTAL_SHARE_OF_RIM, ARTERIAL_SHARE_OF_RIM = 0.55, 0.7, 0.25
TEXTURE_SHARE = {T2: 0.7, ARTERIAL: 1.0, PORTAL: 0.5, DELAYED: 0.5, ECHO: 0.2}
"""Of the arterial phase's texture; the same pattern shows on all."""
ECHO_CONTRAST, ECHO_CONTRAST_SD = -18.0, 8.0
"""Tumor over liver on the dual echo; says nothing of the response."""


def draw_echo_contrast(rng: np.random.Generator) -> float:
    """Of this patient's lesions."""
    return ECHO_CONTRAST + ECHO_CONTRAST_SD * float(rng.standard_normal())


def paint_mr_tumor(
    anatomy: MrAnatomy,
    parts: TumorParts,
    look: MrTumorLook,
    *,
    timing: float,
    echo_contrast: float,
) -> None:
    """Paint one lesion over the liver.

    Args:
        anatomy: painted in place.
        parts: of the lesion.
        look: what the latents ask for.
        timing: factor on arterial enhancement.
        echo_contrast: of `draw_echo_contrast`.
    """
    canvas = anatomy.canvas
    canvas.blend(parts.box, liver_cover(canvas, anatomy.liver, parts), anatomy.liver_signal)
    living = np.stack(
        [
            anatomy.liver_signal[sequence]
            + contrast
            + look.texture * TEXTURE_SHARE[sequence] * parts.texture * (1 - parts.rim)
            for sequence, contrast in _contrasts(look, parts.rim, timing, echo_contrast).items()
        ]
    )
    dead = np.asarray(tissue.NECROSIS, dtype=np.float32)[:, None, None, None]
    value = living + parts.dead * (dead - living)
    canvas.paint(parts.box, parts.distance, np.asarray(value, dtype=np.float32))


def _contrasts(
    look: MrTumorLook, rim: Field, timing: float, echo_contrast: float
) -> dict[int, Field]:
    """Living part and rim over liver, in the order of the sequences."""
    capsule = look.rim * rim
    return {
        T2: look.t2_signal + 0 * rim,
        ARTERIAL: timing * (look.enhancement + ARTERIAL_SHARE_OF_RIM * capsule),
        PORTAL: PORTAL_SHARE_OF_RIM * capsule - PORTAL_SHARE_OF_WASHOUT * look.washout,
        DELAYED: capsule - look.washout,
        ECHO: echo_contrast + 0 * rim,
    }
