"""A volume as the slices of a DICOM series, written by pydicom."""

from pathlib import Path

import numpy as np

from TACEResponseLib.imaging.volume import Volume

CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
}


def write_series(folder: Path, volume: Volume, modality: str, **changes: object) -> None:
    """A series, slice by slice, from its end, CT with its intercept; `changes` replace tags."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    folder.mkdir()
    grid = volume.geometry
    intercept = -1024 if modality == "CT" else 0
    for k in reversed(range(grid.size_ijk[2])):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        values = {
            "SOPClassUID": CLASSES[modality],
            "SOPInstanceUID": f"1.2.3.4.{k + 1}",
            "Modality": modality,
            "PatientID": "P1",
            "PatientName": "P1",
            "StudyInstanceUID": "1.2.3",
            "SeriesInstanceUID": "1.2.3.4",
            "FrameOfReferenceUID": "1.2.3.5",
            "SeriesDescription": "arterial phase",
            "ContrastBolusAgent": "contrast",
            "AcquisitionNumber": 1,
            "InstanceNumber": k + 1,
            "ImageType": ["ORIGINAL", "PRIMARY"],
            "ImagePositionPatient": grid.to_lps((0, 0, k)).tolist(),
            "ImageOrientationPatient": grid.direction[:, :2].T.ravel().tolist(),
            "PixelSpacing": [grid.spacing_mm[1], grid.spacing_mm[0]],
            "SliceThickness": grid.spacing_mm[2],
            "Rows": grid.size_ijk[1],
            "Columns": grid.size_ijk[0],
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 1,
            "RescaleSlope": 1,
            "RescaleIntercept": intercept,
        }
        values["PixelData"] = (volume.voxels[k] - intercept).astype(np.int16).tobytes()
        for name, value in (values | changes).items():
            setattr(dataset, name, value)
        dataset.save_as(folder / f"{900 - k}.dcm", enforce_file_format=True)
