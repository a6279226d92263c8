"""Segments, each on a grid of its own, as one ROI.

If the grid of one image carries all segments voxel for voxel, the ROI is on that grid and nothing
is resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import vocabulary
from TACEResponseLib.imaging.geometry import SAME_GRID_TOLERANCE_VOXELS, FloatArray, Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Mask

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentPart:
    """One segment, in the world."""

    name: str
    mask: Mask
    """(K, J, I); marks at least one voxel, and is best cut to the box that it fills."""
    geometry: Geometry


def roi_from_parts(
    parts: Sequence[SegmentPart], grids: Sequence[Geometry], source: str
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Segments as one ROI, labels 1, 2, ... in their order.

    Args:
        parts: a voxel in two segments counts for the first.
        grids: of the case's images, in the world; the first that carries every segment voxel for
            voxel is the ROI's, else the finest segment's own grid is.
        source: what the user calls the segmentation.
    Raises: InputError: no segment, or one that marks nothing.
    """
    if not parts:
        raise InputError(
            source,
            "at least one segment must be chosen",
            got="none",
            remedy=f"choose the {vocabulary().organ}'s segment",
        )
    parts = [trimmed(part, f"{source}, segment {part.name}") for part in parts]
    grid = _common_grid([part.geometry for part in parts], grids)
    labels = np.zeros(grid.shape_kji, dtype=np.uint8 if len(parts) < 256 else np.uint16)
    shared = 0
    for label, part in enumerate(parts, start=1):
        shared += _paint(labels, label, part, grid)
    in_use = set(np.unique(labels).tolist())
    names = tuple((n, part.name) for n, part in enumerate(parts, start=1) if n in in_use)
    roi = Roi(labels=labels, geometry=grid, names=names, source=source)
    return roi, _overlap_warnings(roi, shared)


def trimmed(part: SegmentPart, where: str) -> SegmentPart:
    """A segment cut to the box that it fills.

    Raises: InputError: it marks nothing.
    """
    filled = [np.flatnonzero(part.mask.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    if not filled[0].size:
        raise InputError(
            where,
            "must mark at least one voxel",
            got="none",
            remedy=f"segment the {vocabulary().organ}, or choose another segment",
        )
    box = tuple(slice(int(f[0]), int(f[-1]) + 1) for f in filled)
    start = [s.start for s in box[::-1]]
    inner = part.mask[box]
    cut = part.geometry.cropped(start, inner.shape[::-1])
    return SegmentPart(name=part.name, mask=inner, geometry=cut)


def _common_grid(parts: Sequence[Geometry], grids: Sequence[Geometry]) -> Geometry:
    """An image's grid that carries all parts, else the finest part's, large enough for all."""
    for grid in grids:
        if all(_carries(grid, part) for part in parts):
            return grid
    finest = min(parts, key=lambda part: part.voxel_volume_mm3)
    corners = finest.to_index(np.concatenate([part.corners_lps() for part in parts]))
    first, last = _covering(corners)
    return finest.cropped(first.tolist(), (last - first + 1).tolist())


def _carries(grid: Geometry, part: Geometry) -> bool:
    """Whether every voxel of a part is a voxel of the grid."""
    start = _offset(grid, part)
    if start is None:
        return False
    return bool((start >= 0).all() and (start + part.size_ijk <= grid.size_ijk).all())


def _offset(grid: Geometry, part: Geometry) -> Index | None:
    """Index of a part's first voxel, if the part lies on the (endless) grid."""
    start = np.rint(grid.to_index(part.origin_lps)).astype(np.int64)
    return start if grid.cropped(start.tolist(), part.size_ijk).same_grid(part) else None


def _covering(corners_ijk: FloatArray) -> tuple[Index, Index]:
    """First and last index of the voxels that a box touches."""
    first = np.floor(corners_ijk.min(axis=0) + 0.5 + SAME_GRID_TOLERANCE_VOXELS)
    last = np.ceil(corners_ijk.max(axis=0) - 0.5 - SAME_GRID_TOLERANCE_VOXELS)
    return first.astype(np.int64), last.astype(np.int64)


def _paint(
    labels: NDArray[np.unsignedinteger], label: int, part: SegmentPart, grid: Geometry
) -> int:
    """Write a part where nothing is yet; returns how many of its voxels were taken."""
    start, mask = _offset(grid, part.geometry), part.mask
    if start is None:
        start, last = _covering(grid.to_index(part.geometry.corners_lps()))
        target = grid.cropped(start.tolist(), (last - start + 1).tolist())
        mask = resample_labels(mask.astype(np.uint8), part.geometry, target) > 0
    place = tuple(slice(s, s + n) for s, n in zip(start[::-1], mask.shape, strict=True))
    window = labels[place]
    taken = mask & (window > 0)
    window[mask & ~taken] = label
    return int(taken.sum())


def _overlap_warnings(roi: Roi, shared: int) -> tuple[CaseWarning, ...]:
    """Say it when segments overlap."""
    if not shared:
        return ()
    share = 100 * shared / int(roi.mask.sum())
    return (
        CaseWarning(
            code="roi_overlap",
            message=f"Segments of the {vocabulary().mask} overlap in {shared} voxels "
            f"({share:.1f} % of it); each counts for the segment listed first.",
        ),
    )
