"""The trunk around the organs: skin, fat, muscle, ribs, lungs, spine, table."""

from dataclasses import dataclass

import numpy as np

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Box, Ellipsoid, Frame
from TACEResponseLib.simulation.smooth_field import Field, smooth_field

FAT_HU, MUSCLE_HU, LUNG_HU = -102.0, 58.0, -850.0
SKIN_MM, WALL_MM = 2.0, 12.0
RIB_SPACING_MM, RIB_DESCENT = 27.0, 0.38
DOME_STEEPNESS = 0.75
"""Distance to the diaphragm per mm of height, about: it falls away obliquely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Size of a patient's trunk, mm."""

    half_width: float
    half_depth: float
    fat: float
    """Under the skin."""
    scale: float
    """Of the organs, about 1."""
    dome_right: float
    """Height of the diaphragm above the middle of the image."""
    dome_left: float
    rib_height: float
    """Where the first rib meets the spine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where the organs of the abdomen may lie."""

    cavity: Field
    """Distance to the inside of the wall, mm, negative inside, (1, J, I)."""
    dome: Field
    """Height of the diaphragm, mm, (1, J, I)."""

    def clip(self, frame: Frame, box: Box, distance: Field) -> Field:
        """Distance to the part of a shape that lies inside the wall, under the diaphragm."""
        k, j, i = box
        under = np.float32(DOME_STEEPNESS) * (frame.z[k] - self.dome[:, j, i] + 2)
        return np.maximum(np.maximum(distance, self.cavity[:, j, i] + 2.5), under)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A patient before any organ."""

    build: Build
    depth: Field
    """Under the skin, mm, (1, J, I)."""
    room: Room


def draw_trunk(frame: Frame, rng: np.random.Generator) -> Trunk:
    """A patient who fits the field of view, and the room that the wall and diaphragm leave."""
    build = draw_build(rng)
    depth = skin_depth(frame, build)
    return Trunk(build=build, depth=depth, room=room_of(frame, build, depth))


def draw_build(rng: np.random.Generator) -> Build:
    """A patient who fits the field of view."""
    scale = float(np.clip(rng.normal(1.0, 0.04), 0.92, 1.08))
    right = float(rng.normal(58.0, 5.0))
    return Build(
        half_width=147.0 * scale * float(rng.uniform(0.96, 1.0)),
        half_depth=101.0 * scale * float(rng.uniform(0.94, 1.0)),
        fat=float(rng.uniform(6.0, 20.0)),
        scale=scale,
        dome_right=right,
        dome_left=right - float(rng.uniform(4.0, 14.0)),
        rib_height=float(rng.uniform(0.0, RIB_SPACING_MM)),
    )


def skin_depth(frame: Frame, build: Build) -> Field:
    """Depth under the skin along the ray from the middle, mm, (1, J, I); negative outside.

    The trunk is a rounded box, flatter at the back, and the same in all slices.
    """
    u = np.abs(frame.x) / np.float32(build.half_width)
    front, back = np.float32(build.half_depth), np.float32(0.93 * build.half_depth)
    v = np.abs(frame.y) / np.where(frame.y > 0, back, front)
    rho = (u**2.4 + v**2.4) ** (1 / 2.4) + np.float32(1e-3)
    return np.asarray(np.hypot(frame.x, frame.y) * (1 / rho - 1), dtype=np.float32)


def paint_trunk(canvas: Canvas, build: Build, depth: Field, rng: np.random.Generator) -> None:
    """Skin, fat under it, the muscular wall, and the fat between the organs."""
    layers = canvas.hu[:1].copy()
    streaks = smooth_field(rng, depth.shape[1:], canvas.spacing_kji[1:], 5.0)[None]
    wall = np.float32(build.fat) + 1.5 * smooth_field(
        rng, depth.shape[1:], canvas.spacing_kji[1:], 18.0
    )
    for edge, value in (
        (0.0, 10.0),
        (SKIN_MM, FAT_HU + 5 * streaks),
        (wall, MUSCLE_HU + 9 * streaks),
        (wall + WALL_MM, FAT_HU + 9 * streaks),
    ):
        layers += canvas.inside(np.asarray(edge - depth)) * (value - layers)
    canvas.hu[:] = layers


def room_of(frame: Frame, build: Build, depth: Field) -> Room:
    """The room inside the wall, under two domes of diaphragm that fall toward it."""
    domes = []
    for side, top in ((-1, build.dome_right), (1, build.dome_left)):
        dx = (frame.x - np.float32(side * 62 * build.scale)) / 75
        dy = (frame.y + 12) / 72
        domes.append(np.float32(top) - 42 * (dx**2 + dy**2))
    return Room(
        cavity=np.asarray(np.float32(build.fat + WALL_MM) - depth),
        dome=np.asarray(np.maximum(*domes), dtype=np.float32),
    )


def paint_lungs(canvas: Canvas, room: Room, rng: np.random.Generator) -> None:
    """Air-filled lung above the diaphragm, with small vessels."""
    lowest = int(np.searchsorted(canvas.z.ravel(), float(room.dome.min())))
    box = (slice(lowest, None), slice(None), slice(None))
    above = room.dome - canvas.z[box[0]]
    grain = smooth_field(rng, above.shape, canvas.spacing_kji, 5.0)
    air = LUNG_HU + 25 * grain + 500 * np.clip(grain - 1.9, 0, 1)
    canvas.paint(box, np.maximum(above - 2, room.cavity), MUSCLE_HU)
    canvas.paint(box, np.maximum(above, room.cavity + 1), air)


def paint_ribs(canvas: Canvas, build: Build, depth: Field, half_mm: float = 4.2) -> None:
    """Ribs that descend from the spine to the front, where they turn to cartilage.

    Args:
        canvas: painted in place.
        build: of the patient.
        depth: under the skin, mm, (1, J, I).
        half_mm: half their thickness.
    """
    middle = np.float32(build.fat + WALL_MM / 2) - depth[0]
    jj, ii = np.nonzero(np.abs(middle) < 7)
    across = middle[jj, ii]
    x, y = canvas.x[0, 0, ii], canvas.y[0, jj, 0]
    around = np.abs(np.arctan2(x, y))
    arc = around * np.float32(0.5 * (build.half_width + build.half_depth))
    height = canvas.z[:, :, 0] - np.float32(build.rib_height) + np.float32(RIB_DESCENT) * arc
    along = np.mod(height, np.float32(RIB_SPACING_MM)) - np.float32(RIB_SPACING_MM / 2)
    q = np.sqrt((along / 6.0) ** 2 + (across / np.float32(half_mm)) ** 2)
    cortex = np.where(q > 0.62, np.float32(560), np.float32(190))
    cartilage = around > 2.1 + 0.004 * canvas.z[:, :, 0]
    present = around < 2.55 + 0.006 * canvas.z[:, :, 0]
    value = np.where(cartilage, np.float32(105), cortex)
    share = canvas.inside(np.asarray((q - 1) * np.float32(half_mm))) * present
    canvas.hu[:, jj, ii] += share * (value - canvas.hu[:, jj, ii])


def paint_spine(
    canvas: Canvas, build: Build, rng: np.random.Generator, arch_mm: float = 11.0
) -> None:
    """Muscles of the back, vertebrae with discs, canal and processes.

    Args:
        canvas: painted in place.
        build: of the patient.
        rng: the anatomy's own stream.
        arch_mm: half the height of the processes.
    """
    y0 = spine_y(build)
    for side in (-1, 1):
        back = Ellipsoid(center=(34.0 * side, y0 + 40, 0), half_axes=(29, 18, 900))
        box = canvas.box(back.center, back.reach)
        marbling = smooth_field(rng, canvas.hu[box].shape, canvas.spacing_kji, 5.0)
        canvas.paint(box, canvas.distance(back, box), MUSCLE_HU - 18 * np.clip(marbling, 0, 3))
        psoas = Ellipsoid(center=(30.0 * side, y0 + 6, -75), half_axes=(15, 17, 60))
        canvas.ellipsoid(psoas, MUSCLE_HU + 4)
    start, marrow_hu = float(rng.uniform(0, 36)), float(rng.uniform(130, 210))
    _paint_vertebrae(canvas, y0, (start, arch_mm), marrow_hu, rng)


def spine_y(build: Build) -> float:
    """Center of the vertebral bodies, mm to posterior."""
    return 0.93 * build.half_depth - build.fat - 62.0


def _paint_vertebrae(
    canvas: Canvas,
    y0: float,
    heights: tuple[float, float],
    marrow_hu: float,
    rng: np.random.Generator,
) -> None:
    """Bodies 28 mm high between discs of 8 mm, and the arch behind them."""
    start, arch_mm = heights
    body = Ellipsoid(center=(0, y0, 0), half_axes=(20.5, 16.5, 900))
    box = canvas.box((0, y0 + 20, 0), (45, 45, 900))
    height = np.mod(canvas.z + np.float32(start), 36) - 18
    disc = canvas.inside(np.asarray(14 - np.abs(height)))
    bone_like = canvas.distance(body, box)
    grain = smooth_field(rng, bone_like.shape[:1] + canvas.hu[box].shape[1:], (3, 1.5, 1.5), 3.0)
    inner = np.where(bone_like > -2.5, np.float32(420), np.float32(marrow_hu) + 22 * grain)
    inner = inner + disc * (95 - inner)
    arch = np.minimum.reduce([_bar(canvas, box, *bar, y0=y0) for bar in _ARCH])
    present = np.abs(height) - np.float32(arch_mm)
    canvas.paint(box, np.maximum(arch, present), 430.0)
    canvas.paint(box, bone_like, inner)
    canal = Ellipsoid(center=(0, y0 + 25, 0), half_axes=(10.5, 8.5, 900))
    canvas.ellipsoid(canal, 28.0)


# Start, end (x, y from the vertebral body's center) and radius of the processes, mm.
_ARCH: tuple[tuple[tuple[float, float], tuple[float, float], float], ...] = (
    ((-14, 14), (-13, 27), 4.5),
    ((14, 14), (13, 27), 4.5),
    ((-13, 28), (0, 36), 4.0),
    ((13, 28), (0, 36), 4.0),
    ((0, 36), (0, 56), 3.6),
    ((-14, 24), (-34, 29), 3.6),
    ((14, 24), (34, 29), 3.6),
)


def _bar(
    canvas: Canvas,
    box: Box,
    start: tuple[float, float],
    end: tuple[float, float],
    radius: float,
    *,
    y0: float,
) -> Field:
    """Distance to a bar that is the same in all slices, (1, J, I), mm."""
    _, j, i = box
    dx, dy = canvas.x[:, :, i] - start[0], canvas.y[:, j] - np.float32(start[1] + y0)
    ax, ay = end[0] - start[0], end[1] - start[1]
    t = np.clip((dx * ax + dy * ay) / (ax * ax + ay * ay), 0, 1)
    return np.asarray(np.hypot(dx - t * ax, dy - t * ay) - radius, dtype=np.float32)


def paint_table(canvas: Canvas, build: Build) -> None:
    """The shell of the table under the back."""
    curve = np.float32(0.93 * build.half_depth + 14) - canvas.x**2 / 900
    shell = np.abs(canvas.y - curve) - 1.2
    canvas.hu[:] += canvas.inside(np.asarray(shell)) * (-420 - canvas.hu) * (canvas.hu < -900)
