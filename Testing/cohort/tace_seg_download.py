"""A download of HCC-TACE-Seg in miniature, laid out as the archive's retriever does."""

from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pydicom.valuerep import DA

SHAPE = (7, 12, 10)
"""Slices from foot to head, rows, columns."""
SPACING = (2.5, 2.0, 1.6)
"""Between slices, rows, columns, mm."""
VOXEL_ML = 2.5 * 2.0 * 1.6 / 1000
FIRST_LPS = (-30.0, -20.0, 50.0)


def uid(*words: object) -> UID:
    return UID(generate_uid(entropy_srcs=[str(word) for word in words]))


def ct_slice(path: Path, patient: str, series: str, k: int, description: str) -> FileDataset:
    """One slice whose voxels hold 20 k + row HU, but for a column of air."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = uid(patient, series, k)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    d = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    d.SOPClassUID, d.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    d.StudyInstanceUID, d.SeriesInstanceUID = uid(patient, "study"), uid(patient, series)
    d.FrameOfReferenceUID = uid(patient, "frame")
    d.PatientID, d.PatientName = patient, f"{patient}^"
    d.PatientBirthDate, d.PatientSex = "", ""
    d.StudyDate, d.StudyTime, d.AccessionNumber, d.StudyID = "19980210", "", "", ""
    d.ReferringPhysicianName, d.InstanceNumber = "", k + 1
    d.Modality, d.SeriesDescription = "CT", description
    d.Rows, d.Columns = SHAPE[1:]
    d.PixelSpacing, d.SliceThickness = list(SPACING[1:]), SPACING[0]
    d.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    x, y, z = FIRST_LPS
    d.ImagePositionPatient = [x, y, z + SPACING[0] * k]
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
    d.RescaleSlope, d.RescaleIntercept = 1, -1024
    hu = np.repeat(20 * k + np.arange(SHAPE[1])[:, np.newaxis], SHAPE[2], axis=1)
    hu[:, 0] = -1000
    d.PixelData = (hu + 1024).astype(np.int16).tobytes()
    return d


def write_series(
    folder: Path,
    patient: str,
    series: str = "liver",
    description: str = "3 PHASE LIVER",
    *,
    head_first: bool = False,
) -> list[FileDataset]:
    """A series in a folder of its own; `head_first` names its files from head to foot."""
    folder.mkdir(parents=True, exist_ok=True)
    order = range(SHAPE[0])[:: -1 if head_first else 1]
    slices = []
    for n, k in enumerate(order, start=1):
        slices.append(
            ct_slice(folder / f"1-{n:02d}{series[:1]}.dcm", patient, series, k, description)
        )
        slices[-1].save_as(str(slices[-1].filename), enforce_file_format=True)
    return slices


def two_masses() -> np.ndarray:
    """Two pieces with empty slices between, foot first: 2 slices of 3 x 2, and 1 of 2 x 4."""
    mask = np.zeros(SHAPE, dtype=np.uint8)
    mask[1:3, 2:5, 3:5] = 1
    mask[5, 8:10, 1:5] = 1
    return mask


def write_segmentation(
    folder: Path,
    slices: list[FileDataset],
    masks: dict[str, np.ndarray],
    *,
    head_first: bool = False,
    study_date: str = "19980210",
) -> Path:
    """A SEG of named masks, given foot first, drawn on these slices."""
    folder.mkdir(parents=True, exist_ok=True)
    stacked = np.stack(list(masks.values()), axis=-1)
    seg = hd.seg.Segmentation(
        source_images=slices,
        pixel_array=stacked[::-1] if head_first else stacked,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[
            hd.seg.SegmentDescription(
                segment_number=n,
                segment_label=label,
                segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
                segmented_property_type=codes.SCT.Neoplasm,
                algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
            )
            for n, label in enumerate(masks, start=1)
        ],
        series_instance_uid=uid("seg", folder),
        series_number=300,
        sop_instance_uid=uid("seg instance", folder),
        instance_number=1,
        manufacturer="test",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
    )
    seg.StudyDate = DA(study_date)
    path = folder / "1-1.dcm"
    seg.save_as(path)
    return path


def write_patient(
    download: Path,
    patient: str,
    *,
    description: str = "3 PHASE LIVER",
    head_first: bool = False,
    masks: dict[str, np.ndarray] | None = None,
) -> Path:
    """A patient with the segmented series, its segmentation and a series of no concern.

    Returns: the folder of the study.
    """
    liver = np.zeros(SHAPE, dtype=np.uint8)
    liver[:, 1:11, 1:9] = 1
    study = download / "manifest-1" / "HCC-TACE-Seg" / patient / "02-10-1998-NA-CT ABDOMEN-17941"
    write_series(study / "2.000000-SCOUT-00001", patient, "other", "PRE LIVER")
    slices = write_series(
        study / "4.000000-LIVER-00002", patient, description=description, head_first=head_first
    )
    write_segmentation(
        study / "300.000000-Segmentation-45632",
        slices,
        masks or {"Liver": liver, "Mass": two_masses()},
        head_first=head_first,
    )
    (study / "LICENSE").write_text("CC BY 4.0")
    return study
