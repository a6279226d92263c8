"""Segments, as the user sees them, as an ROI.

Each segment is read where it lies, without temporary nodes: segments may have grids of their own,
overlap, and lie under a transform. If the grid of one image carries them all, the ROI is on that
grid and nothing is resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.geometry import SAME_GRID_TOLERANCE_VOXELS, FloatArray, Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi import Roi
from TACEResponseLib.imaging.volume import Mask
from TACEResponseLib.scene.segmentation import BINARY_LABELMAP
from TACEResponseLib.scene.transforms import moved, ras_geometry, to_world

if TYPE_CHECKING:
    import slicer

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """One segment, cut to the box that it fills."""

    name: str
    mask: Mask
    geometry: Geometry


def roi_from_node(
    node: "slicer.vtkMRMLSegmentationNode",
    segment_ids: Sequence[str],
    grids: Sequence[Geometry],
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Segments of a node as one ROI, labels 1, 2, ... in the order of `segment_ids`.

    Args:
        node: may lie under linear transforms.
        segment_ids: as MRML calls them; a voxel in two segments counts for the first.
        grids: of the case's images, in the world; the first that carries every segment voxel for
            voxel is the ROI's, else the finest segment's own grid is.
    Raises: InputError: a segment is unknown, empty or has no label image; a transform is not
        linear or shears.
    """
    where = f"segmentation {node.GetName()}"
    if not segment_ids:
        raise InputError(where, "at least one segment must be chosen", got="none",
                         remedy="choose the tumor's segment")  # fmt: skip
    world = to_world(node, where)
    parts = [_read_segment(node, segment_id, world, where) for segment_id in segment_ids]
    grid = _common_grid([part.geometry for part in parts], grids)
    labels = np.zeros(grid.shape_kji, dtype=np.uint8 if len(parts) < 256 else np.uint16)
    shared = 0
    for label, part in enumerate(parts, start=1):
        shared += _paint(labels, label, part, grid)
    in_use = set(np.unique(labels).tolist())
    names = tuple((n, part.name) for n, part in enumerate(parts, start=1) if n in in_use)
    roi = Roi(labels=labels, geometry=grid, names=names, source=node.GetName())
    return roi, _overlap_warnings(roi, shared)


def _read_segment(
    node: "slicer.vtkMRMLSegmentationNode", segment_id: str, world: FloatArray | None, where: str
) -> _Part:
    """One segment in the world."""
    import slicer
    from vtk.util.numpy_support import vtk_to_numpy

    segment = node.GetSegmentation().GetSegment(segment_id)
    if segment is None:
        raise InputError(where, "must hold the chosen segment", got=f"no segment {segment_id}",
                         remedy="choose one of its segments")  # fmt: skip
    where = f"{where}, segment {segment.GetName()}"
    if segment.GetRepresentation(BINARY_LABELMAP) is None:
        raise InputError(where, "must have a binary labelmap", got="a surface only",
                         remedy="create one in the Segmentations module")  # fmt: skip
    image = slicer.vtkOrientedImageData()
    node.GetBinaryLabelmapRepresentation(segment_id, image)
    if image.IsEmpty():
        raise _empty(where)
    size = image.GetDimensions()
    mask = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(size[::-1]) > 0
    if not mask.any():
        raise _empty(where)
    return _trimmed(segment.GetName(), mask, moved(_grid(image), world, where))


def _empty(where: str) -> InputError:
    """A segment without a voxel."""
    return InputError(where, "must mark at least one voxel", got="none",
                      remedy="segment the tumor, or choose another segment")  # fmt: skip


def _grid(image: "slicer.vtkOrientedImageData") -> Geometry:
    """The grid of a labelmap, whose extent may begin anywhere."""
    directions = [[0.0] * 3 for _ in range(3)]
    image.GetDirections(directions)
    size = image.GetDimensions()
    start = image.GetExtent()[::2]
    anchored = ras_geometry(size, image.GetSpacing(), image.GetOrigin(), np.array(directions))
    return anchored.cropped(start, size)


def _trimmed(name: str, mask: Mask, geometry: Geometry) -> _Part:
    """The box that a mask fills."""
    filled = [np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    box = tuple(slice(int(f[0]), int(f[-1]) + 1) for f in filled)
    start = [s.start for s in box[::-1]]
    inner = mask[box]
    return _Part(name=name, mask=inner, geometry=geometry.cropped(start, inner.shape[::-1]))


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


def _paint(labels: NDArray[np.unsignedinteger], label: int, part: _Part, grid: Geometry) -> int:
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
            message=f"Segments of {roi.source} overlap in {shared} voxels ({share:.1f} % of the "
            "ROI); each counts for the segment listed first.",
        ),
    )
