"""Images from files: NIfTI, NRRD, MHA and DICOM, through one gate."""

from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import image_subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.dicom import find_series, read_series
from TACEResponseLib.imaging.files.dicom_series.files import is_dicom
from TACEResponseLib.imaging.files.headers.files import check_exists, check_plain_file, shown_name
from TACEResponseLib.imaging.files.headers.reading import SUFFIXES, StoredImage, read_file
from TACEResponseLib.imaging.volume import Acquisition, Volume

FORMATS = "NIfTI, NRRD, MHA or a DICOM series"


def read_image(
    path: Path, sequence: ImageSequence, *, name: str | None = None
) -> tuple[Volume, tuple[CaseWarning, ...]]:
    """Read one image of a case.

    Args:
        path: a file, or the folder or one file of a DICOM series.
        sequence: what the user calls it.
        name: of the file in refusals; its own by default, none where it must not be told.
    Returns: the image, 16-bit integers where that loses nothing, else float32; and remarks.
    Raises: InputError: not there, not readable, or not a 3D scalar image with a real geometry.
    """
    source = shown_name(path) if name is None else name
    where = image_subject(sequence.value, source)
    check_exists(path, where)
    if path.is_dir() or is_dicom(path):
        volume, warnings = read_series(find_series(path, where), where)
        _check_modality(volume.acquisition, sequence, where)
        return replace(volume, source=source), warnings
    check_plain_file(path, where)
    check_suffix(path, where)
    image = read_file(path, where)
    volume = Volume(
        voxels=image.voxels,
        geometry=image.geometry,
        source=source,
        acquisition=Acquisition(knows_position=image.header.knows_position),
    )
    return volume, _position_warnings(image, sequence)


def check_suffix(path: Path, where: str) -> None:
    """Refuse a file that no reader here is for."""
    if not path.name.lower().endswith(SUFFIXES):
        raise InputError(
            where,
            f"must be {FORMATS}",
            got="another ending" if path.suffix else "no ending",
            names=(path.suffix,) if path.suffix else (),
            remedy="convert it, for instance in 3D Slicer",
        )


def _check_modality(acquisition: Acquisition, sequence: ImageSequence, where: str) -> None:
    """The header's modality must be the sequence's."""
    if acquisition.modality is not None and acquisition.modality != sequence.modality:
        raise InputError(
            where,
            f"must be {sequence.modality}",
            got=f"a DICOM series of modality {acquisition.modality}",
            remedy="give the right series, or name its sequence",
        )


def _position_warnings(image: StoredImage, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """A file that says nothing of the patient's position."""
    if image.header.knows_position:
        return ()
    return (
        CaseWarning(
            code="position_unknown",
            message=f"The header of {sequence.words} does not say where in the patient the image "
            "lies (no qform and sform, or no space origin or offset), so left and right are not "
            "known from the file. Assumed: rows run to the left, columns to posterior, slices to "
            "superior, as ITK does.",
        ),
    )
