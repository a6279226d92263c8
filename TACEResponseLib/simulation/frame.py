"""Where the voxels of a simulated image lie, and shapes among them.

Coordinates are mm from the middle of the image along LPS axes: x to the patient's left, y to
posterior, z to superior. A shape is a distance in mm, negative inside; its edge is as soft as
a voxel is wide, which stands for the partial-volume effect.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from TACEResponseLib.simulation.settings import GridSettings
from TACEResponseLib.simulation.smooth_field import Field

Box = tuple[slice, slice, slice]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid:
    """An ellipsoid, turned about the axis of the body."""

    center: Point
    half_axes: Point
    turn_deg: float = 0.0
    """In the axial slice, from x toward y."""

    @property
    def reach(self) -> Point:
        """Half the sides of a box that holds it."""
        a, b, c = self.half_axes
        return (max(a, b), max(a, b), c) if self.turn_deg else (a, b, c)


@dataclass(slots=True, kw_only=True)
class Frame:
    """The grid of an image, in the patient."""

    grid: GridSettings
    x: Field = field(init=False)
    """(1, 1, I)."""
    y: Field = field(init=False)
    """(1, J, 1)."""
    z: Field = field(init=False)
    """(K, 1, 1)."""

    def __post_init__(self) -> None:
        """Lay the axes."""
        axes = [
            ((np.arange(n) - (n - 1) / 2) * s).astype(np.float32)
            for n, s in zip(self.grid.size_ijk, self.grid.spacing_mm, strict=True)
        ]
        self.x = axes[0][None, None, :]
        self.y = axes[1][None, :, None]
        self.z = axes[2][:, None, None]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(K, J, I)."""
        i, j, k = self.grid.size_ijk
        return k, j, i

    @property
    def spacing_kji(self) -> tuple[float, float, float]:
        """Spacing in the order of the array, mm."""
        i, j, k = self.grid.spacing_mm
        return k, j, i

    @property
    def softness_mm(self) -> float:
        """Width of an edge."""
        return self.grid.spacing_mm[0]

    def box(self, center: Sequence[float], reach: Sequence[float]) -> Box:
        """The voxels within `reach` of `center` along each axis; may be empty."""
        i, j, k = (
            _span(axis.ravel(), float(c), float(r) + self.softness_mm)
            for axis, c, r in zip((self.x, self.y, self.z), center, reach, strict=True)
        )
        return k, j, i

    def box_shape(self, box: Box) -> tuple[int, int, int]:
        """Voxels of a box, (K, J, I)."""
        k, j, i = (len(range(*s.indices(n))) for s, n in zip(box, self.shape, strict=True))
        return k, j, i

    def offsets(self, box: Box, center: Point) -> tuple[Field, Field, Field]:
        """x, y and z from `center` within a box, ready to be broadcast."""
        k, j, i = box
        return (
            self.x[:, :, i] - np.float32(center[0]),
            self.y[:, j] - np.float32(center[1]),
            self.z[k] - np.float32(center[2]),
        )

    def distance(self, shape: Ellipsoid, box: Box) -> Field:
        """Distance to an ellipsoid's surface within a box, mm, negative inside.

        To first order: exact on the surface, and along the axes of a sphere.
        """
        dx, dy, dz = self.offsets(box, shape.center)
        a, b, c = (np.float32(h) for h in shape.half_axes)
        angle = np.deg2rad(np.float32(shape.turn_deg))
        u, v = np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx
        q = np.sqrt((u / a) ** 2 + (v / b) ** 2 + (dz / c) ** 2)
        return np.asarray((q - 1) * min(a, b, c))

    def inside(self, distance: Field) -> Field:
        """Share of a voxel that lies inside, 0..1."""
        return np.asarray(np.clip(0.5 - distance / np.float32(self.softness_mm), 0, 1))

    def tube(self, start: Point, end: Point, radius_mm: float) -> tuple[Box, Field]:
        """Box of, and distance to, a round-ended tube."""
        p, q = np.asarray(start), np.asarray(end)
        box = self.box((p + q) / 2, np.abs(q - p) / 2 + radius_mm)
        dx, dy, dz = self.offsets(box, start)
        ax, ay, az = (q - p).astype(np.float32)
        length2 = max(float(ax * ax + ay * ay + az * az), 1e-6)
        t = np.clip((dx * ax + dy * ay + dz * az) / np.float32(length2), 0, 1)
        gap2 = (dx - t * ax) ** 2 + (dy - t * ay) ** 2 + (dz - t * az) ** 2
        return box, np.asarray(np.sqrt(gap2) - np.float32(radius_mm))

    def tubes(self, points: Sequence[Point], radius_mm: float) -> Iterator[tuple[Box, Field]]:
        """As `tube`, along a polygon; parts outside the image are left out."""
        for start, end in pairwise(points):
            box, distance = self.tube(start, end, radius_mm)
            if distance.size:
                yield box, distance

    def shifted(self, field: Field, shift_mm: Point) -> Field:
        """A field on the grid, or on a box of it, moved along x, y and z; linearly interpolated."""
        if not any(shift_mm):
            return field
        from scipy.ndimage import shift

        steps = [mm / s for mm, s in zip(shift_mm[::-1], self.spacing_kji, strict=True)]
        return np.asarray(shift(field, steps, order=1, mode="nearest", prefilter=False))


def displaced(rng: np.random.Generator, point: Point, sd_mm: float) -> Point:
    """A point, displaced at random."""
    dx, dy, dz = rng.normal(0, sd_mm, 3)
    return point[0] + float(dx), point[1] + float(dy), point[2] + float(dz)


def _span(axis: Field, center: float, reach: float) -> slice:
    """The indices of an axis within reach of a position."""
    start, stop = np.searchsorted(axis, (center - reach, center + reach))
    return slice(int(start), int(stop))
