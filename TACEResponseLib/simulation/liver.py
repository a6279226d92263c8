"""The liver and the vessels in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.simulation.body import Build, Room, spine_y
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Box, Ellipsoid, Frame, Point
from TACEResponseLib.simulation.smooth_field import Field, smooth_field

HILUM: Point = (-26.0, -16.0, -8.0)
CAVA_TOP: Point = (-20.0, 2.0, 48.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Liver:
    """Where the liver lies, and its brightness."""

    box: Box
    distance: Field
    """To its surface, mm, negative inside, on the box."""
    hu: float
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One straight piece of a vessel."""

    start: Point
    end: Point
    radius_mm: float


def liver_shape(frame: Frame, build: Build, room: Room, rng: np.random.Generator) -> Liver:
    """A right and a left lobe, joined smoothly, under the diaphragm and inside the wall."""
    s = build.scale
    shift = rng.normal(0, 4, 3)
    right = Ellipsoid(
        center=(-72 * s + shift[0], -4 + shift[1], -4 + shift[2]),
        half_axes=(62 * s, 76 * s, 66 * s),
        turn_deg=float(rng.normal(-14, 4)),
    )
    left = Ellipsoid(
        center=(-6 * s + float(rng.normal(0, 8)), -46 * s, 20 + shift[2]),
        half_axes=(70 * s, float(rng.uniform(24, 32)) * s, float(rng.uniform(30, 40))),
        turn_deg=float(rng.normal(4, 4)),
    )
    box = frame.box((-25 * s, -4, 0), (112 * s, 100 * s, 90))
    bumps = smooth_field(rng, frame.box_shape(box), frame.spacing_kji, 28.0)
    lobes = _smooth_union(frame.distance(right, box), frame.distance(left, box), 14.0)
    bare = Ellipsoid(center=(-44 * s, spine_y(build) + 24, -50), half_axes=(34, 26, 72))
    lobes = np.maximum(lobes + 2.0 * bumps, -frame.distance(bare, box))
    distance = room.clip(frame, box, lobes)
    hu = float(np.clip(rng.normal(68.0, 5.0), 56, 80))
    return Liver(box=box, distance=distance, hu=hu, scale=s)


def _smooth_union(a: Field, b: Field, blend_mm: float) -> Field:
    """Distance to two shapes joined by a fillet."""
    share = np.clip(0.5 + (b - a) / np.float32(2 * blend_mm), 0, 1)
    return np.asarray(b + share * (a - b) - np.float32(blend_mm) * share * (1 - share))


def paint_liver(canvas: Canvas, liver: Liver, rng: np.random.Generator) -> None:
    """Parenchyma, faintly uneven."""
    uneven = smooth_field(rng, liver.distance.shape, canvas.spacing_kji, 14.0)
    canvas.paint(liver.box, liver.distance, np.float32(liver.hu) + 2.0 * uneven)


def paint_liver_vessels(
    canvas: Canvas, liver: Liver, artery_hu: float, rng: np.random.Generator
) -> None:
    """Hepatic veins not yet enhanced, portal branches a little, arteries fully."""
    portal_hu = liver.hu + float(rng.uniform(15, 50))
    for fan in (-1.0, -0.45, 0.1):
        end = (CAVA_TOP[0] + 75 * fan, CAVA_TOP[1] - 45 - 15 * fan, CAVA_TOP[2] - 45)
        veins = vessel_tree(rng, CAVA_TOP, end, 4.2, 2)
        paint_inside(canvas, liver, veins, liver.hu - 9)
    trunks = vessel_tree(rng, HILUM, (-66.0, -12.0, 0.0), 5.0, 4)
    trunks += vessel_tree(rng, HILUM, (-6.0, -48.0, 16.0), 4.0, 3)
    paint_inside(canvas, liver, trunks, portal_hu)
    paint_inside(canvas, liver, beside(trunks, 0.33), artery_hu)


def beside(trunks: Sequence[Branch], share: float) -> list[Branch]:
    """Arteries, which run along the portal branches and have a share of their radius."""
    return [
        Branch(start=_aside(b.start), end=_aside(b.end), radius_mm=share * b.radius_mm)
        for b in trunks
    ]


def _aside(point: Point) -> Point:
    """From the middle of a portal branch to that of its artery."""
    return point[0] + 3.0, point[1] - 4.0, point[2] + 1.0


def vessel_tree(
    rng: np.random.Generator, start: Point, end: Point, radius_mm: float, generations: int
) -> list[Branch]:
    """A vessel that forks; each fork turns aside, shorter and thinner than its parent."""
    p, q = np.asarray(start), np.asarray(end)
    bend = (p + q) / 2 + rng.normal(0, 0.07, 3) * float(np.linalg.norm(q - p))
    middle: Point = (float(bend[0]), float(bend[1]), float(bend[2]))
    branches = [
        Branch(start=start, end=middle, radius_mm=radius_mm),
        Branch(start=middle, end=end, radius_mm=0.92 * radius_mm),
    ]
    if generations == 0:
        return branches
    along = (q - p) * float(rng.uniform(0.6, 0.8))
    aside = np.cross(along, rng.normal(0, 1, 3))
    aside *= 0.7 * np.linalg.norm(along) / max(float(np.linalg.norm(aside)), 1e-6)
    for side in (-1, 1):
        tip = q + along + side * aside
        child: Point = (float(tip[0]), float(tip[1]), float(tip[2]))
        branches += vessel_tree(rng, end, child, 0.72 * radius_mm, generations - 1)
    return branches


def paint_inside(canvas: Canvas, liver: Liver, branches: Sequence[Branch], value: float) -> None:
    """Paint vessels no further than the liver reaches."""
    for box, share in vessel_shares(canvas, liver, branches):
        canvas.blend(box, share, value)


def vessel_shares(
    frame: Frame, liver: Liver, branches: Sequence[Branch]
) -> Iterator[tuple[Box, Field]]:
    """Box of each branch and the share of its voxels that is vessel inside the liver."""
    room = np.full(frame.shape, -1, dtype=np.float32)
    room[liver.box] = frame.inside(liver.distance + 3)
    for branch in branches:
        box, distance = frame.tube(branch.start, branch.end, branch.radius_mm)
        if distance.size:
            yield box, np.asarray(frame.inside(distance) * np.clip(room[box], 0, 1))
