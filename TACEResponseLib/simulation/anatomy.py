"""A patient's upper abdomen without the tumor, painted back to front."""

from dataclasses import dataclass

import numpy as np

from TACEResponseLib.simulation import body, liver, organs
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.settings import GridSettings

AORTA_GAIN_HU = 270.0
"""Of the aorta over blood, arterial phase, before the timing of the scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy(body.Trunk):
    """The image without a tumor, and what is needed to place one."""

    canvas: Canvas
    liver: liver.Liver


def paint_anatomy(grid: GridSettings, timing: float, rng: np.random.Generator) -> Anatomy:
    """Draw a patient and paint everything but the tumor.

    Args:
        grid: voxels of the image.
        timing: factor on arterial enhancement.
        rng: the anatomy's own stream; latents and response have no part in it.
    """
    canvas = Canvas(grid=grid)
    trunk = body.draw_trunk(canvas, rng)
    build, depth, room = trunk.build, trunk.depth, trunk.room
    body.paint_table(canvas, build)
    body.paint_trunk(canvas, build, depth, rng)
    body.paint_lungs(canvas, room, rng)
    artery_hu = 45 + timing * AORTA_GAIN_HU
    shape = liver.liver_shape(canvas, build, room, rng)
    organs.paint_heart(canvas, build, room, timing, rng)
    organs.paint_bowel(canvas, build, room, timing, rng)
    organs.paint_stomach(canvas, build, room, timing, rng)
    organs.paint_pancreas(canvas, build, timing, rng)
    organs.paint_spleen(canvas, build, room, timing, rng)
    liver.paint_liver(canvas, shape, rng)
    organs.paint_kidneys(canvas, build, timing, rng)
    organs.paint_gallbladder(canvas, build, rng)
    body.paint_spine(canvas, build, rng)
    body.paint_ribs(canvas, build, depth)
    cava_hu = float(rng.uniform(80, 130))
    organs.paint_great_vessels(canvas, build, artery_hu, cava_hu, rng)
    liver.paint_liver_vessels(canvas, shape, artery_hu - 60, rng)
    return Anatomy(canvas=canvas, build=build, liver=shape, depth=depth, room=room)
