"""DICOM series: found, checked and read; nothing that names a patient is kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import Modality
from TACEResponseLib.imaging.files.dicom_series.breaks import break_warnings
from TACEResponseLib.imaging.files.dicom_series.evenness import check_copies, check_even, check_once
from TACEResponseLib.imaging.files.dicom_series.files import is_dicom, read_dataset
from TACEResponseLib.imaging.files.dicom_series.gaps import gap_warnings, tilt_warnings
from TACEResponseLib.imaging.files.dicom_series.grid import grid_of, places_along, plane_of
from TACEResponseLib.imaging.files.dicom_series.pixels import read_stored, scale_of, scale_warnings
from TACEResponseLib.imaging.files.dicom_series.sameness import check_one_scan, scan_warnings
from TACEResponseLib.imaging.files.dicom_series.single_slice import check_single_slice
from TACEResponseLib.imaging.files.dicom_series.strays import stray_warnings
from TACEResponseLib.imaging.files.dicom_series.values import patient_digest, text
from TACEResponseLib.imaging.files.headers.agreement import check_agreement
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels

MOST_SLICES = 10_000
# Every picture has them, and no object of another kind has two.
PICTURE = ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation")
# Files that share an id though each was given one of its own.
ALIKE_BY_CHANCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One file of a series."""

    path: Path
    header: Any
    """Without the pixels."""

    @property
    def series(self) -> str:
        """The series' id; de-identified files may have none."""
        return text(self.header, "SeriesInstanceUID")


def find_series(path: Path, where: str) -> tuple[Slice, ...]:
    """The series of a folder, or that of one of its files, in the order of the slices.

    Raises: InputError: no DICOM image, several series, or slices that make no volume.
    """
    folder = path if path.is_dir() else path.parent
    slices = _images(folder, where)
    if path.is_file():
        own_series = [s.series for s in slices if s.path == path]
        if not own_series:
            raise InputError(
                where,
                "must be a readable DICOM image",
                got="another file",
                remedy="give a file of the wanted series",
            )
        same = [s for s in slices if s.series == own_series[0]]
    else:
        same = slices
    if not slices:
        raise _no_images(folder, where)
    _check_one_series(same, slices, where)
    return _ordered(same, where)


def read_series(slices: Sequence[Slice], where: str) -> tuple[Volume, tuple[CaseWarning, ...]]:
    """The volume of ordered slices, in the series' units, and remarks.

    Raises: InputError: neither CT nor MR, no regular grid, pixels that can't be read or differ
        from what the headers say.
    """
    acquisition = _acquisition(slices[0].header, where)
    planes = [plane_of(s, where) for s in slices]
    geometry, affine = grid_of(planes, where)
    scales = [scale_of(s, where) for s in slices]
    stored = read_stored(slices, planes[0].size, where)
    voxels = _rescaled(stored, scales)
    check_agreement(voxels, geometry, stored, affine, scales, where)
    volume = Volume(voxels=voxels, geometry=geometry, acquisition=acquisition)
    headers = [s.header for s in slices]
    distance = geometry.spacing_mm[2]
    return volume, (
        *_display_warnings(headers[0], acquisition),
        *scale_warnings(headers[0], scales),
        *scan_warnings(headers),
        *break_warnings(headers),
        *stray_warnings(slices),
        *gap_warnings(headers, distance),
        *tilt_warnings(headers[0], geometry.direction[:, 2], distance * (len(headers) - 1)),
    )


def _images(folder: Path, where: str) -> list[Slice]:
    """Every DICOM image of a folder, by name of file."""
    try:
        files = [p for p in sorted(folder.iterdir()) if p.is_file()]
    except OSError as error:
        raise InputError(
            where, "must be a readable folder", got=error.strerror, remedy="check its permissions"
        ) from error
    headers = ((p, read_dataset(p, where, pixels=False)) for p in files)
    slices = [Slice(path=p, header=h) for p, h in headers if h is not None and _is_image(h)]
    if len(slices) > MOST_SLICES:
        raise InputError(
            where,
            f"must hold at most {MOST_SLICES:,} slices",
            got=len(slices),
            remedy="give the series in a folder of its own",
        )
    return slices


def _is_image(header: Any) -> bool:
    """Whether an object has a picture; one element of it may be missing."""
    return sum(keyword in header for keyword in PICTURE) >= 2


def _no_images(folder: Path, where: str) -> InputError:
    """Say what a folder without images has instead."""
    others = sum(is_dicom(p) for p in folder.iterdir())
    below = [p.name for p in sorted(folder.iterdir()) if p.is_dir() and _holds_dicom(p.iterdir())]
    got, remedy = "a folder without DICOM images", "check the path"
    if others:
        got += f" (but {others} DICOM object{'s' if others > 1 else ''} of other kinds)"
        remedy = "give the folder of the CT or MR series"
    if below:
        got += f" (but {len(below)} sub-folder{'s' if len(below) > 1 else ''} with DICOM files)"
        remedy = "give one of the sub-folders"
    return InputError(
        where,
        "must be a folder with a DICOM series, or an image file",
        got=got,
        names=below[:1],
        remedy=remedy,
    )


def _holds_dicom(paths: Iterable[Path]) -> bool:
    """Whether any file of a folder is DICOM."""
    try:
        return any(is_dicom(p) for p in paths)
    except OSError:
        return False


def _check_one_series(same: Sequence[Slice], slices: Sequence[Slice], where: str) -> None:
    """Refuse several series; ids made anew for each file are no series at all."""
    counts = Counter(s.series for s in slices if _may_be_slice(s.header))
    single = sum(count == 1 for count in counts.values())
    anew = single == counts.total() > 1 or single > max(2, counts.total() / 2)
    if anew and same[0].series in counts and max(counts.values()) <= ALIKE_BY_CHANCE:
        raise InputError(
            where,
            "slices must share the id of their series (SeriesInstanceUID)",
            got=f"{single} files with an id each, as some programs write that remove names",
            remedy="remove names again with one id a series, or convert the series to NIfTI",
        )
    counts = Counter(s.series for s in same)
    if len(counts) > 1:
        names = {s.series: text(s.header, "SeriesDescription") for s in same}
        raise InputError(
            where,
            "must hold one series",
            got=f"{len(counts)} series",
            names=sorted(name or "no description" for name in names.values()),
            remedy="give one file of the wanted series",
        )


def _may_be_slice(header: Any) -> bool:
    """Whether an image may be one of a series; segmentations and the like have a series each."""
    frames = text(header, "NumberOfFrames") or "1"
    return frames == "1" and text(header, "Modality") in ("CT", "MR", "")


def _ordered(slices: Sequence[Slice], where: str) -> tuple[Slice, ...]:
    """Slices along their normal, refused when they are no scan or no regular volume."""
    _acquisition(slices[0].header, where)
    for slice_ in slices:
        check_single_slice(slice_, where)
    if len(slices) < 2:
        raise InputError(
            where,
            "must be 3D: at least 2 slices",
            got="one",
            remedy="lay all slices of the series in one folder",
        )
    planes = [plane_of(s, where) for s in slices]
    places = places_along(slices, planes, where)
    order = np.argsort(places, kind="stable").tolist()
    ordered, along = [slices[i] for i in order], places[order]
    check_copies(ordered, along, where)
    check_one_scan([s.header for s in ordered], where)
    check_once(ordered, along, where)
    check_even(ordered, along, where)
    grid_of([planes[i] for i in order], where)
    return tuple(ordered)


def _rescaled(stored: Voxels, scales: Sequence[tuple[float, float]]) -> Voxels:
    """Each slice by its own slope and intercept: int16 where nothing is lost, else float32."""
    limits = np.iinfo(np.int16)
    whole_numbers = all(s == int(s) and i == int(i) for s, i in scales)
    ends = [
        float(end) * slope + intercept
        for pixels, (slope, intercept) in zip(stored, scales, strict=True)
        for end in (pixels.min(), pixels.max())
    ]
    fits = limits.min <= min(ends) and max(ends) <= limits.max
    kind = np.int16 if whole_numbers and fits else np.float32
    voxels = np.empty(stored.shape, dtype=kind)
    with np.errstate(over="ignore", invalid="ignore"):
        for k, (slope, intercept) in enumerate(scales):
            voxels[k] = stored[k].astype(np.float64) * slope + intercept
    return voxels


def _display_warnings(header: Any, acquisition: Acquisition) -> tuple[CaseWarning, ...]:
    """Values that are shown inverted are not inverted, but some programs think so."""
    if text(header, "PhotometricInterpretation") != "MONOCHROME1":
        return ()
    return (
        CaseWarning(
            code="inverted_display",
            message=f"The {acquisition.modality} is meant to be shown inverted (MONOCHROME1); its "
            "values were taken as they are stored, as the standard says: check that air is dark.",
        ),
    )


def _acquisition(header: Any, where: str) -> Acquisition:
    """What may be kept of a header."""
    modality = text(header, "Modality")
    if modality not in ("CT", "MR"):
        raise InputError(
            where,
            "must be CT or MR (Modality)",
            got="another DICOM modality" if modality else "nothing",
            names=(modality,) if modality else (),
            remedy="give the CT or MR series",
        )
    words = [text(header, name) for name in ("SeriesDescription", "ProtocolName")]
    return Acquisition(
        modality=cast("Modality", modality),
        description=" ".join(w for w in words if w),
        has_contrast=True if text(header, "ContrastBolusAgent") else None,
        patient_digest=patient_digest(header),
        frame_of_reference=text(header, "FrameOfReferenceUID") or None,
        study_date=_study_date(header),
    )


def _study_date(header: Any) -> str | None:
    """The day of the study; `None` where it is blank or no date."""
    written = text(header, "StudyDate").replace(".", "")
    try:
        return date(int(written[:4]), int(written[4:6]), int(written[6:8])).isoformat()
    except ValueError:
        return None
