"""The PatientID of a DICOM image, without reading its pixels."""

from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.dicom_series.files import is_dicom, read_dataset
from TACEResponseLib.imaging.files.dicom_series.values import text


def patient_id_of(path: Path) -> str:
    """Whose image a file or a folder of DICOM is, by its first header that says so.

    A series of two patients is refused where it is read.

    Returns: empty for other formats, for what can't be read, and where no header says.
    """
    try:
        files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    except OSError:
        return ""
    for file in files:
        if path.is_file() and not is_dicom(file):
            return ""
        try:
            header = read_dataset(file, file.name, pixels=False)
        except InputError:
            continue
        if header is not None and (person := text(header, "PatientID")):
            return person
    return ""
