"""Pixels in packings that pydicom can't unpack, unpacked by ITK in a process of its own.

ITK's decoders are foreign code that damaged data has crashed; their death is then a damaged file.
What they are given holds pixels and nothing of the patient.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.imaging.volume import Voxels

SECONDS_AT_LEAST = 60
SECONDS_A_SLICE = 2
KEPT = (
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelData",
)


def decode_elsewhere(
    datasets: Mapping[int, Any], size: tuple[int, int]
) -> dict[int, Voxels | None]:
    """Stored numbers of each slice by its number; `None` for one that can't be unpacked.

    Args:
        datasets: slices with packed pixels, by number.
        size: rows and columns.
    """
    if not datasets:
        return {}
    with tempfile.TemporaryDirectory(prefix="taceresponse-") as folder:
        for number, dataset in datasets.items():
            if _names_packing(dataset):
                _write(dataset, Path(folder) / f"{number}.dcm")
        _run(folder, len(datasets))
        return {number: _result(Path(folder) / f"{number}.npy", size) for number in datasets}


def _names_packing(dataset: Any) -> bool:
    """Whether a slice says in a way that the standard knows how its pixels are packed."""
    from pydicom.uid import AllTransferSyntaxes

    return dataset.file_meta.get("TransferSyntaxUID") in AllTransferSyntaxes


def _write(dataset: Any, path: Path) -> None:
    """A file of the pixels alone, whose values are the stored numbers."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, generate_uid

    bare = Dataset()
    for keyword in KEPT:
        setattr(bare, keyword, getattr(dataset, keyword))
    bare["PixelData"].VR = "OB"
    bare["PixelData"].is_undefined_length = True
    bare.SamplesPerPixel, bare.PhotometricInterpretation = 1, "MONOCHROME2"
    bare.SOPClassUID, bare.SOPInstanceUID = CTImageStorage, generate_uid()
    bare.RescaleSlope, bare.RescaleIntercept = 1, 0
    bare.PixelSpacing = [1, 1]
    bare.ImagePositionPatient = [0, 0, 0]
    bare.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        CTImageStorage,
        bare.SOPInstanceUID,
    )
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    bare.file_meta = meta
    bare.save_as(path, enforce_file_format=True)


def _run(folder: str, count: int) -> None:
    """Let another process unpack them; whatever becomes of it, what it wrote counts."""
    root = str(Path(__file__).resolve().parents[4])
    paths = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH", "")) if p)
    python = shutil.which("PythonSlicer") or sys.executable
    command = [python, "-m", "TACEResponseLib.imaging.files.dicom_series.unpacking", folder]
    try:
        subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_AT_LEAST + SECONDS_A_SLICE * count,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return


def _result(path: Path, size: tuple[int, int]) -> Voxels | None:
    """What was written, if it is a slice."""
    try:
        pixels = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return pixels if pixels.shape == size and np.issubdtype(pixels.dtype, np.integer) else None
