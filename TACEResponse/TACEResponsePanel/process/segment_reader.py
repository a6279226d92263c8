"""Reads segments once a change: a large labelmap is not looked through at every turn."""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import vtk

if TYPE_CHECKING:
    from TACEResponseLib.imaging.files.segment_parts import SegmentPart

BINARY_LABELMAP = "Binary labelmap"


class SegmentReader:
    """Remembers what each segment held and when that was."""

    def __init__(self) -> None:
        """Begin without a memory."""
        self._parts: dict[tuple[str, str], tuple[str, SegmentPart, str]] = {}

    def part(self, node: Any, segmentId: str) -> "SegmentPart":
        """A segment in the world, cut to the box that it fills.

        Raises: InputError: it is empty or can't be used.
        """
        return self._read(node, segmentId)[1]

    def digest(self, node: Any, segmentId: str) -> str:
        """Names a segment's content and place: what an undo brings back has its old name again.

        Raises: InputError: as `part`.
        """
        return self._read(node, segmentId)[2]

    def forget(self) -> None:
        """Drop the memory, as at the end of a case."""
        self._parts = {}

    def _read(self, node: Any, segmentId: str) -> "tuple[str, SegmentPart, str]":
        """Stamp, part and digest; read anew only if the stamp is another."""
        from TACEResponseLib.scene.segment_reading import read_segment

        key, stamp = (node.GetID(), segmentId), _stamp(node, segmentId)
        if key not in self._parts or self._parts[key][0] != stamp:
            part = read_segment(node, segmentId)
            self._parts[key] = (stamp, part, _digest(part))
        return self._parts[key]


def _stamp(node: Any, segmentId: str) -> str:
    """Changes when the segment, its labelmap or a transform does.

    VTK gives no time twice, whatever the object; an `id` would be that of a wrapper which Python
    makes anew at every call.
    """
    content = node.GetSegmentation()
    segment = content.GetSegment(segmentId) if content is not None else None
    if segment is None:
        return ""
    labelmap = segment.GetRepresentation(BINARY_LABELMAP)
    if labelmap is None:
        return ""
    return f"{labelmap.GetMTime()} {segment.GetMTime()} {worldKey(node)}"


def _digest(part: "SegmentPart") -> str:
    """Of the marked voxels and where they lie, not of the box that an editor keeps round them."""
    grid = part.geometry
    places = [*grid.origin_lps, *grid.spacing_mm, *grid.direction_lps]
    digest = hashlib.sha256(repr([round(place, 6) for place in places]).encode())
    digest.update(repr(part.mask.shape).encode())
    digest.update(np.packbits(part.mask).tobytes())
    return digest.hexdigest()


def worldKey(node: Any) -> str:
    """Where a node's transforms put it; empty where they move nothing."""
    transform = node.GetParentTransformNode()
    if transform is None:
        return ""
    matrix = vtk.vtkMatrix4x4()
    if not transform.GetMatrixTransformToWorld(matrix):
        return f"non-linear {transform.GetID()}:{transform.GetTransformToWorldMTime()}"
    return "" if matrix.IsIdentity() else numbers(matrix)


def gridNumbers(volume: Any) -> list[float]:
    """The matrix that leads from a volume's voxels to its place."""
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return [matrix.GetElement(r, c) for r in range(4) for c in range(4)]


def numbers(matrix: Any) -> str:
    """A matrix as text."""
    return ",".join(f"{matrix.GetElement(r, c):.6g}" for r in range(4) for c in range(4))
