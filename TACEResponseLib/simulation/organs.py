"""What lies in the upper abdomen beside the liver, in the arterial phase."""

from itertools import pairwise

import numpy as np

from TACEResponseLib.simulation.body import Build, Room, spine_y
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Ellipsoid, Point, displaced
from TACEResponseLib.simulation.smooth_field import smooth_field

SOFT_HU, GAS_HU = 55.0, -960.0


def paint_spleen(
    canvas: Canvas, build: Build, room: Room, timing: float, rng: np.random.Generator
) -> None:
    """Enhances in bands in the arterial phase."""
    s = build.scale
    center = displaced(rng, (94 * s, 24, 14), 4)
    spleen = Ellipsoid(center=center, half_axes=(24 * s, 46 * s, 44 * s), turn_deg=-24)
    box = canvas.box(spleen.center, spleen.reach)
    distance = room.clip(canvas, box, canvas.distance(spleen, box))
    warp = smooth_field(rng, distance.shape, canvas.spacing_kji, 11.0)
    bands = np.sin(2.2 * warp + 0.25 * distance)
    canvas.paint(box, distance, 60 + timing * (52 + 24 * bands))


def paint_kidneys(canvas: Canvas, build: Build, timing: float, rng: np.random.Generator) -> None:
    """Bright cortex, grey medulla, fat in the sinus."""
    for side, height in ((-1, -62.0), (1, -40.0)):
        y = spine_y(build) + 14
        center = displaced(rng, (side * 57 * build.scale, y, height), 3)
        outer = Ellipsoid(center=center, half_axes=(29, 25, 52), turn_deg=side * 35)
        box = canvas.box(outer.center, [r + 3 for r in outer.reach])
        distance = canvas.distance(outer, box)
        canvas.paint(box, distance - 3, -95.0)
        pyramids = smooth_field(rng, distance.shape, canvas.spacing_kji, 6.0)
        medulla = canvas.inside(distance + 7.5 + 2.5 * pyramids)
        canvas.paint(box, distance, 40 + timing * (140 - 85 * medulla))
        hilum = (center[0] - side * 12, center[1] - 7, center[2])
        canvas.ellipsoid(Ellipsoid(center=hilum, half_axes=(13, 9, 24)), -70.0)


def paint_stomach(
    canvas: Canvas, build: Build, room: Room, timing: float, rng: np.random.Generator
) -> None:
    """Wall, fluid, and gas that rises to the front."""
    s = build.scale
    center = displaced(rng, (52 * s, -30 * s, 14), 6)
    half = (float(rng.uniform(34, 46)) * s, float(rng.uniform(28, 36)) * s, 46.0)
    stomach = Ellipsoid(center=center, half_axes=half, turn_deg=float(rng.normal(-20, 6)))
    box = canvas.box(stomach.center, stomach.reach)
    folds = smooth_field(rng, canvas.hu[box].shape, canvas.spacing_kji, 12.0)
    distance = room.clip(canvas, box, canvas.distance(stomach, box) + 2.0 * folds)
    level = canvas.y[:, box[1]] - np.float32(center[1] - half[1] * float(rng.uniform(0.1, 0.6)))
    content = np.where(level < 0, np.float32(GAS_HU), 28 + 14 * folds)
    canvas.paint(box, distance, 50 + 35 * timing)
    canvas.paint(box, distance + 4, content)


def paint_heart(
    canvas: Canvas, build: Build, room: Room, timing: float, rng: np.random.Generator
) -> None:
    """Its lower wall, on the left dome."""
    x, y, z = displaced(rng, (22, -44 * build.scale, build.dome_left + 20), 3)
    muscle = Ellipsoid(center=(x, y, z), half_axes=(54, 38, 30), turn_deg=14)
    blood = Ellipsoid(center=(x + 8, y, z), half_axes=(36, 24, 20), turn_deg=14)
    for part, value in ((muscle, 40 + 60 * timing), (blood, 40 + 180 * timing)):
        box = canvas.box(part.center, part.reach)
        within = room.cavity[:, box[1], box[2]] + 3
        canvas.paint(box, np.maximum(canvas.distance(part, box), within), value)


def paint_gallbladder(canvas: Canvas, build: Build, rng: np.random.Generator) -> None:
    """Bile under the liver."""
    center = displaced(rng, (-44 * build.scale, -46 * build.scale, -36), 5)
    outer = Ellipsoid(center=center, half_axes=(14, 21, 20), turn_deg=float(rng.normal(30, 8)))
    box = canvas.box(outer.center, outer.reach)
    distance = canvas.distance(outer, box)
    canvas.paint(box, distance, 62.0)
    canvas.paint(box, distance + 2, 9.0)


def paint_pancreas(canvas: Canvas, build: Build, timing: float, rng: np.random.Generator) -> None:
    """Lobulated, from the head beside the duodenum to the tail at the spleen."""
    s = build.scale
    course: tuple[Point, ...] = (
        (-28 * s, -18, -40),
        (-14 * s, -30, -28),
        (12 * s, -36, -20),
        (40 * s, -20, -10),
        (68 * s, 4, -2),
    )
    for radius, (start, end) in zip((12, 10, 9, 9), pairwise(course), strict=True):
        box, distance = canvas.tube(displaced(rng, start, 1.5), displaced(rng, end, 1.5), radius)
        if distance.size:
            lobes = smooth_field(rng, distance.shape, canvas.spacing_kji, 4.0)
            canvas.paint(box, distance + 1.8 * lobes, 45 + timing * 62 + 6 * lobes)


def paint_bowel(
    canvas: Canvas, build: Build, room: Room, timing: float, rng: np.random.Generator
) -> None:
    """Loops of bowel below the stomach and the colon at both flexures."""
    s = build.scale
    centers: list[Point] = [
        (-34 * s, -8, -38),
        (-62 * s, -62 * s, -56),
        (84 * s, -38, -34),
        (92 * s, 0, -46),
    ]
    centers += [
        (
            float(rng.uniform(-20, 90)) * s,
            float(rng.uniform(-70, -14)) * s,
            float(rng.uniform(-66, -26)),
        )
        for _ in range(13)
    ]
    for center in centers:
        half = rng.uniform(11, 20, 3)
        loop = Ellipsoid(
            center=center,
            half_axes=(float(half[0]), float(half[1]), float(half[2])),
            turn_deg=float(rng.uniform(0, 180)),
        )
        content = float(rng.uniform(10, 60))
        gas_level = float(rng.uniform(-14, 14)) if rng.random() < 0.35 else -99.0
        _paint_loop(canvas, loop, room, (content, gas_level, timing), rng)


def _paint_loop(
    canvas: Canvas,
    loop: Ellipsoid,
    room: Room,
    filling: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    """One loop: enhancing wall, mixed content, gas above a level."""
    content, gas_level, timing = filling
    box = canvas.box(loop.center, loop.reach)
    shape = canvas.hu[box].shape
    if 0 in shape:
        return
    grain = smooth_field(rng, shape, canvas.spacing_kji, 7.0)
    distance = canvas.distance(loop, box) + 1.6 * grain
    distance = room.clip(canvas, box, distance)
    level = canvas.y[:, box[1]] - np.float32(loop.center[1] + gas_level)
    canvas.paint(box, distance, SOFT_HU + 35 * timing)
    canvas.paint(box, distance + 2.5, np.where(level < 0, np.float32(GAS_HU), content + 9 * grain))


def paint_great_vessels(
    canvas: Canvas, build: Build, artery_hu: float, cava_hu: float, rng: np.random.Generator
) -> None:
    """Aorta with its branches, vena cava, portal trunk, crura of the diaphragm."""
    y = spine_y(build)
    aorta: Point = (8 + float(rng.normal(0, 2)), y - 28, 0)
    for side, x in ((-1, -8.0), (1, 23.0)):
        crus = Ellipsoid(center=(x, y - 22, 22), half_axes=(5, 15, 50), turn_deg=side * 20)
        canvas.ellipsoid(crus, 60.0)
    cava = Ellipsoid(center=(-21, y - 22, 0), half_axes=(13, 10, 900), turn_deg=-15)
    canvas.ellipsoid(cava, cava_hu)
    canvas.ellipsoid(Ellipsoid(center=aorta, half_axes=(11, 11, 900)), artery_hu)
    celiac = (aorta[0], aorta[1] - 22, -2.0)
    courses = (
        (2.8, ((aorta[0], aorta[1], -6.0), celiac)),
        (2.4, (celiac, (-8, y - 48, 2), (-24, -18, -6))),
        (2.4, (celiac, (28, y - 44, 4), (48, y - 30, 0), (74, y - 14, 8), (88, 16, 12))),
        (3.4, ((aorta[0], aorta[1] - 8, -16.0), (aorta[0] - 2, aorta[1] - 20, -30.0))),
        (3.2, ((aorta[0] - 2, aorta[1] - 20, -30.0), (aorta[0] - 2, aorta[1] - 22, -80.0))),
    )
    _paint_courses(canvas, ((6.5, ((-4, y - 42, -40), (-12, y - 40, -22), (-28, -16, -8))),), 120.0)
    _paint_courses(canvas, courses, artery_hu)


def _paint_courses(
    canvas: Canvas, courses: "tuple[tuple[float, tuple[Point, ...]], ...]", value: float
) -> None:
    """Tubes along polygons."""
    for radius, points in courses:
        for box, distance in canvas.tubes(points, radius):
            canvas.paint(box, distance, value)
