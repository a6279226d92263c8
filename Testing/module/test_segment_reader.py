"""Segments are looked through once a change, whoever asks and however often."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.patient.case import Case
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


@dataclass
class Segment:
    """The lesion of a patient in the scene, and a reader that has not read it."""

    image: Any
    segmentation: Any
    segment_id: str
    reader: Any

    @property
    def part(self) -> Any:
        return self.reader.part(self.segmentation, self.segment_id)

    @property
    def digest(self) -> str:
        return str(self.reader.digest(self.segmentation, self.segment_id))

    def paint(self, place: Any, value: int) -> None:
        """Set some voxels."""
        import slicer

        where = (self.segmentation, self.segment_id, self.image)
        mask = slicer.util.arrayFromSegmentBinaryLabelmap(*where)
        mask[place] = value
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask, *where)


@pytest.fixture
def segment(person: Any, other_patient: Case) -> Segment:
    from TACEResponsePanel.process.segment_reader import SegmentReader

    image, segmentation = person.load_patient(other_patient)
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    return Segment(image, segmentation, segment_id, SegmentReader())


CORNER = np.s_[:2, :2, :2]


def test_a_segment_is_read_once_a_change(segment: Segment, reads: list[str]) -> None:
    first, part = segment.digest, segment.part
    assert segment.digest == first
    assert reads == [segment.segment_id]
    segment.paint(CORNER, 1)
    assert segment.digest != first
    # The corner lies far from the lesion, so the box that holds both is larger.
    assert segment.part.mask.size > part.mask.size
    assert reads == [segment.segment_id] * 2


def test_what_an_undo_brings_back_has_its_old_name(segment: Segment, reads: list[str]) -> None:
    first = segment.digest
    for value in (1, 0):
        segment.paint(CORNER, value)
        assert (segment.digest == first) == (value == 0)
    assert len(reads) == 3


def test_a_moved_segment_is_read_anew_and_an_emptied_one_refused(
    person: Any, segment: Segment, reads: list[str]
) -> None:
    import vtk

    there = segment.part.geometry.origin_lps
    transform = person.standins.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(2, 3, 7.0)
    transform.SetMatrixTransformToParent(matrix)
    segment.segmentation.SetAndObserveTransformNodeID(transform.GetID())
    assert np.subtract(segment.part.geometry.origin_lps, there) == pytest.approx([0, 0, 7])
    assert len(reads) == 2
    segment.paint(np.s_[:], 0)
    with pytest.raises(InputError, match="at least one voxel"):
        _ = segment.part
