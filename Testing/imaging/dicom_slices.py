"""DICOM slices made by hand, with values known by their number."""

from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    MRImageStorage,
    RLELossless,
    generate_uid,
)
from pydicom.valuerep import DS

from TACEResponseLib.imaging.volume import Volume

SPACING = (0.8, 0.6)  # between rows, between columns


def write_slice(
    folder: Path, number: int, z: float, *, pixels: np.ndarray | None = None, **changes: object
) -> np.ndarray:
    """One axial slice with stored values known by its number; returns what it means in HU.

    `None` leaves an element out.
    """
    meta = FileMetaDataset()
    kind = MRImageStorage if changes.get("Modality") == "MR" else CTImageStorage
    meta.MediaStorageSOPClassUID = kind
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[folder.name, str(number)])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    path = folder / f"{99 - number:03d}.dcm"  # file names run against the slices
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    stored = (np.arange(12 * 10).reshape(12, 10) + 7 * number).astype(np.int16)
    values: dict[str, object] = {
        "SOPClassUID": kind,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "SeriesInstanceUID": "1.2.3.4",
        "StudyInstanceUID": "1.2.3",
        "FrameOfReferenceUID": "1.2.3.9",
        "PatientName": "Doe^Jane",
        "PatientID": "12345",
        "PatientBirthDate": "19500101",
        "Modality": "CT",
        "SeriesDescription": "Abdomen arterial",
        "ContrastBolusAgent": "Iomeprol",
        "Rows": 12,
        "Columns": 10,
        "PixelSpacing": list(SPACING),
        "SliceThickness": 2.5,
        "ImagePositionPatient": [-30.0, -20.0, z],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleSlope": 2,
        "RescaleIntercept": -1024,
        "InstanceNumber": number,
    }
    for name, value in (values | changes).items():
        if value is not None:
            setattr(dataset, name, value)
    dataset.PixelData = (stored if pixels is None else pixels).tobytes()
    dataset.save_as(path, enforce_file_format=True)
    return stored.astype(float) * 2 - 1024


def packed(path: Path, syntax: UID) -> None:
    """Write a slice anew in another transfer syntax; its values stay as they are."""
    dataset = pydicom.dcmread(path)
    if syntax in (RLELossless, JPEGLSLossless, JPEGLSNearLossless):
        dataset.compress(syntax, generate_instance_uid=False)
    elif syntax in (JPEG2000Lossless, JPEGLosslessSV1):
        frames = _packed_by_itk(dataset.pixel_array, syntax, path.with_suffix(".tmp.dcm"))
        dataset.PixelData = frames
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    elif syntax is ExplicitVRBigEndian:
        dataset.PixelData = dataset.pixel_array.byteswap().tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset._is_little_endian = dataset._is_implicit_VR = None
    dataset._read_little = dataset._read_implicit = None
    dataset.save_as(path, enforce_file_format=True)


def _packed_by_itk(pixels: np.ndarray, syntax: UID, path: Path) -> bytes:
    """Pixels packed by ITK's coder, as they stand in its file."""
    writer = sitk.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.SetFileName(str(path))
    writer.UseCompressionOn()
    writer.SetCompressor("JPEG2000" if syntax is JPEG2000Lossless else "JPEG")
    writer.Execute(sitk.GetImageFromArray(pixels[np.newaxis]))
    written = pydicom.dcmread(path)
    path.unlink()
    assert written.file_meta.TransferSyntaxUID == syntax
    return written.PixelData


def write_volume(folder: Path, volume: Volume) -> None:
    """An axial image of whole HU, a file a slice."""
    geometry = volume.geometry
    for k, values in enumerate(volume.voxels):
        x, y, z = geometry.to_lps((0, 0, k)).tolist()
        write_slice(
            folder,
            k,
            z,
            pixels=values.astype(np.int16),
            Rows=values.shape[0],
            Columns=values.shape[1],
            PixelSpacing=[geometry.spacing_mm[1], geometry.spacing_mm[0]],
            SliceThickness=DS(geometry.spacing_mm[2], auto_format=True),
            ImagePositionPatient=[DS(v, auto_format=True) for v in (x, y, z)],
            ImageOrientationPatient=[*geometry.direction[:, 0], *geometry.direction[:, 1]],
            RescaleSlope=1,
            RescaleIntercept=0,
        )
