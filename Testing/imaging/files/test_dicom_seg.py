"""DICOM SEG: written by highdicom, read back to the same voxels of the patient."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.dicom_series.values import patient_digest
from TACEResponseLib.imaging.files.roi_reading import read_roi
from Testing.imaging.made_segmentations import (
    COLUMN,
    ROW,
    SHAPE,
    SPACING_COLUMNS,
    SPACING_ROWS,
    THICKNESS,
    source_slices,
    write_seg,
)


@pytest.fixture
def masks() -> np.ndarray:
    """Two segments, (K, rows, columns, 2)."""
    masks = np.zeros((*SHAPE, 2), dtype=np.uint8)
    masks[1:4, 1:3, 2:5, 0] = 1
    masks[2, 4, 6, 1] = 1
    return masks


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom on the made header's short UIDs
def test_a_segment_comes_back_at_its_place_in_the_patient(
    masks: np.ndarray, tmp_path: Path
) -> None:
    write_seg(tmp_path / "seg.dcm", masks, "Tumor", "Satellite")
    roi, _ = read_roi(tmp_path / "seg.dcm", segments="all")
    assert roi.names == ((1, "Tumor"), (2, "Satellite"))
    for label in (1, 2):
        k, row, column = np.argwhere(masks[..., label - 1]).mean(axis=0)
        # By the header: position + column index along the rows' direction, and so on.
        expected = (
            np.array([10.0, -20.0, 30.0])
            + column * SPACING_COLUMNS * np.array(ROW)
            + row * SPACING_ROWS * np.array(COLUMN)
            + k * THICKNESS * np.array([0, 0, 1.0])
        )
        index = np.argwhere(roi.labels == label)[:, ::-1].mean(axis=0)
        assert roi.geometry.to_lps(index) == pytest.approx(expected)
        assert np.count_nonzero(roi.labels == label) == masks[..., label - 1].sum()


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
def test_a_segment_is_chosen_by_its_label_and_fractions_are_cut_at_one_half(
    masks: np.ndarray, tmp_path: Path
) -> None:
    write_seg(tmp_path / "seg.dcm", masks, "Liver", "Mass", fractional=True)
    roi, warnings = read_roi(tmp_path / "seg.dcm", segments=("mass",))
    assert np.count_nonzero(roi.labels) == 1
    assert [w.code for w in warnings] == ["fractional_segmentation"]
    with pytest.raises(InputError, match="say which are the tumor"):
        read_roi(tmp_path / "seg.dcm")


def test_another_dicom_object_is_refused(tmp_path: Path) -> None:
    image = source_slices()[0]
    image.file_meta.MediaStorageSOPClassUID = CTImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.save_as(tmp_path / "ct.dcm", enforce_file_format=True)
    with pytest.raises(InputError, match=r"by its SOPClassUID, got another DICOM object \(CT\)"):
        read_roi(tmp_path / "ct.dcm")
    (tmp_path / "cut.dcm").write_bytes((tmp_path / "ct.dcm").read_bytes()[:140])
    with pytest.raises(InputError, match=r"--roi cut\.dcm"):
        read_roi(tmp_path / "cut.dcm")


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
def test_whose_segmentation_it_is_goes_with_the_roi(masks: np.ndarray, tmp_path: Path) -> None:
    write_seg(tmp_path / "seg.dcm", masks, "Tumor")
    roi, _ = read_roi(tmp_path / "seg.dcm")
    assert roi.acquisition.frame_of_reference == "1.2.3.9"
    assert roi.acquisition.patient_digest == patient_digest({"PatientID": "7"})


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
def test_a_frame_out_of_line_is_refused(masks: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "seg.dcm"
    write_seg(path, masks, "Tumor")
    dataset = pydicom.dcmread(path)
    place = dataset.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0]
    x, y, z = place.ImagePositionPatient
    place.ImagePositionPatient = [x, float(y) + 0.8, z]
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"regular (grid, got 0.8 mm apart|volume)"):
        read_roi(path)


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
def test_two_frames_at_one_place_are_refused(masks: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "seg.dcm"
    write_seg(path, masks, "Tumor")
    dataset = pydicom.dcmread(path)
    frames = dataset.PerFrameFunctionalGroupsSequence
    frames[1].PlanePositionSequence = frames[0].PlanePositionSequence
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"as many voxels|regular volume"):
        read_roi(path)


ABSENT = [
    "SegmentationType",
    "SegmentSequence",
    "SharedFunctionalGroupsSequence",
    "Rows",
    "PerFrameFunctionalGroupsSequence",
    "MaximumFractionalValue",
    "PixelData",
    "SOPClassUID",
]


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
@pytest.mark.parametrize("keyword", ABSENT)
def test_an_element_that_is_absent_is_named(
    keyword: str, masks: np.ndarray, tmp_path: Path
) -> None:
    write_seg(tmp_path / "seg.dcm", masks, "Tumor", fractional=True)
    dataset = pydicom.dcmread(tmp_path / "seg.dcm")
    delattr(dataset, keyword)
    dataset.save_as(tmp_path / "seg.dcm")
    with pytest.raises(InputError, match=rf"{keyword}, got (nothing|none).* label image"):
        read_roi(tmp_path / "seg.dcm")


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
@pytest.mark.parametrize(
    ("value", "changes", "says"),
    [
        (127, {}, "must reach one half somewhere, as the tumor does, got at most 0.498;"),
        (20, {}, "got at most 0.078; threshold it yourself"),
        (128, {}, ""),
        (255, {}, ""),
        (50, {"MaximumFractionalValue": 100}, ""),
        (49, {"MaximumFractionalValue": 100}, "got at most 0.49"),
        (200, {"MaximumFractionalValue": 100}, "must hold fractions of 100 .*got values up to 200"),
        (1, {"SegmentationType": "BINARY"}, ""),
        (20, {"SegmentationType": "BINARY"}, "must hold 0 and 1, .* got values up to 20"),
    ],
)
def test_fractions_count_from_one_half_of_their_whole(
    value: int, changes: dict[str, object], says: str, masks: np.ndarray, tmp_path: Path
) -> None:
    write_seg(tmp_path / "seg.dcm", masks, "Tumor", fractional=True)
    dataset = pydicom.dcmread(tmp_path / "seg.dcm")
    dataset.PixelData = np.where(dataset.pixel_array > 0, value, 0).astype(np.uint8).tobytes()
    for keyword, changed in changes.items():
        setattr(dataset, keyword, changed)
    dataset.save_as(tmp_path / "seg.dcm")
    if says:
        with pytest.raises(InputError, match=says):
            read_roi(tmp_path / "seg.dcm")
    else:
        roi, _ = read_roi(tmp_path / "seg.dcm")
        assert np.count_nonzero(roi.labels) == masks[..., 0].sum()


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
def test_a_label_map_gives_the_same_segments(masks: np.ndarray, tmp_path: Path) -> None:
    write_seg(tmp_path / "seg.dcm", masks, "Tumor", "Satellite", kind="LABELMAP")
    roi, _ = read_roi(tmp_path / "seg.dcm", segments="all")
    assert [int((roi.labels == n).sum()) for n in (1, 2)] == masks.sum(axis=(0, 1, 2)).tolist()
