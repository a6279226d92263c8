"""Segments, as the user sees them, as an ROI.

Each segment is read where it lies, without temporary nodes: segments may have grids of their own,
overlap, and lie under a transform.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.files.segment_parts import SegmentPart, roi_from_parts, trimmed
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.scene.segmentation import BINARY_LABELMAP
from TACEResponseLib.scene.transforms import moved, ras_geometry, to_world

if TYPE_CHECKING:
    import slicer


def roi_from_node(
    node: "slicer.vtkMRMLSegmentationNode",
    segment_ids: Sequence[str],
    grids: Sequence[Geometry],
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Segments of a node as one ROI, labels 1, 2, ... in the order of `segment_ids`.

    Args:
        node: may lie under linear transforms.
        segment_ids: as MRML calls them; a voxel in two segments counts for the first.
        grids: of the case's images, in the world; see `roi_from_parts`.
    Raises: InputError: a segment is unknown, empty or has no label image; a transform is not
        linear or shears.
    """
    where = f"segmentation {node.GetName()}"
    if not segment_ids:
        raise InputError(
            where,
            "at least one segment must be chosen",
            got="none",
            remedy="choose the tumor's segment",
        )
    parts = [read_segment(node, segment_id) for segment_id in segment_ids]
    return roi_from_parts(parts, grids, node.GetName())


def read_segment(node: "slicer.vtkMRMLSegmentationNode", segment_id: str) -> SegmentPart:
    """One segment in the world, cut to the box that it fills.

    Raises: InputError: as `roi_from_node`.
    """
    where = f"segmentation {node.GetName()}"
    world = to_world(node, where)
    content = node.GetSegmentation()
    segment = content.GetSegment(segment_id) if content is not None else None
    if segment is None:
        raise InputError(
            where,
            "must hold the chosen segment",
            got=f"no segment {segment_id}",
            remedy="choose one of its segments",
        )
    where = f"{where}, segment {segment.GetName()}"
    if segment.GetRepresentation(BINARY_LABELMAP) is None:
        raise InputError(
            where,
            "must have a binary labelmap",
            got="a surface only",
            remedy="create one in the Segmentations module",
        )
    labels, geometry = _filled_labels(segment.GetRepresentation(BINARY_LABELMAP), where)
    # Segments that don't overlap share one image, each with a value of its own.
    part = SegmentPart(
        name=segment.GetName(),
        mask=labels == segment.GetLabelValue(),
        geometry=moved(geometry, world, where),
    )
    return trimmed(part, where)


def _filled_labels(
    image: "slicer.vtkOrientedImageData", where: str
) -> tuple[NDArray[np.integer], Geometry]:
    """The box of a labelmap that isn't empty, as a view, with its grid.

    The node's own accessor would copy the image, whose extent an editor makes as large as the
    volume; looking for the box first reads a gigabyte in a tenth of a second.
    """
    from vtk.util.numpy_support import vtk_to_numpy

    if image.IsEmpty():
        raise _empty(where)
    labels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    box = marked_box(labels)
    if box is None:
        raise _empty(where)
    inner = labels[box]
    start = [axis.start for axis in box[::-1]]
    return inner, _grid(image).cropped(start, inner.shape[::-1])


def _empty(where: str) -> InputError:
    """A segment without a voxel."""
    return InputError(
        where,
        "must mark at least one voxel",
        got="none",
        remedy="segment the tumor, or choose another segment",
    )


def _grid(image: "slicer.vtkOrientedImageData") -> Geometry:
    """The grid of a labelmap, whose extent may begin anywhere."""
    directions = [[0.0] * 3 for _ in range(3)]
    image.GetDirections(directions)
    size = image.GetDimensions()
    start = image.GetExtent()[::2]
    anchored = ras_geometry(size, image.GetSpacing(), image.GetOrigin(), np.array(directions))
    return anchored.cropped(start, size)
