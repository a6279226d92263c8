"""Segments are looked through once a change, whoever asks and however often."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.case import Case
from TACEResponseLib.errors import InputError
from TACEResponseLib.scene import segment_reading


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The segments that were looked through."""
    seen: list[str] = []
    read = segment_reading.read_segment

    def counted(node: Any, segment_id: str) -> Any:
        seen.append(segment_id)
        return read(node, segment_id)

    monkeypatch.setattr(segment_reading, "read_segment", counted)
    return seen


def paint(segmentation: Any, image: Any, segment_id: str, value: int) -> None:
    """Set a corner of a segment."""
    import slicer

    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image)
    mask[:2, :2, :2] = value
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)


def test_a_segment_is_read_once_a_change(
    person: Any, other_patient: Case, reads: list[str]
) -> None:
    from TACEResponsePanel.segment_reader import SegmentReader

    image, segmentation = person.load_patient(other_patient)
    reader, segment_id = SegmentReader(), segmentation.GetSegmentation().GetNthSegmentID(0)
    first = reader.digest(segmentation, segment_id)
    part = reader.part(segmentation, segment_id)
    assert reader.digest(segmentation, segment_id) == first
    assert reads == [segment_id]
    paint(segmentation, image, segment_id, 1)
    assert reader.digest(segmentation, segment_id) != first
    # The corner lies far from the lesion, so the box that holds both is larger.
    assert reader.part(segmentation, segment_id).mask.size > part.mask.size
    assert reads == [segment_id] * 2


def test_what_an_undo_brings_back_has_its_old_name(
    person: Any, other_patient: Case, reads: list[str]
) -> None:
    from TACEResponsePanel.segment_reader import SegmentReader

    image, segmentation = person.load_patient(other_patient)
    reader, segment_id = SegmentReader(), segmentation.GetSegmentation().GetNthSegmentID(0)
    first = reader.digest(segmentation, segment_id)
    for value in (1, 0):
        paint(segmentation, image, segment_id, value)
        changed = reader.digest(segmentation, segment_id)
        assert (changed == first) == (value == 0)
    assert len(reads) == 3


def test_a_moved_segment_is_read_anew_and_an_emptied_one_refused(
    person: Any, other_patient: Case, reads: list[str]
) -> None:
    import slicer
    import vtk
    from TACEResponsePanel.segment_reader import SegmentReader

    image, segmentation = person.load_patient(other_patient)
    reader, segment_id = SegmentReader(), segmentation.GetSegmentation().GetNthSegmentID(0)
    there = reader.part(segmentation, segment_id).geometry.origin_lps
    transform = person.standins.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(2, 3, 7.0)
    transform.SetMatrixTransformToParent(matrix)
    segmentation.SetAndObserveTransformNodeID(transform.GetID())
    moved = reader.part(segmentation, segment_id).geometry.origin_lps
    assert np.subtract(moved, there) == pytest.approx([0, 0, 7])
    assert len(reads) == 2
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask * 0, segmentation, segment_id, image)
    with pytest.raises(InputError, match="at least one voxel"):
        reader.part(segmentation, segment_id)
