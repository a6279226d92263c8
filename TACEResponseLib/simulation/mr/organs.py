"""What lies in the upper abdomen beside the liver, and the vessels, on MR."""

import numpy as np

from TACEResponseLib.simulation.body import Build, Room, spine_y
from TACEResponseLib.simulation.frame import Ellipsoid, Point, displaced
from TACEResponseLib.simulation.liver import CAVA_TOP, HILUM, Liver, vessel_shares, vessel_tree
from TACEResponseLib.simulation.mr import tissue
from TACEResponseLib.simulation.mr.tissue import ARTERIAL, MrCanvas, uneven
from TACEResponseLib.simulation.smooth_field import smooth_field

UNENHANCED = 45.0
"""Blood and parenchyma on T1 before contrast."""
BOWEL_LOOPS = 10


def timed(material: tuple[float, ...], timing: float) -> tuple[float, ...]:
    """A tissue whose arterial enhancement is early or late."""
    values = list(material)
    values[ARTERIAL] = UNENHANCED + timing * (values[ARTERIAL] - UNENHANCED)
    return tuple(values)


def paint_organs(
    canvas: MrCanvas, build: Build, room: Room, timing: float, rng: np.random.Generator
) -> None:
    """Heart, bowel, stomach, pancreas and spleen, which lie behind the liver."""
    s = build.scale
    heart = Ellipsoid(
        center=displaced(rng, (22, -44 * s, build.dome_left + 20), 3),
        half_axes=(52, 36, 28),
        turn_deg=14,
    )
    box = canvas.box(heart.center, heart.reach)
    within = room.cavity[:, box[1], box[2]] + 3
    canvas.paint(box, np.maximum(canvas.distance(heart, box), within), tissue.HEART)
    _paint_bowel(canvas, build, room, rng)
    half = (float(rng.uniform(34, 46)) * s, float(rng.uniform(28, 36)) * s, 46.0)
    stomach = Ellipsoid(
        center=displaced(rng, (52 * s, -30 * s, 14), 6),
        half_axes=half,
        turn_deg=float(rng.normal(-20, 6)),
    )
    _paint_hollow(canvas, stomach, room, 4.0, rng)
    course: tuple[Point, ...] = (
        (-28 * s, -18, -40),
        (-14 * s, -30, -28),
        (12 * s, -36, -20),
        (40 * s, -20, -10),
        (68 * s, 4, -2),
    )
    _paint_tubes(canvas, 10.0, course, timed(tissue.PANCREAS, timing))
    spleen = Ellipsoid(
        center=displaced(rng, (94 * s, 24, 14), 4), half_axes=(24 * s, 46 * s, 44 * s), turn_deg=-24
    )
    box = canvas.box(spleen.center, spleen.reach)
    distance = room.clip(canvas, box, canvas.distance(spleen, box))
    grain = np.float32(0.05) * smooth_field(rng, distance.shape, canvas.spacing_kji, 11.0)
    canvas.paint(box, distance, uneven(timed(tissue.SPLEEN, timing), grain))


def _paint_bowel(canvas: MrCanvas, build: Build, room: Room, rng: np.random.Generator) -> None:
    """Loops below stomach and liver."""
    for _ in range(BOWEL_LOOPS):
        x, y = float(rng.uniform(-60, 90)) * build.scale, float(rng.uniform(-70, -14)) * build.scale
        half = rng.uniform(11, 20, 3)
        loop = Ellipsoid(
            center=(x, y, float(rng.uniform(-66, -34))),
            half_axes=(float(half[0]), float(half[1]), float(half[2])),
            turn_deg=float(rng.uniform(0, 180)),
        )
        _paint_hollow(canvas, loop, room, 2.5, rng)


def _paint_hollow(
    canvas: MrCanvas, shape: Ellipsoid, room: Room, wall_mm: float, rng: np.random.Generator
) -> None:
    """A wall around fluid or gas."""
    box = canvas.box(shape.center, shape.reach)
    content = tissue.WATER if rng.random() < 0.6 else tissue.AIR
    if 0 in canvas.box_shape(box):
        return
    grain = smooth_field(rng, canvas.box_shape(box), canvas.spacing_kji, 9.0)
    distance = room.clip(canvas, box, canvas.distance(shape, box) + 1.6 * grain)
    canvas.paint(box, distance, tissue.WALL)
    canvas.paint(box, distance + wall_mm, uneven(content, np.float32(0.12) * grain))


def paint_kidneys(canvas: MrCanvas, build: Build, timing: float, rng: np.random.Generator) -> None:
    """Cortex before medulla in the arterial phase."""
    for side, height in ((-1, -62.0), (1, -40.0)):
        center = displaced(rng, (side * 57 * build.scale, spine_y(build) + 14, height), 3)
        outer = Ellipsoid(center=center, half_axes=(29, 25, 52), turn_deg=side * 35)
        box = canvas.box(outer.center, [r + 3 for r in outer.reach])
        distance = canvas.distance(outer, box)
        pyramids = smooth_field(rng, distance.shape, canvas.spacing_kji, 6.0)
        canvas.paint(box, distance - 3, tissue.FAT)
        canvas.paint(box, distance, timed(tissue.CORTEX, timing))
        canvas.paint(box, distance + 7.5 + 2.5 * pyramids, timed(tissue.MEDULLA, timing))
        hilum = (center[0] - side * 12, center[1] - 7, center[2])
        canvas.ellipsoid(Ellipsoid(center=hilum, half_axes=(13, 9, 24)), tissue.FAT)


def paint_gallbladder(canvas: MrCanvas, build: Build, rng: np.random.Generator) -> None:
    """Bile under the liver."""
    center = displaced(rng, (-44 * build.scale, -46 * build.scale, -36), 5)
    turn = float(rng.normal(30, 8))
    canvas.ellipsoid(Ellipsoid(center=center, half_axes=(14, 21, 20), turn_deg=turn), tissue.WALL)
    canvas.ellipsoid(Ellipsoid(center=center, half_axes=(12, 19, 18), turn_deg=turn), tissue.WATER)


def paint_spine(canvas: MrCanvas, build: Build, rng: np.random.Generator) -> None:
    """Muscles of the back, vertebrae with discs, spinal canal."""
    y = spine_y(build)
    for side in (-1, 1):
        back = Ellipsoid(center=(34.0 * side, y + 40, 0), half_axes=(29, 18, 900))
        canvas.ellipsoid(back, tissue.MUSCLE)
        psoas = Ellipsoid(center=(30.0 * side, y + 6, -75), half_axes=(15, 17, 60))
        canvas.ellipsoid(psoas, tissue.MUSCLE)
    vertebra = Ellipsoid(center=(0, y, 0), half_axes=(20.5, 16.5, 900))
    box = canvas.box(vertebra.center, vertebra.reach)
    distance = canvas.distance(vertebra, box)
    height = np.mod(canvas.z + np.float32(rng.uniform(0, 36)), 36) - 18
    canvas.paint(box, distance, tissue.BONE)
    canvas.paint(box, distance + 2, tissue.MARROW)
    canvas.paint(box, np.maximum(distance + 1, 14 - np.abs(height)), tissue.DISC)
    arch = Ellipsoid(center=(0, y + 30, 0), half_axes=(16, 13, 900))
    canvas.ellipsoid(arch, tissue.BONE)
    canal = Ellipsoid(center=(0, y + 25, 0), half_axes=(10.5, 8.5, 900))
    canvas.ellipsoid(canal, tissue.WATER)
    cord = Ellipsoid(center=(0, y + 25, 0), half_axes=(5, 4, 900))
    canvas.ellipsoid(cord, tissue.MUSCLE)


def paint_great_vessels(
    canvas: MrCanvas, build: Build, artery: tuple[float, ...], rng: np.random.Generator
) -> None:
    """Aorta, vena cava and the trunk of the portal vein."""
    y = spine_y(build)
    aorta = (8 + float(rng.normal(0, 2)), y - 28, 0.0)
    cava = Ellipsoid(center=(-21, y - 22, 0), half_axes=(13, 10, 900), turn_deg=-15)
    canvas.ellipsoid(cava, tissue.CAVA)
    canvas.ellipsoid(Ellipsoid(center=aorta, half_axes=(11, 11, 900)), artery)
    celiac: Point = (aorta[0], aorta[1] - 22, -2.0)
    _paint_tubes(canvas, 2.6, (aorta, celiac, (-8, y - 48, 2), (-24, -18, -6)), artery)
    _paint_tubes(canvas, 2.6, (celiac, (28, y - 44, 4), (74, y - 14, 8)), artery)
    _paint_tubes(
        canvas, 6.5, ((-4, y - 42, -40), (-12, y - 40, -22), (-28, -16, -8)), tissue.PORTAL_VEIN
    )


def paint_liver_vessels(
    canvas: MrCanvas, shape: Liver, artery: tuple[float, ...], rng: np.random.Generator
) -> None:
    """Hepatic veins and portal branches, which take up contrast one after the other."""
    for fan in (-1.0, -0.45, 0.1):
        end = (CAVA_TOP[0] + 75 * fan, CAVA_TOP[1] - 45 - 15 * fan, CAVA_TOP[2] - 45)
        for box, share in vessel_shares(canvas, shape, vessel_tree(rng, CAVA_TOP, end, 4.2, 2)):
            canvas.blend(box, share, tissue.HEPATIC_VEIN)
    trunks = vessel_tree(rng, HILUM, (-66.0, -12.0, 0.0), 5.0, 3)
    trunks += vessel_tree(rng, HILUM, (-6.0, -48.0, 16.0), 4.0, 3)
    for box, share in vessel_shares(canvas, shape, trunks):
        canvas.blend(box, share, tissue.PORTAL_VEIN)
    for box, share in vessel_shares(canvas, shape, vessel_tree(rng, HILUM, (-60, -20, -4), 1.6, 2)):
        canvas.blend(box, share, artery)


def _paint_tubes(
    canvas: MrCanvas, radius_mm: float, points: tuple[Point, ...], material: tuple[float, ...]
) -> None:
    """Tubes along a polygon."""
    for box, distance in canvas.tubes(points, radius_mm):
        canvas.paint(box, distance, material)
