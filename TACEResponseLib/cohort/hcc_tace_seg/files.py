"""Where a download of HCC-TACE-Seg keeps each patient's segmentation and the series under it.

The archive's retriever makes a folder a patient, in it one a study, in it one a series. A patient
has many series and, as a rule, one DICOM SEG, which names the series that it was drawn on.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.imaging.files.dicom_seg import LABELMAP_STORAGE, SEGMENTATION_STORAGE

# manifest-.../HCC-TACE-Seg/HCC_001, or less where a user has moved folders.
DEEPEST_PATIENT = 3
TAGS = ("SOPClassUID", "SeriesInstanceUID", "StudyDate")


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomFile:
    """One file of a patient, with what finding a series needs."""

    path: Path
    sop_class: str
    series: str
    study_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """A segmentation, and a path that names the series that it was drawn on."""

    segmentation: Path
    image: Path
    """The folder if it holds this series alone, else a file of the series."""


def patient_folders(folder: Path, ids: Collection[str]) -> Mapping[str, tuple[Path, ...]]:
    """Folders named after patients, wherever the retriever has put them.

    Args:
        folder: of the download.
        ids: patients to look for.
    Raises: InputError: no folder, or none of a patient in it.
    """
    if not folder.is_dir():
        raise InputError(option("images"), "must be a folder", got=folder, remedy="check the path")
    folders: dict[str, list[Path]] = defaultdict(list)
    for path in _subfolders(folder, DEEPEST_PATIENT):
        if path.name in ids:
            folders[path.name].append(path)
    if not folders:
        raise InputError(
            option("images"),
            "must hold a folder a patient, such as HCC_001",
            got="none",
            remedy="give the folder of the collection's download",
        )
    return {name: tuple(paths) for name, paths in folders.items()}


def find_segmented(folder: Path) -> Segmented:
    """The earliest study's segmentation, and the series that it refers to.

    Args:
        folder: of one patient.
    Raises: InputError: no segmentation or several, or not the whole series under it.
    """
    files = _dicom_files(folder)
    segmentation = _earliest_segmentation(files)
    series = _referenced_series(segmentation.path)
    slices = [f for f in files if f.series == series]
    if not slices:
        raise InputError(
            segmentation.path.name,
            "the series that it refers to must be there",
            got="no file of it",
            remedy="download that CT series too",
        )
    homes = {f.path.parent for f in slices}
    if len(homes) > 1:
        raise InputError(
            segmentation.path.name,
            "the series that it refers to must lie in one folder",
            got=len(homes),
            remedy="download it again",
        )
    (home,) = homes
    is_alone = all(f.series == series for f in files if f.path.parent == home)
    return Segmented(segmentation=segmentation.path, image=home if is_alone else slices[0].path)


def _subfolders(folder: Path, depth: int) -> Iterator[Path]:
    """Folders inside, down to a depth, by name."""
    for path in sorted(p for p in folder.iterdir() if p.is_dir()):
        yield path
        if depth > 1:
            yield from _subfolders(path, depth - 1)


def _dicom_files(folder: Path) -> list[DicomFile]:
    """Every DICOM file of a patient; licenses and tables are passed over."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    files = []
    for path in sorted(Path(root, name) for root, _, names in os.walk(folder) for name in names):
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(TAGS))
        except (InvalidDicomError, OSError, EOFError, ValueError):
            continue
        sop_class, series, date = (str(header.get(tag) or "") for tag in TAGS)
        files.append(DicomFile(path=path, sop_class=sop_class, series=series, study_date=date))
    return files


def _earliest_segmentation(files: Sequence[DicomFile]) -> DicomFile:
    """The one before treatment: of the study that comes first."""
    kinds = (SEGMENTATION_STORAGE, LABELMAP_STORAGE)
    segmentations = sorted((f for f in files if f.sop_class in kinds), key=lambda f: f.study_date)
    if not segmentations:
        raise InputError(
            "segmentation",
            "a DICOM SEG must be there",
            got=f"{len(files)} DICOM files of other kinds",
            remedy="download the series of modality SEG too",
        )
    first = [f for f in segmentations if f.study_date == segmentations[0].study_date]
    if len(first) > 1:
        raise InputError(
            "segmentation",
            "the earliest study must have one DICOM SEG",
            got=f"{len(first)}: {', '.join(f.path.parent.name for f in first[:3])}",
            remedy="keep the one before treatment",
        )
    return first[0]


def _referenced_series(path: Path) -> str:
    """UID of the one series that a segmentation was drawn on."""
    import pydicom

    header = pydicom.dcmread(
        path, stop_before_pixels=True, specific_tags=["ReferencedSeriesSequence"]
    )
    items = header.get("ReferencedSeriesSequence") or ()
    named = {str(item.SeriesInstanceUID) for item in items if item.get("SeriesInstanceUID")}
    if len(named) != 1:
        raise InputError(
            path.name,
            "must refer to one series",
            got=f"{len(named)}",
            remedy="get the collection's own segmentation",
        )
    return named.pop()
