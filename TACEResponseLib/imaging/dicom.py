"""DICOM series: found, checked for gaps, and read; nothing that names a patient is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.volume import Acquisition
from TACEResponseLib.terms import Modality

if TYPE_CHECKING:
    import SimpleITK as sitk

# Headers round positions; slices that differ from an even distance by less than this are even.
UNEVEN_MM = 0.1
UNEVEN_SHARE = 0.05
# Between the stacking direction and the slice normal; more is a tilted gantry.
LARGEST_TILT_COSINE_LOSS = 1e-3
DICOM_MAGIC = b"DICM"
# Another one each time the program runs: a digest of a patient's id tells two patients apart here
# and now, and can't be looked up or compared anywhere else.
SALT = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One file of a series, with what placing it needs."""

    path: Path
    series: str
    description: str
    position: Any
    """Three numbers, LPS, mm; `None` for an image without a place."""
    orientation: Any
    """Six numbers; `None` likewise."""
    header: Any


def is_dicom(path: Path) -> bool:
    """Whether a file begins as DICOM files do, or has their usual ending."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == DICOM_MAGIC or path.suffix.lower() in (".dcm", ".ima")
    except OSError:
        return False


def find_series(path: Path, where: str) -> tuple[Slice, ...]:
    """The series of a folder, or that of one of its files, in the order of the slices.

    Raises: InputError: no DICOM image, several series, or slices that make no volume.
    """
    folder = path if path.is_dir() else path.parent
    slices = [s for file in sorted(folder.iterdir()) if (s := _read_header(file)) is not None]
    if path.is_file():
        wanted = [s.series for s in slices if s.path == path]
        if not wanted:
            raise InputError(where, "must be a readable DICOM image", got="another file",
                             remedy="give a file of the wanted series")  # fmt: skip
        slices = [s for s in slices if s.series == wanted[0]]
    if not slices:
        raise InputError(where, "must be a folder with a DICOM series, or an image file",
                         got="a folder without DICOM images", remedy="check the path")  # fmt: skip
    names = {s.series: s.description or "no description" for s in slices}
    if len(names) > 1:
        raise InputError(where, "must hold one series", got=f"{len(names)} series",
                         names=sorted(names.values()),
                         remedy="give one file of the wanted series")  # fmt: skip
    return _ordered(slices, where)


def read_series(slices: Sequence[Slice], where: str) -> "tuple[sitk.Image, Acquisition]":
    """Voxels of a series, rescaled to its units, and what its header says of the scan."""
    import SimpleITK as sitk

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(s.path) for s in slices])
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise InputError(where, "must be readable DICOM", got="a damaged or unsupported file",
                         remedy="export the series again") from error  # fmt: skip
    return image, _acquisition(slices[0].header, where)


def _read_header(path: Path) -> Slice | None:
    """One file's header, or `None` for what is no DICOM image."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    if not path.is_file():
        return None
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, OSError, EOFError, ValueError):
        return None
    if "Rows" not in header or "SeriesInstanceUID" not in header:
        return None
    return Slice(
        path=path,
        series=str(header.SeriesInstanceUID),
        description=str(header.get("SeriesDescription", "")),
        position=_floats(header.get("ImagePositionPatient"), 3),
        orientation=_floats(header.get("ImageOrientationPatient"), 6),
        header=header,
    )


def _floats(value: Any, count: int) -> Any:
    """Exactly so many numbers, or `None`."""
    if value is None or len(value) != count:
        return None
    return tuple(float(v) for v in value)


def _ordered(slices: Sequence[Slice], where: str) -> tuple[Slice, ...]:
    """Slices along their normal, refused when they are no regular volume."""
    first = slices[0]
    if int(first.header.get("NumberOfFrames", 1)) > 1:
        raise InputError(where, "must be one file a slice", got="a multi-frame DICOM file",
                         remedy="convert it to NIfTI, for instance in 3D Slicer")  # fmt: skip
    if int(first.header.get("SamplesPerPixel", 1)) != 1:
        raise InputError(where, "must have one value a voxel", got="a color image",
                         remedy="give the grey-scale series")  # fmt: skip
    if len(slices) < 2 or any(s.position is None or s.orientation is None for s in slices):
        raise InputError(where, "must be 3D: at least 2 slices with their positions",
                         got=f"{len(slices)} slice(s), or a localizer",
                         remedy="give the whole series")  # fmt: skip
    if any(not np.allclose(s.orientation, first.orientation, atol=1e-3) for s in slices):
        raise InputError(where, "slices must be parallel", got="several orientations",
                         remedy="give the axial series alone")  # fmt: skip
    axes = np.reshape(first.orientation, (2, 3))
    normal = np.cross(axes[0], axes[1])
    along = np.array([np.dot(s.position, normal) for s in slices])
    order = np.argsort(along, kind="stable")
    _check_even(along[order], where)
    _check_tilt([slices[i] for i in order], normal, where)
    return tuple(slices[i] for i in order)


def _check_even(along: "np.ndarray[Any, np.dtype[np.float64]]", where: str) -> None:
    """Slices at one distance: none missing, none twice."""
    gaps = np.diff(along)
    usual = float(np.median(gaps))
    if gaps.min() < UNEVEN_MM / 10:
        raise InputError(where, "must have one slice a position",
                         got=f"two at {along[int(gaps.argmin())]:.1f} mm",
                         remedy="give one phase or reconstruction alone")  # fmt: skip
    limit = max(UNEVEN_MM, UNEVEN_SHARE * usual)
    if float(np.abs(gaps - usual).max()) > limit:
        worst = int(np.abs(gaps - usual).argmax())
        raise InputError(where, f"slices must be evenly spaced ({usual:g} mm)",
                         got=f"{gaps[worst]:.2f} mm after {along[worst]:.1f} mm",
                         remedy="find the missing slices or resample")  # fmt: skip


def _check_tilt(slices: Sequence[Slice], normal: Any, where: str) -> None:
    """Slices stacked along their normal."""
    stacking = np.subtract(slices[-1].position, slices[0].position)
    cosine = abs(float(np.dot(stacking, normal)) / float(np.linalg.norm(stacking)))
    if 1 - cosine > LARGEST_TILT_COSINE_LOSS:
        angle = float(np.degrees(np.arccos(cosine)))
        raise InputError(where, "slices must be stacked at right angles",
                         got=f"a gantry tilted by {angle:.1f} degrees",
                         remedy="correct the tilt, for instance in 3D Slicer")  # fmt: skip


def _acquisition(header: Any, where: str) -> Acquisition:
    """What may be kept of a header."""
    modality = str(header.get("Modality", ""))
    if modality not in ("CT", "MR"):
        raise InputError(where, "must be CT or MR", got="another DICOM modality",
                         names=(modality or "unknown",),
                         remedy="give the CT or MR series")  # fmt: skip
    words = [str(header.get(name, "")) for name in ("SeriesDescription", "ProtocolName")]
    agent = str(header.get("ContrastBolusAgent", ""))
    patient = str(header.get("PatientID", ""))
    return Acquisition(
        modality=cast(Modality, modality),
        description=" ".join(w for w in words if w),
        has_contrast=True if agent else None,
        patient_digest=_salted(patient) if patient else None,
        frame_of_reference=str(header.get("FrameOfReferenceUID", "")) or None,
        study_date=_study_date(header),
    )


def _salted(text: str) -> str:
    """A digest that means something in this process alone."""
    raw = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, key=SALT, digest_size=32).hexdigest()


def _study_date(header: Any) -> str | None:
    """The day of the study; `None` where it is blank or no date."""
    text = str(header.get("StudyDate", "")).replace(".", "")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
    except ValueError:
        return None
