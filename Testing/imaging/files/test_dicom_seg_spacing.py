"""A SEG that does not state how far its slices lie apart keeps the volume that was drawn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.roi.roi import Roi
from Testing.imaging.made_segmentations import (
    SHAPE,
    SPACING_COLUMNS,
    SPACING_ROWS,
    THICKNESS,
    write_seg,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom on the made short UIDs
VOXEL_MM3 = SPACING_COLUMNS * SPACING_ROWS * THICKNESS


def write_drawn(
    path: Path, slices: Sequence[int], *, each_frame: bool = False, **measures: object
) -> int:
    """A SEG drawn on some slices; `None` leaves out how they are measured. Returns its voxels."""
    masks = np.zeros((*SHAPE, 1), dtype=np.uint8)
    for k in slices:
        masks[k, 1:4, 2 : 4 + k] = 1
    write_seg(path, masks, "Tumor")
    dataset = pydicom.dcmread(path)
    shared = dataset.SharedFunctionalGroupsSequence[0]
    item = shared.PixelMeasuresSequence[0]
    for name, value in measures.items():
        setattr(item, name, value)
        if value is None:
            delattr(item, name)
    if each_frame:
        for frame in dataset.PerFrameFunctionalGroupsSequence:
            frame.PixelMeasuresSequence = shared.PixelMeasuresSequence
        del shared.PixelMeasuresSequence
    dataset.save_as(path)
    return int(masks.sum())


def volume_mm3(roi: Roi) -> float:
    return float(np.count_nonzero(roi.labels) * np.prod(roi.geometry.spacing_mm))


@pytest.mark.parametrize("each_frame", [False, True])
@pytest.mark.parametrize("slices", [(0, 2, 4), (0, 3), (1,), (4,), (0, 1, 4), range(5), (0, 2)])
def test_what_was_drawn_keeps_its_volume_without_a_stated_distance(
    slices: Sequence[int], each_frame: bool, tmp_path: Path
) -> None:
    path = tmp_path / "seg.dcm"
    drawn = write_drawn(path, slices, each_frame=each_frame, SpacingBetweenSlices=None)
    roi, warnings = read_roi(path)
    assert roi.geometry.spacing_mm[2] == pytest.approx(THICKNESS)
    assert volume_mm3(roi) == pytest.approx(drawn * VOXEL_MM3)
    apart = len(slices) > 1 and all(gap > 1 for gap in np.diff(slices))
    assert [w.code for w in warnings] == (["roi_frames_apart"] if apart else [])
    path = tmp_path / "stated.dcm"
    write_drawn(path, slices, each_frame=each_frame)
    stated, _ = read_roi(path)
    assert np.array_equal(roi.labels, stated.labels)


@pytest.mark.parametrize("thickness", [5.0, 4.0, 1.0, 2.5])
def test_slices_that_overlap_or_leave_gaps_keep_the_distance_of_their_frames(
    thickness: float, tmp_path: Path
) -> None:
    """A thickness of which 2.5 mm are no whole number of times says nothing of the distance."""
    drawn = write_drawn(
        tmp_path / "seg.dcm", range(5), SpacingBetweenSlices=None, SliceThickness=thickness
    )
    roi, warnings = read_roi(tmp_path / "seg.dcm")
    assert (volume_mm3(roi), warnings) == (pytest.approx(drawn * VOXEL_MM3), ())


def test_the_warning_says_on_which_slices_it_was_taken_to_be_drawn(tmp_path: Path) -> None:
    write_drawn(tmp_path / "seg.dcm", (1, 4), SpacingBetweenSlices=None)
    _, (warning,) = read_roi(tmp_path / "seg.dcm")
    assert "lie 7.5 mm apart but are 2.5 mm thick" in warning.message
    assert "on every third slice" in warning.message


@pytest.mark.parametrize("measures", [{"SliceThickness": None}, {"SliceThickness": 0}])
def test_one_slice_of_no_thickness_is_refused_not_made_up(
    measures: dict[str, object], tmp_path: Path
) -> None:
    write_drawn(tmp_path / "seg.dcm", (2,), SpacingBetweenSlices=None, **measures)
    with pytest.raises(InputError, match=r"SliceThickness, being drawn on one slice, got neither"):
        read_roi(tmp_path / "seg.dcm")


@pytest.mark.parametrize("keyword", ["PerFrameFunctionalGroupsSequence", "SegmentSequence"])
def test_a_sequence_that_is_cut_within_an_element_is_refused_in_one_line(
    keyword: str, tmp_path: Path
) -> None:
    """An element of a long kind whose four bytes of length are not there."""
    write_drawn(tmp_path / "seg.dcm", (2, 3))
    dataset = pydicom.dcmread(tmp_path / "seg.dcm")
    element = b"\x08\x00\x18\x00OB\0\0"
    value = b"\xfe\xff\x00\xe0" + len(element).to_bytes(4, "little") + element
    tag = Tag(keyword)
    dataset._dict[tag] = RawDataElement(tag, "SQ", len(value), value, 0, False, True)
    dataset.save_as(tmp_path / "seg.dcm")
    with pytest.raises(InputError, match=r"--roi seg\.dcm: .*; export the ROI as a label image"):
        read_roi(tmp_path / "seg.dcm")
