"""Where the voxels of an image lie in the patient.

Frames: SimpleITK, DICOM and this package use LPS (x to the patient's left, y to posterior,
z to superior); MRML uses RAS, in which x and y change sign. Arrays are indexed (k, j, i),
k being the slowest axis; geometry vectors are ordered (i, j, k) as in SimpleITK.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import SimpleITK as sitk

Vector = tuple[float, float, float]
FloatArray = NDArray[np.float64]
T = TypeVar("T")

# Two grids are one when they differ by less than this share of a voxel: NIfTI stores its
# affine in single precision, so equality to the last digit would refuse files' own masks.
SAME_GRID_TOLERANCE_VOXELS = 0.01
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """A regular grid of voxel centers in patient space (LPS, mm)."""

    size_ijk: tuple[int, int, int]
    spacing_mm: Vector
    origin_lps: Vector
    direction_lps: tuple[float, ...]
    """Row-major 3 x 3; its columns are the unit vectors of the i, j and k axes."""

    def __post_init__(self) -> None:
        """Refuse a grid that is not one: empty, without extent, or with skewed axes."""
        if min(self.size_ijk) < 1:
            raise ValueError(f"size_ijk must be >= 1 on each axis, got {self.size_ijk}")
        if not all(np.isfinite(s) and s > 0 for s in self.spacing_mm):
            raise ValueError(f"spacing_mm must be > 0 on each axis, got {self.spacing_mm}")
        direction = self.direction
        if not np.allclose(direction.T @ direction, np.eye(3), atol=1e-3):
            raise ValueError(f"direction_lps must be orthonormal, got {self.direction_lps}")

    @classmethod
    def of(cls, image: "sitk.Image") -> Self:
        """Geometry of a 3D SimpleITK image."""
        return cls(
            size_ijk=_three(image.GetSize(), int),
            spacing_mm=_three(image.GetSpacing(), float),
            origin_lps=_three(image.GetOrigin(), float),
            direction_lps=tuple(float(d) for d in image.GetDirection()),
        )

    def apply_to(self, image: "sitk.Image") -> "sitk.Image":
        """Lay an image of the same size onto this grid, in place, and return it."""
        image.SetSpacing(self.spacing_mm)
        image.SetOrigin(self.origin_lps)
        image.SetDirection(self.direction_lps)
        return image

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Shape of an array on this grid."""
        i, j, k = self.size_ijk
        return k, j, i

    @property
    def direction(self) -> FloatArray:
        """Direction cosines, (3, 3), one axis a column."""
        return np.asarray(self.direction_lps, dtype=float).reshape(3, 3)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel, mm3."""
        return float(np.prod(self.spacing_mm))

    @property
    def affine_lps(self) -> FloatArray:
        """(4, 4), takes an index (i, j, k, 1) to LPS in mm."""
        affine = np.eye(4)
        affine[:3, :3] = self.direction * np.asarray(self.spacing_mm)
        affine[:3, 3] = self.origin_lps
        return affine

    @property
    def affine_ras(self) -> FloatArray:
        """(4, 4), takes an index (i, j, k, 1) to RAS in mm, as MRML wants it."""
        return LPS_TO_RAS @ self.affine_lps

    def to_lps(self, index_ijk: ArrayLike) -> FloatArray:
        """Patient position (LPS, mm) of continuous indices, (..., 3) in and out."""
        index = np.asarray(index_ijk, dtype=float)
        return index @ self.affine_lps[:3, :3].T + self.affine_lps[:3, 3]

    def to_index(self, point_lps: ArrayLike) -> FloatArray:
        """Continuous index (i, j, k) of patient positions (LPS, mm), (..., 3) in and out."""
        offset = np.asarray(point_lps, dtype=float) - np.asarray(self.origin_lps)
        return offset @ self.direction / np.asarray(self.spacing_mm)

    def corners_lps(self) -> FloatArray:
        """The eight outer corners of the grid's box, (8, 3), LPS, mm; voxels have extent."""
        ends = [(-0.5, n - 0.5) for n in self.size_ijk]
        return self.to_lps(list(product(*ends)))

    def same_grid(self, other: "Geometry") -> bool:
        """Whether both have the same voxels, up to `SAME_GRID_TOLERANCE_VOXELS`."""
        if self.size_ijk != other.size_ijk:
            return False
        ends = list(product(*[(0, n - 1) for n in self.size_ijk]))
        shift = np.abs(self.to_index(other.to_lps(ends)) - np.asarray(ends, dtype=float))
        return bool(shift.max() < SAME_GRID_TOLERANCE_VOXELS)

    def overlaps(self, other: "Geometry") -> bool:
        """Whether the two boxes, axis-parallel in LPS, share any space."""
        mine, theirs = self.corners_lps(), other.corners_lps()
        return bool((mine.min(0) < theirs.max(0)).all() and (theirs.min(0) < mine.max(0)).all())

    def cropped(self, start_ijk: Sequence[int], size_ijk: Sequence[int]) -> "Geometry":
        """The grid of a box of voxels inside (or reaching beyond) this one."""
        return Geometry(
            size_ijk=_three(size_ijk, int),
            spacing_mm=self.spacing_mm,
            origin_lps=_three(self.to_lps(start_ijk), float),
            direction_lps=self.direction_lps,
        )


def _three(values: "Sequence[Any] | FloatArray", kind: Callable[[Any], T]) -> tuple[T, T, T]:
    """Exactly three values of one kind."""
    a, b, c = values
    return kind(a), kind(b), kind(c)
