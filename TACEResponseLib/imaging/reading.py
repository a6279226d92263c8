"""Images from files: NIfTI, NRRD, MHA and DICOM, through one gate."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.dicom import find_series, is_dicom, read_series
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.nifti_size import is_whole
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels
from TACEResponseLib.terms import ImageSequence

if TYPE_CHECKING:
    import SimpleITK as sitk

SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
FORMATS = "NIfTI, NRRD, MHA or a DICOM series"
LARGEST_SPACING_MM = 20.0


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
    source = path.name if name is None else name
    where = f"--image {sequence.value}" + (f"={source}" if source else "")
    check_exists(path, where)
    if path.is_dir() or is_dicom(path):
        image, acquisition = read_series(find_series(path, where), where)
        _check_modality(acquisition, sequence, where)
        return _volume(image, source, acquisition), ()
    check_suffix(path, where)
    image = read_file(path, where)
    return _volume(image, source, Acquisition()), _position_warnings(image, sequence)


def check_exists(path: Path, where: str) -> None:
    """Refuse a path that leads nowhere."""
    try:
        found = path.exists()
    except OSError:
        found = False
    if not found:
        raise InputError(where, "must exist", got="no such file or folder",
                         remedy="check the path")  # fmt: skip


def check_suffix(path: Path, where: str) -> None:
    """Refuse a file that no reader here is for."""
    if not path.name.lower().endswith(SUFFIXES):
        raise InputError(where, f"must be {FORMATS}",
                         got="another ending" if path.suffix else "no ending",
                         names=(path.suffix,) if path.suffix else (),
                         remedy="convert it, for instance in 3D Slicer")  # fmt: skip


def read_file(path: Path, where: str, *, vector_allowed: bool = False) -> "sitk.Image":
    """Read one image file.

    Raises: InputError: unreadable, truncated, not 3D, or not one value a voxel.
    """
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        _check_dimensions(reader, where, vector_allowed=vector_allowed)
        if path.name.lower().endswith((".nii", ".nii.gz")) and not is_whole(path, reader):
            raise _unreadable("truncated", where)
        return reader.Execute()
    except RuntimeError as error:
        raise _unreadable(str(error), where) from error


def _unreadable(message: str, where: str) -> InputError:
    """What SimpleITK's message means to a user."""
    if "rthonorm" in message:
        return InputError(where, "must have axes at right angles", got="a sheared direction",
                          remedy="resample it, for instance in 3D Slicer")  # fmt: skip
    if "pacing" in message:
        return InputError(where, "spacing must be > 0 mm on each axis", got="zero or less",
                          remedy="mend the header or export the image again")  # fmt: skip
    return InputError(where, f"must be a whole, readable file ({FORMATS})",
                      got="a damaged, truncated or foreign file",
                      remedy="copy or export it again")  # fmt: skip


def _check_dimensions(reader: "sitk.ImageFileReader", where: str, *, vector_allowed: bool) -> None:
    """3D with one value a voxel; a third axis of length 1 is a slice."""
    size = reader.GetSize()
    if len(size) == 4 and size[3] == 1:
        raise InputError(where, "must be 3D", got="4D with one time point",
                         remedy="export that volume alone as 3D")  # fmt: skip
    if len(size) != 3:
        raise InputError(where, "must be 3D", got=f"{len(size)}D ({' x '.join(map(str, size))})",
                         remedy="give one volume, not a slice or a time series")  # fmt: skip
    if min(size) < 2:
        raise InputError(where, "must be 3D", got=f"one slice ({' x '.join(map(str, size))})",
                         remedy="give the whole volume")  # fmt: skip
    if reader.GetNumberOfComponents() != 1 and not vector_allowed:
        raise InputError(where, "must have one value a voxel",
                         got=f"{reader.GetNumberOfComponents()} (color or vectors)",
                         remedy="give the grey-scale image")  # fmt: skip
    spacing = reader.GetSpacing()
    if not all(0 < s <= LARGEST_SPACING_MM for s in spacing):
        raise InputError(where, f"spacing must be > 0 and <= {LARGEST_SPACING_MM:g} mm",
                         got=" x ".join(f"{s:g}" for s in spacing) + " mm",
                         remedy="mend the header or export the image again")  # fmt: skip


def _volume(image: "sitk.Image", source: str, acquisition: Acquisition) -> Volume:
    """The image as a volume of few bytes."""
    import SimpleITK as sitk

    return Volume(
        voxels=_compact(sitk.GetArrayFromImage(image)),
        geometry=Geometry.of(image),
        source=source,
        acquisition=acquisition,
    )


def _compact(voxels: Voxels) -> Voxels:
    """int16 where every value is one, else float32: a 512 x 512 x 400 CT stays at 200 MB."""
    if voxels.dtype in (np.dtype(np.int16), np.dtype(np.float32)):
        return voxels
    limits = np.iinfo(np.int16)
    fits = limits.min <= voxels.min() and voxels.max() <= limits.max
    is_small_integer = np.issubdtype(voxels.dtype, np.integer) and fits
    return voxels.astype(np.int16 if is_small_integer else np.float32)


def _check_modality(acquisition: Acquisition, sequence: ImageSequence, where: str) -> None:
    """The header's modality must be the sequence's."""
    if acquisition.modality is not None and acquisition.modality != sequence.modality:
        raise InputError(where, f"must be {sequence.modality}",
                         got=f"a DICOM series of modality {acquisition.modality}",
                         remedy="give the right series, or name its sequence")  # fmt: skip


def _position_warnings(image: "sitk.Image", sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """A NIfTI without qform and sform knows nothing of the patient's position."""
    keys = ("qform_code", "sform_code")
    codes = [image.GetMetaData(key) for key in keys if image.HasMetaDataKey(key)]
    if not codes or any(int(float(code)) > 0 for code in codes):
        return ()
    return (
        CaseWarning(
            code="position_unknown",
            message=f"The file of {sequence.words} has neither qform nor sform, so left and right "
            "and the position in the patient are not known from it.",
        ),
    )
