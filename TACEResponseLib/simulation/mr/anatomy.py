"""A patient's upper abdomen on MR without the tumor, painted back to front on all sequences."""

from dataclasses import dataclass

import numpy as np

from TACEResponseLib.simulation import body, liver
from TACEResponseLib.simulation.mr import organs as mr_organs
from TACEResponseLib.simulation.mr import tissue
from TACEResponseLib.simulation.mr.tissue import MrCanvas, uneven
from TACEResponseLib.simulation.settings import GridSettings
from TACEResponseLib.simulation.smooth_field import Field, smooth_field

LIVER_SD = 0.05
"""By which livers differ, as a share of their signal, each sequence for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MrAnatomy(body.Trunk):
    """The images without a tumor, and what is needed to place one."""

    canvas: MrCanvas
    liver: liver.Liver
    liver_signal: tuple[float, ...]
    """Of this patient, by sequence."""


def paint_mr_anatomy(grid: GridSettings, timing: float, rng: np.random.Generator) -> MrAnatomy:
    """Draw a patient and paint everything but the tumor.

    Args:
        grid: voxels of every sequence.
        timing: factor on arterial enhancement.
        rng: the anatomy's own stream; latents and response have no part in it.
    """
    canvas = MrCanvas(grid=grid)
    trunk = body.draw_trunk(canvas, rng)
    build, depth, room = trunk.build, trunk.depth, trunk.room
    _paint_trunk(canvas, build, depth, rng)
    _paint_lungs(canvas, room)
    shape = liver.liver_shape(canvas, build, room, rng)
    artery = mr_organs.timed(tissue.ARTERY, timing)
    mr_organs.paint_organs(canvas, build, room, timing, rng)
    factor = 1 + rng.normal(0, LIVER_SD, len(tissue.MR_SEQUENCES))
    signal = tuple(float(s * f) for s, f in zip(tissue.LIVER, factor, strict=True))
    grain = smooth_field(rng, shape.distance.shape, canvas.spacing_kji, 14.0)
    canvas.paint(shape.box, shape.distance, uneven(signal, np.float32(0.03) * grain))
    mr_organs.paint_kidneys(canvas, build, timing, rng)
    mr_organs.paint_gallbladder(canvas, build, rng)
    mr_organs.paint_spine(canvas, build, rng)
    mr_organs.paint_great_vessels(canvas, build, artery, rng)
    mr_organs.paint_liver_vessels(canvas, shape, artery, rng)
    return MrAnatomy(
        canvas=canvas, build=build, liver=shape, liver_signal=signal, depth=depth, room=room
    )


def _paint_trunk(
    canvas: MrCanvas, build: body.Build, depth: Field, rng: np.random.Generator
) -> None:
    """Skin, fat under it, the muscular wall, and the fat between the organs."""
    plane, spacing = depth.shape[1:], canvas.spacing_kji[1:]
    streaks = np.float32(0.06) * smooth_field(rng, plane, spacing, 6.0)[None]
    wall = np.float32(build.fat) + 1.5 * smooth_field(rng, plane, spacing, 18.0)
    whole = (slice(None), slice(None), slice(None))
    layers = (
        (0.0, tissue.SKIN),
        (body.SKIN_MM, tissue.FAT),
        (wall, tissue.MUSCLE),
        (wall + body.WALL_MM, tissue.FAT),
    )
    for edge, material in layers:
        canvas.paint(whole, np.asarray(edge - depth), uneven(material, streaks))


def _paint_lungs(canvas: MrCanvas, room: body.Room) -> None:
    """Dark lung above the diaphragm."""
    lowest = int(np.searchsorted(canvas.z.ravel(), float(room.dome.min())))
    box = (slice(lowest, None), slice(None), slice(None))
    above = room.dome - canvas.z[box[0]]
    canvas.paint(box, np.maximum(above - 2, room.cavity), tissue.MUSCLE)
    canvas.paint(box, np.maximum(above, room.cavity + 1), tissue.LUNG)
