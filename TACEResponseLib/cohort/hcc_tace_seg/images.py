"""Images of HCC-TACE-Seg: each patient's segmented series by its path, its tumor as a mask.

The mask is the union of everything that the segmentation calls "Mass", on the grid of the series.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.hcc_tace_seg.files import find_segmented, patient_folders
from TACEResponseLib.imaging.files.dicom import find_series, read_series
from TACEResponseLib.imaging.files.dicom_seg import read_dicom_seg
from TACEResponseLib.imaging.files.nifti_writing import write_nifti
from TACEResponseLib.imaging.files.segment_parts import SegmentPart, roi_from_parts
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import lps_axes_geometry, to_lps_axes, voxels_from_lps_axes
from TACEResponseLib.imaging.phase import (
    ARTERIAL,
    DELAYED,
    PORTAL_VENOUS,
    WITHOUT_CONTRAST,
    named_kinds,
)
from TACEResponseLib.imaging.roi.roi_size import CONFIRMED_ABOVE_ML
from TACEResponseLib.imaging.volume import Volume

MASKS = "masks"
TUMOR = re.compile(r"mass([ _-]?\d+)?", re.IGNORECASE)
"""The collection's name of the tumor; numbered where there are several."""
# A series that names no phase stands where the recipes look for a CT; its phase stays blank.
UNNAMED = ImageSequence.CT_ARTERIAL
PHASES: Mapping[str, tuple[str, ImageSequence | None]] = {
    ARTERIAL: ("arterial", ImageSequence.CT_ARTERIAL),
    PORTAL_VENOUS: ("portal venous", ImageSequence.CT_PORTAL_VENOUS),
    DELAYED: ("delayed", ImageSequence.CT_DELAYED),
    WITHOUT_CONTRAST: ("contrast-free", None),
}
"""What a header may name: our word for `phase`, and the column; none holds a contrast-free CT."""
COLUMNS = ("ct_arterial", "ct_portal_venous", "ct_delayed", "roi", "large_roi", "phase")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedImages:
    """What was found of each patient."""

    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Cells of `COLUMNS` by patient; patients without images have none."""
    problems: Mapping[str, InputError] = field(default_factory=dict)
    """Why a patient's images could not be taken."""
    absent: int = 0
    """Patients without a folder."""


def import_images(
    images: Path, ids: Sequence[str], target: Path, draft: Path, progress: Progress = silent
) -> ImportedImages:
    """Find each patient's segmented series and write its mask.

    Args:
        images: folder of the download.
        ids: patients of the table.
        target: folder in which the table will lie; paths are relative to it.
        draft: folder that becomes `target`; masks are written into it.
        progress: told each patient.
    Returns: cells by patient; a patient whose images break a rule has none, and a problem.
    Raises: InputError: `images` is no folder with patients.
    """
    folders = patient_folders(images, set(ids))
    cells: dict[str, Mapping[str, str]] = {}
    problems: dict[str, InputError] = {}
    (draft / MASKS).mkdir()
    for number, (name, studies) in enumerate(sorted(folders.items()), start=1):
        progress(f"images of patient {number} of {len(folders)}")
        try:
            cells[name] = _import_one(name, studies, target, draft)
        except InputError as error:
            problems[name] = error.at(f"{name}, {error.where}")
    return ImportedImages(cells=cells, problems=problems, absent=len(set(ids) - set(folders)))


def image_notes(imported: ImportedImages) -> list[str]:
    """What is to be known of the images, without names of patients."""
    phases = Counter(cells["phase"] or "not named" for cells in imported.cells.values())
    counts = ", ".join(f"{word} {n}" for word, n in sorted(phases.items())) or "none"
    lines = [
        f"Patients with a mask: {len(imported.cells)}; without a folder: {imported.absent}; with "
        f"images that could not be taken: {len(imported.problems)}.",
        "The CT is the series that the earliest study's segmentation refers to, by its path; "
        f'`{MASKS}` holds the union of the segments "Mass" on its grid.',
        f"Phase by the words of the series' header: {counts}. A series that names none stands in "
        f"the column `{UNNAMED.value}` with a blank `phase`: its phase is unknown, and models that "
        "read its voxels are not to be trained on it before somebody has looked.",
    ]
    if phases["contrast-free"]:
        lines.append("A contrast-free CT has no column: its patients have the mask alone.")
    return lines


def _import_one(name: str, folders: Sequence[Path], target: Path, draft: Path) -> dict[str, str]:
    """One patient's cells; the mask is written last, when nothing can be wrong any more."""
    if len(folders) > 1:
        raise InputError(
            option("images"),
            "must hold one folder of a patient",
            got=f"{len(folders)}",
            remedy="keep one download",
        )
    segmented = find_segmented(folders[0])
    grid, description = _series(segmented.image)
    mask = _tumor(segmented.segmentation, grid)
    phase, column = _phase(description)
    path = f"{MASKS}/{name}.nii.gz"
    write_nifti(mask, draft / path)
    cells = {
        **dict.fromkeys(COLUMNS, ""),
        "roi": path,
        "large_roi": "yes" if _volume_ml(mask) > CONFIRMED_ABOVE_ML else "",
        "phase": phase,
    }
    return cells | ({column.value: _relative(segmented.image, target)} if column else {})


def _series(path: Path) -> tuple[Geometry, str]:
    """Grid of the series, which is read whole, and the words of its header."""
    where = f"series {path.name}"
    volume, _ = read_series(find_series(path, where), where)
    if volume.acquisition.modality != "CT":
        raise InputError(
            where,
            "must be CT",
            got=volume.acquisition.modality,
            remedy="get the collection's own segmentation",
        )
    return volume.geometry, volume.acquisition.description


def _tumor(path: Path, grid: Geometry) -> Volume:
    """All of the tumor on the grid of the series, voxel for voxel."""
    where = f"segmentation {path.name}"
    segments, geometry, _ = read_dicom_seg(path, where)
    masks = [segment.mask for segment in segments if TUMOR.fullmatch(segment.name.strip())]
    if not masks:
        raise InputError(
            where,
            'must have a segment "Mass"',
            got=", ".join(segment.name for segment in segments),
            remedy="get the collection's own segmentation",
        )
    # The two may count their slices from opposite ends.
    drawn = to_lps_axes(Volume(voxels=np.logical_or.reduce(masks), geometry=geometry))
    upright = lps_axes_geometry(grid)
    part = SegmentPart(name="Mass", mask=drawn.voxels, geometry=drawn.geometry)
    roi, _ = roi_from_parts([part], [upright], where)
    if not roi.geometry.same_grid(upright):
        raise InputError(
            where,
            "must lie on the voxels of the series that it refers to",
            got="another grid",
            remedy="download the whole series again",
        )
    return Volume(voxels=voxels_from_lps_axes(roi.labels, grid), geometry=grid)


def _volume_ml(mask: Volume) -> float:
    """Of everything marked; the collection itself calls it tumor, however large it is."""
    return float(np.count_nonzero(mask.voxels)) * mask.geometry.voxel_volume_mm3 / 1000


def _phase(description: str) -> tuple[str, ImageSequence | None]:
    """Our word for the phase, blank unless the header names exactly one, and the column."""
    named = named_kinds(description) & set(PHASES)
    return PHASES[next(iter(named))] if len(named) == 1 else ("", UNNAMED)


def _relative(path: Path, folder: Path) -> str:
    """A path as seen from the table; absolute where the two lie on different drives."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()
