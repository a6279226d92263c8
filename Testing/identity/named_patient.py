"""A simulated patient whose every file, segment and header names a person who doesn't exist."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.patient.case import Case
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.coarse_images import CT_GRID
from Testing.identity.canaries import WORDS

CT = ImageSequence.CT_ARTERIAL
STORED_OFFSET = 1024
N_PATIENTS = 20


def simulated_case() -> Case:
    """One simulated patient in a coarse image."""
    return simulate_patient(SimulationSettings(grid=CT_GRID), 2, 0).to_case()


def write_series(case: Case, folder: Path) -> Path:
    """The arterial CT as a DICOM series, its headers full of names."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    folder.mkdir(parents=True)
    volume = case.images[CT]
    for k, plane in enumerate(volume.voxels):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{WORDS['SeriesInstanceUID']}.{k + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = folder / f"{WORDS['image file']}{k:03d}.dcm"
        header = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        values: dict[str, object] = {
            "SOPClassUID": CTImageStorage,
            "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
            "Modality": "CT",
            "Rows": plane.shape[0],
            "Columns": plane.shape[1],
            "PixelSpacing": list(volume.geometry.spacing_mm[:2]),
            "SliceThickness": 3.0,
            "ImagePositionPatient": volume.geometry.to_lps((0, 0, k)).tolist(),
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 1,
            "RescaleSlope": 1,
            "RescaleIntercept": -STORED_OFFSET,
            "InstanceNumber": k + 1,
        }
        named = {n: w for n, w in WORDS.items() if n[0].isupper() and " " not in n}
        for name, value in (values | named).items():
            setattr(header, name, value)
        header.PixelData = (plane.astype(np.int32) + STORED_OFFSET).astype(np.int16).tobytes()
        header.save_as(path, enforce_file_format=True)
    return folder


def write_image(case: Case, path: Path, seed: int = 0) -> Path:
    """The arterial CT as NIfTI; with a seed coarser, and uneven in its own way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = case.images[CT].to_sitk()
    if seed:
        small = sitk.BinShrink(image, [2, 2, 2])
        voxels = sitk.GetArrayFromImage(small)
        # As coarse as a fingerprint: copies with other noise would be known as such.
        field = np.random.default_rng(seed).normal(0, 15, (8, 8, 8))
        places = np.ix_(*(np.arange(n) * 8 // n for n in voxels.shape))
        own = sitk.GetImageFromArray((voxels + field[places]).astype(np.int16))
        own.CopyInformation(small)
        image = own
    sitk.WriteImage(image, str(path), useCompression=False)
    return path


def write_segmentation(roi: Roi, path: Path) -> Path:
    """The tumor in Slicer's format, on a grid of its own, its segment named after the patient."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.BinShrink(roi.as_volume().to_sitk(), [2, 2, 1])
    image = sitk.Cast(image > 0, sitk.sitkUInt8)
    image.SetMetaData("Segment0_Name", WORDS["segment"])
    image.SetMetaData("Segment0_LabelValue", "1")
    image.SetMetaData("Segment0_Layer", "0")
    sitk.WriteImage(image, str(path), useCompression=False)
    return path


def write_table(case: Case, folder: Path, *, n: int = N_PATIENTS, first: int = 0) -> Path:
    """A cohort of patients that differ in brightness by place; the last one's image is cut off.

    Those of another `first` are other patients.
    """
    assert case.roi is not None
    rows = []
    for i in range(n):
        labels = case.roi.labels.copy()
        # No two patients have one mask.
        k, row, column = np.argwhere(labels)[29 * i]
        if first:
            labels[np.argwhere(labels)[-1][0]] = 0
        labels[k, row - 2 : row + 3, column - 2 : column + 3] = 0
        roi = write_segmentation(
            replace(case.roi, labels=labels), folder / f"{WORDS['ROI file']}{i}.seg.nrrd"
        )
        image = write_image(case, folder / f"{WORDS['image file']}{i}.nii", seed=first + i + 1)
        rows.append(
            {
                "case_id": f"C{i}",
                "role": "training",
                "response": ("CR", "PD")[i % 2],
                "ct_arterial": image.name,
                "roi": roi.name,
                "multinodular": "no",
                "portal_vein_invasion": ("no", "yes")[i % 3 == 0],
                "afp_ng_per_ml": str(10.0 * (i + 1)),
                "child_pugh_class": "A",
            }
        )
    path = folder / f"{WORDS['table']}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def cut_off(path: Path) -> None:
    """Damage a file."""
    path.write_bytes(path.read_bytes()[:5000])
