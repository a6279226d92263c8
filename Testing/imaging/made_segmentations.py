"""DICOM segmentations made by highdicom on slices made by hand."""

from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

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


def write_seg(
    path: Path, masks: np.ndarray, *labels: str, fractional: bool = False, kind: str = "BINARY"
) -> None:
    pixels = masks[..., : len(labels)]
    hd.seg.Segmentation(
        source_images=source_slices(),
        pixel_array=pixels * 0.6 if fractional else pixels,
        segmentation_type="FRACTIONAL" if fractional else kind,
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
