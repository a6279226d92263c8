"""The tumor: an irregular body with a rim, a living part with texture, and a dead core."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.imaging.volume import Mask
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Box, Frame, Point
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.liver import Liver
from TACEResponseLib.simulation.settings import LesionSettings
from TACEResponseLib.simulation.smooth_field import Field, smooth_field

NECROSIS_HU = 26.0
RIM_SHARE_OF_RADIUS, RIM_MM = 0.15, (2.2, 4.0)
N_WAVES, WAVE_NUMBERS = 7, (2.0, 5.5)
HIGHEST_BUMP = (2 * N_WAVES) ** 0.5
"""All waves at their crest."""
NECROSIS_KNOTS = 0.4
"""Distance of the knots of the necrotic front, in radii: the core is eccentric and lobed."""
NECROSIS_UNEVENNESS = 0.3
BULGE_MM = 4.0
"""Liver that covers a tumor where it reaches beyond the organ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bumps:
    """A smooth function of direction with mean about 0 and standard deviation 1."""

    waves: NDArray[np.float32]
    """(n, 3)."""
    phases: NDArray[np.float32]
    """(n,)."""

    def __call__(self, nx: Field, ny: Field, nz: Field) -> Field:
        """Height in the direction of unit vectors."""
        total = np.zeros(np.broadcast_shapes(nx.shape, ny.shape, nz.shape), dtype=np.float32)
        for (a, b, c), phase in zip(self.waves, self.phases, strict=True):
            total += np.cos(a * nx + b * ny + c * nz + phase)
        return total * np.float32((2 / N_WAVES) ** 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class TumorShape:
    """A bumpy ellipsoid whose longest axial diameter is known."""

    center: Point
    radius_mm: float
    ratios: Point
    """Half-axes in units of the radius."""
    turn: float
    """From x toward y, radians."""
    bumps: Bumps
    irregularity: float

    def distance(self, frame: Frame, box: Box) -> Field:
        """Distance to the border within a box, mm, negative inside."""
        length, *direction = self.rays(*frame.offsets(box, self.center))
        return np.asarray(length - np.float32(self.radius_mm) * self.border(*direction))

    def height(self, bumps: Bumps, frame: Frame, box: Box) -> Field:
        """Other bumps, seen from the center of this shape."""
        _, *direction = self.rays(*frame.offsets(box, self.center))
        return bumps(*direction)

    def border(self, nx: Field, ny: Field, nz: Field) -> Field:
        """Distance from the center to the border in units of the radius."""
        return np.asarray(1 + np.float32(self.irregularity) * self.bumps(nx, ny, nz))

    def rays(self, dx: Field, dy: Field, dz: Field) -> tuple[Field, Field, Field, Field]:
        """Length and direction in the frame in which the ellipsoid is a ball."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        u = (c * dx + s * dy) / np.float32(self.ratios[0])
        v = (c * dy - s * dx) / np.float32(self.ratios[1])
        w = dz / np.float32(self.ratios[2])
        length = np.sqrt(u * u + v * v + w * w) + np.float32(1e-3)
        return length, u / length, v / length, w / length

    @property
    def reach_mm(self) -> float:
        """No part lies farther from the center."""
        return self.radius_mm * max(self.ratios) * (1 + HIGHEST_BUMP * self.irregularity)


def draw_bumps(rng: np.random.Generator) -> Bumps:
    """Waves of random direction, between one bump and a few around."""
    direction = rng.normal(0, 1, (N_WAVES, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    waves = direction * rng.uniform(*WAVE_NUMBERS, (N_WAVES, 1))
    phases = rng.uniform(0, 2 * np.pi, N_WAVES)
    return Bumps(waves=waves.astype(np.float32), phases=phases.astype(np.float32))


def draw_shape(
    rng: np.random.Generator, center: Point, diameter_mm: float, settings: LesionSettings
) -> TumorShape:
    """A shape at random, scaled until its longest diameter in the middle slice is as asked."""
    ratios = rng.uniform(0.88, 1.12, 3)
    unit = TumorShape(
        center=(0.0, 0.0, 0.0),
        radius_mm=1.0,
        ratios=(float(ratios[0]), float(ratios[1]), float(ratios[2])),
        turn=float(rng.uniform(0, np.pi)),
        bumps=draw_bumps(rng),
        irregularity=float(rng.uniform(*settings.irregularity)),
    )
    return replace(unit, center=center, radius_mm=diameter_mm / widest(unit))


def widest(unit: TumorShape) -> float:
    """Longest diameter in the middle slice of a shape of radius 1."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False, dtype=np.float32)
    dx, dy = np.cos(angle), np.sin(angle)
    length, *direction = unit.rays(dx, dy, np.zeros_like(angle))
    radius = unit.border(*direction) / length
    points = np.stack([radius * dx, radius * dy], axis=1)
    return float(np.linalg.norm(points[:, None] - points[None], axis=2).max())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TumorParts:
    """One lesion, part by part, on the box that holds it; of no modality yet."""

    box: Box
    distance: Field
    """To its border, mm, negative inside."""
    rim: Field
    """Share of each voxel that is rim, 0..1; 1 outside the lesion."""
    dead: Field
    """Share of each voxel that is necrosis, 0..1."""
    texture: Field
    """Uneven enhancement, mean 0 and standard deviation 1 in the living part inside the rim."""


def tumor_parts(
    frame: Frame,
    shape: TumorShape,
    necrosis_share: float,
    *,
    texture_length_mm: float,
    limit: Field,
    rng: np.random.Generator,
) -> TumorParts:
    """Grow one lesion.

    Args:
        frame: the grid.
        shape: where it lies.
        necrosis_share: of its volume, 0..1.
        texture_length_mm: distance of the knots of the texture.
        limit: distance to where no tumor grows, mm, negative inside, (1, J, I).
        rng: the tumor's own stream.
    """
    box = lesion_box(frame, shape)
    distance = np.maximum(shape.distance(frame, box), limit[:, box[1], box[2]])
    return parts_within(frame, shape, (box, distance), necrosis_share, texture_length_mm, rng)


def lesion_box(frame: Frame, shape: TumorShape) -> Box:
    """The voxels of a lesion and of the liver that may cover it."""
    reach = shape.reach_mm + BULGE_MM
    return frame.box(shape.center, (reach, reach, reach))


def parts_within(
    frame: Frame,
    shape: TumorShape,
    border: tuple[Box, Field],
    necrosis_share: float,
    texture_length_mm: float,
    rng: np.random.Generator,
) -> TumorParts:
    """Rim, necrosis and texture of a lesion whose border is settled.

    Args:
        frame: the grid.
        shape: of the lesion.
        border: a box that holds it, and the distance to its border there, mm, negative inside.
        necrosis_share: of its volume, 0..1.
        texture_length_mm: distance of the knots of the texture.
        rng: the tumor's own stream.
    """
    box, distance = border
    rim_mm = float(np.clip(RIM_SHARE_OF_RADIUS * shape.radius_mm, *RIM_MM))
    dead = _necrosis(frame, distance, rim_mm, necrosis_share, shape.radius_mm, rng)
    rim = frame.inside(-distance - rim_mm)
    texture = _texture(frame, (distance < 0) & (rim + dead < 0.5), texture_length_mm, rng)
    return TumorParts(box=box, distance=distance, rim=rim, dead=dead, texture=texture)


def paint_tumor(
    canvas: Canvas, parts: TumorParts, look: TumorLook, liver: Liver, *, timing: float
) -> None:
    """Paint one lesion over the liver.

    Args:
        canvas: painted in place.
        parts: of the lesion.
        look: what the latents ask for.
        liver: the organ it lies in.
        timing: factor on arterial enhancement.
    """
    canvas.blend(parts.box, liver_cover(canvas, liver, parts), liver.hu)
    rim, dead = parts.rim, parts.dead
    living = liver.hu + timing * (look.enhancement_hu + look.rim_hu * rim)
    living = living + look.texture_hu * parts.texture * (1 - rim)
    value = np.asarray(living + dead * (NECROSIS_HU - living))
    canvas.paint(parts.box, parts.distance, value)


def liver_cover(frame: Frame, liver: Liver, parts: TumorParts) -> Field:
    """Share of each voxel to cover with liver, which bulges over a tumor at its surface."""
    outside = np.ones(frame.shape, dtype=np.float32)
    outside[liver.box] = 1 - frame.inside(liver.distance)
    return np.asarray(frame.inside(parts.distance - BULGE_MM) * outside[parts.box])


def _necrosis(
    frame: Frame,
    distance: Field,
    rim_mm: float,
    share: float,
    radius_mm: float,
    rng: np.random.Generator,
) -> Field:
    """Share of each voxel that is dead: the deepest part, by an uneven front, of exact volume."""
    knot_mm = max(NECROSIS_KNOTS * radius_mm, 4.0)
    uneven = smooth_field(rng, distance.shape, frame.spacing_kji, knot_mm)
    depth = -distance
    score = depth / np.float32(radius_mm) + np.float32(NECROSIS_UNEVENNESS) * uneven
    inner = score[depth > rim_mm]
    n_dead = min(round(share * np.count_nonzero(depth > 0)), inner.size)
    if n_dead == 0:
        return np.zeros_like(distance)
    front = np.partition(inner, inner.size - n_dead)[inner.size - n_dead]
    beyond = (front - score) * np.float32(radius_mm)
    return frame.inside(np.maximum(beyond, rim_mm - depth))


def _texture(frame: Frame, where: Mask, knot_mm: float, rng: np.random.Generator) -> Field:
    """Uneven enhancement, of mean 0 and standard deviation 1 where it is to show."""
    field = smooth_field(rng, where.shape, frame.spacing_kji, knot_mm)
    shown = field[where]
    if shown.size < 2:
        return field
    return np.asarray((field - shown.mean()) / max(float(shown.std()), 1e-3))
