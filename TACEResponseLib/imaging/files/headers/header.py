"""What an image file says of itself, in one form for every format, and the rules it must meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path
from typing import Literal

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past, past_any
from TACEResponseLib.imaging.geometry import FloatArray, Geometry

Encoding = Literal["raw", "gzip", "zlib", "bzip2"]

MOST_VOXELS = 2**29
"""512 x 512 x 2,048: twice the longest whole-body CT."""
MOST_BYTES = 4 * 1024**3
MOST_LAYERS = 4096
LARGEST_SPACING_MM = 20.0
# Cosine between two axes; 0.06 degrees, the rounding of headers in single precision.
LARGEST_COSINE = 1e-3
# Two statements of a position that differ by less are one: half a pixel of an abdominal CT
# (0.7 to 1 mm), so that no voxel comes to lie where its neighbor is.
LARGEST_SHIFT_MM = 0.5
EXPORT_AGAIN = "mend the header or export the image again"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlace:
    """Where the voxels lie."""

    path: Path
    encoding: Encoding = "raw"
    packed_offset: int = 0
    """Bytes of the file before the packed stream."""
    unpacked_offset: int = 0
    """Bytes of the unpacked stream before the first voxel."""
    at_end: bool = False
    """The voxels are the file's last bytes, whatever stands before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHeader:
    """Size, kind and place of the voxels, as the file's own fields give them."""

    size_ijk: tuple[int, ...]
    kind: "np.dtype[np.generic]"
    """As stored, byte order included."""
    affine_lps: FloatArray
    """(4, 4): index (i, j, k, 1) to LPS in mm."""
    spacing_mm: FloatArray
    """Distance of two voxels along each axis; some formats state it apart."""
    direction: FloatArray
    """(3, 3): unit vectors of the axes as columns, LPS."""
    data: DataPlace
    layers: int = 1
    """Values a voxel; layers of a segmentation."""
    layers_first: bool = True
    """Whether the layers of a voxel lie side by side, or one whole layer after the other."""
    slope: float = 1.0
    intercept: float = 0.0
    knows_position: bool = True
    """Whether the file says where in the patient it lies."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Free keys and values, such as the names of segments."""

    @property
    def bytes_needed(self) -> int:
        """Size of all voxels, unpacked."""
        return voxel_count(self.size_ijk) * self.layers * self.kind.itemsize

    @property
    def geometry(self) -> Geometry:
        """The same grid by spacing, direction and origin."""
        i, j, k = self.size_ijk
        a, b, c = self.spacing_mm.tolist()
        x, y, z = self.affine_lps[:3, 3].tolist()
        return Geometry(
            size_ijk=(i, j, k),
            spacing_mm=(a, b, c),
            origin_lps=(x, y, z),
            direction_lps=tuple(self.direction.ravel().tolist()),
        )


def affine_of(steps: FloatArray, origin: FloatArray | Sequence[float]) -> FloatArray:
    """(4, 4) of the steps along the axes, which are the columns of (3, 3), and the first voxel."""
    affine = np.eye(4)
    affine[:3, :3] = steps
    affine[:3, 3] = origin
    return affine


def unit_axes(steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Length and direction of the columns of (3, 3); an axis without length has no direction."""
    with np.errstate(all="ignore"):
        length = np.linalg.norm(steps, axis=0)
        return length, np.asarray(steps * (1.0 / length))


def voxel_count(size: Sequence[int]) -> int:
    """Product of the sizes, in whole numbers of any length."""
    count = 1
    for length in size:
        count *= length
    return count


def damaged(where: str, got: str, remedy: str = "copy or export it again") -> InputError:
    """A file that is not what its name says."""
    return InputError(where, "must be a whole, readable file", got=got, remedy=remedy)


def check_header(header: ImageHeader, where: str, *, layers_allowed: bool = False) -> None:
    """Refuse what no image of a patient is, before anything is allocated.

    Raises: InputError: not 3D, too large, several values a voxel, numbers that are not finite,
        an odd spacing, or axes that are not at right angles.
    """
    _check_size(header, where)
    _check_layers(header, where, layers_allowed=layers_allowed)
    _check_finite(header, where)
    spacing = header.spacing_mm.tolist()
    if not all(0 < s <= LARGEST_SPACING_MM for s in spacing):
        raise InputError(
            where,
            f"spacing must be > 0 and <= {LARGEST_SPACING_MM:g} mm",
            got=past_any(spacing, (0, LARGEST_SPACING_MM), ".6g") + " mm",
            remedy=EXPORT_AGAIN,
        )
    _check_unit_length(header.direction, where)
    check_right_angles(header.affine_lps, where)


def check_right_angles(affine: FloatArray, where: str) -> None:
    """Refuse sheared axes, with the angle.

    Args:
        affine: no axis of it has the length 0.
        where: how messages call the image.
    """
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    for (a, first), (b, second) in combinations(zip("ijk", axes.T, strict=True), 2):
        cosine = float(np.dot(first, second))
        if abs(cosine) > LARGEST_COSINE:
            angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
            raise InputError(
                where,
                "must have axes at right angles",
                got=f"{past(angle, 90, '.2f')} degrees between {a} and {b}",
                remedy="resample it, for instance in 3D Slicer (Transforms, Harden)",
            )


def _check_unit_length(direction: FloatArray, where: str) -> None:
    """Spacing stands in its own field; a direction of another length would say it twice."""
    lengths = np.linalg.norm(direction, axis=0)
    if not np.allclose(lengths, 1, atol=1e-3):
        raise InputError(
            where,
            "directions of the axes must have length 1",
            got=" x ".join(f"{length:.4g}" for length in lengths),
            remedy="export the image again, or give the spacing as such",
        )


def largest_shift_mm(first: FloatArray, second: FloatArray, size_ijk: Sequence[int]) -> float:
    """How far the corners of a grid lie apart by two affines, mm."""
    ends = [(0, n - 1) for n in size_ijk]
    corners = np.array([(*corner, 1.0) for corner in product(*ends)])
    apart = (corners @ first.T - corners @ second.T)[:, :3]
    return float(np.linalg.norm(apart, axis=1).max())


def _check_size(header: ImageHeader, where: str) -> None:
    """Three axes of at least two voxels each, and not more than a whole body has."""
    size = header.size_ijk
    shown = " x ".join(map(str, size[:8]))
    if len(size) != 3:
        raise not_3d(size, where)
    if min(size) < 1:
        raise InputError(where, "must have voxels on each axis", got=shown, remedy=EXPORT_AGAIN)
    if min(size) < 2:
        raise InputError(
            where, "must be 3D", got=f"one slice ({shown})", remedy="give the whole volume"
        )
    voxels, unpacked = voxel_count(size), header.bytes_needed
    if voxels > MOST_VOXELS or unpacked > MOST_BYTES:
        raise InputError(
            where,
            f"must hold at most {MOST_VOXELS:,} voxels and {MOST_BYTES:,} bytes",
            got=f"{shown} voxels of {header.kind.itemsize * header.layers} bytes",
            remedy="crop it to the liver, or mend its header",
        )


def not_3d(size: Sequence[int], where: str) -> InputError:
    """How an image of another dimension is refused."""
    shown = " x ".join(map(str, size[:8]))
    return InputError(
        where,
        "must be 3D",
        got=f"{len(size)}D ({shown})",
        remedy="give one volume, not a slice or a time series",
    )


def _check_layers(header: ImageHeader, where: str, *, layers_allowed: bool) -> None:
    """One value a voxel, but for segmentations."""
    most = MOST_LAYERS if layers_allowed else 1
    if not 1 <= header.layers <= most:
        rule = f"must have 1 to {most} layers" if layers_allowed else "must have one value a voxel"
        raise InputError(
            where,
            rule,
            got=f"{header.layers} (color, vectors or layers)",
            remedy="give the grey-scale image",
        )


def _check_finite(header: ImageHeader, where: str) -> None:
    """Numbers that a computer can reckon with: squares of them are finite too."""
    numbers = np.array(
        [*header.affine_lps.ravel(), *header.spacing_mm, header.slope, header.intercept]
    )
    odd = numbers[~(np.isfinite(numbers) & (np.abs(numbers) < 1e15))]
    if odd.size:
        raise InputError(
            where,
            "its header must hold finite numbers only",
            got=f"{odd[0]:g}",
            remedy=EXPORT_AGAIN,
        )
    if header.slope == 0:
        raise InputError(where, "its scale must not be 0", got="0", remedy=EXPORT_AGAIN)
