"""DICOM SEG: written by highdicom, read back to the same voxels of the patient."""

from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.roi_reading import read_roi

SHAPE = (5, 6, 8)
ROW, COLUMN = (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)  # turned by a quarter in the slice
SPACING_ROWS, SPACING_COLUMNS, THICKNESS = 0.8, 0.6, 2.5


def source_slices() -> list[Dataset]:
    """Headers of the CT that the segmentation was drawn on."""
    slices = []
    for k in range(SHAPE[0]):
        d = Dataset()
        d.file_meta = FileMetaDataset()
        d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        d.SOPClassUID = CTImageStorage
        d.SOPInstanceUID = generate_uid(entropy_srcs=["ct", str(k)])
        d.StudyInstanceUID, d.SeriesInstanceUID = "1.2.3", "1.2.3.4"
        d.FrameOfReferenceUID = "1.2.3.9"
        d.PatientID, d.PatientName, d.PatientBirthDate, d.PatientSex = "7", "A^B", "", ""
        d.StudyDate, d.StudyTime, d.AccessionNumber, d.StudyID = "", "", "", ""
        d.ReferringPhysicianName = ""
        d.Modality, d.Rows, d.Columns = "CT", SHAPE[1], SHAPE[2]
        d.PixelSpacing = [SPACING_ROWS, SPACING_COLUMNS]
        d.SliceThickness = THICKNESS
        d.ImageOrientationPatient = [*ROW, *COLUMN]
        d.ImagePositionPatient = [10.0, -20.0, 30.0 + THICKNESS * k]
        d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
        d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
        d.InstanceNumber = k + 1
        slices.append(d)
    return slices


def describe(number: int, label: str) -> hd.seg.SegmentDescription:
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Neoplasm,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )


@pytest.fixture
def masks() -> np.ndarray:
    """Two segments, (K, rows, columns, 2)."""
    masks = np.zeros((*SHAPE, 2), dtype=np.uint8)
    masks[1:4, 1:3, 2:5, 0] = 1
    masks[2, 4, 6, 1] = 1
    return masks


def write_seg(path: Path, masks: np.ndarray, *labels: str, fractional: bool = False) -> None:
    kind = hd.seg.SegmentationTypeValues
    pixels = masks[..., : len(labels)]
    hd.seg.Segmentation(
        source_images=source_slices(),
        pixel_array=pixels * 0.6 if fractional else pixels,
        segmentation_type=kind.FRACTIONAL if fractional else kind.BINARY,
        segment_descriptions=[describe(n + 1, label) for n, label in enumerate(labels)],
        series_instance_uid="1.2.3.5",
        series_number=2,
        sop_instance_uid="1.2.3.6",
        instance_number=1,
        manufacturer="test",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
    ).save_as(path)


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
    with pytest.raises(InputError, match=r"segmentation \(SEG\), got another DICOM object \(CT\)"):
        read_roi(tmp_path / "ct.dcm")
    (tmp_path / "cut.dcm").write_bytes((tmp_path / "ct.dcm").read_bytes()[:140])
    with pytest.raises(InputError, match=r"--roi cut\.dcm"):
        read_roi(tmp_path / "cut.dcm")
