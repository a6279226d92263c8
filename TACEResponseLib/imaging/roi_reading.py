"""ROIs from files: label images, Slicer segmentations and DICOM segmentations, through one gate."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.dicom import is_dicom
from TACEResponseLib.imaging.headers.files import check_exists, check_plain_file, shown_name
from TACEResponseLib.imaging.headers.reading import read_file
from TACEResponseLib.imaging.reading import check_suffix
from TACEResponseLib.imaging.roi import Roi
from TACEResponseLib.imaging.segments import roi_of_segments
from TACEResponseLib.imaging.volume import Voxels

SEGMENTATION_SUFFIXES = (".seg.nrrd", ".seg.nhdr")
LARGEST_LABEL = 65535


def read_roi(
    path: Path,
    *,
    labels: Sequence[int] = (),
    segments: Sequence[str] = (),
    name: str | None = None,
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Read the tumor's ROI.

    Args:
        path: a label image, Slicer's .seg.nrrd, or a DICOM SEG file.
        labels: values of a label image to use; all when empty.
        segments: names of segments to use; when empty all, unless some are organs.
        name: of the file in refusals; its own by default, none where it must not be told.
    Returns: the ROI on the grid it was drawn on, and remarks.
    Raises: InputError: unreadable, empty, not labels, or no such label or segment.
    """
    source = shown_name(path) if name is None else name
    where = f"--roi {source}".rstrip()
    check_exists(path, where)
    if is_dicom(path):
        from TACEResponseLib.imaging.dicom_seg import read_identified_seg

        _refuse_labels(labels, where)
        found, identity = read_identified_seg(path, where)
        roi, warnings = roi_of_segments(found, segments, source, where)
        return replace(roi, acquisition=identity), warnings
    if path.is_dir():
        raise InputError(where, "must be one file", got="a folder",
                         remedy="give the label image or the DICOM SEG file")  # fmt: skip
    check_plain_file(path, where)
    if path.name.lower().endswith(SEGMENTATION_SUFFIXES):
        from TACEResponseLib.imaging.seg_nrrd import read_seg_nrrd

        _refuse_labels(labels, where)
        return roi_of_segments(read_seg_nrrd(path, where), segments, source, where)
    if segments:
        raise InputError("--roi-segment", "needs a .seg.nrrd or a DICOM SEG",
                         got=source or "a label image",
                         remedy="use --roi-label for a label image")  # fmt: skip
    return _read_label_image(path, labels, source, where), ()


def _refuse_labels(labels: Sequence[int], where: str) -> None:
    """Segments are chosen by name."""
    if labels:
        raise InputError("--roi-label", "needs a label image", got=where.removeprefix("--roi "),
                         remedy="use --roi-segment NAME for a segmentation")  # fmt: skip


def _read_label_image(path: Path, labels: Sequence[int], source: str, where: str) -> Roi:
    """The chosen values of a label image, as they are."""
    check_suffix(path, where)
    image = read_file(path, where, as_stored=True)
    voxels = as_labels(image.voxels, where)
    present, counts = np.unique(voxels[voxels > 0], return_counts=True)
    wanted = sorted(set(labels)) or [int(v) for v in present]
    shown = ", ".join(f"{v} ({n} voxels)" for v, n in zip(present, counts, strict=True)) or "none"
    if missing := [label for label in wanted if label not in present]:
        raise InputError("--roi-label", f"must be a label of {source or 'the ROI'}",
                         got=", ".join(map(str, missing)), remedy=f"it has {shown}")  # fmt: skip
    if not wanted:
        raise InputError(where, "must mark at least one voxel", got="none",
                         remedy="segment the tumor, or give the right file")  # fmt: skip
    return Roi(
        labels=np.where(np.isin(voxels, wanted), voxels, 0).astype(voxels.dtype),
        geometry=image.geometry,
        names=tuple((label, f"label {label}") for label in wanted),
        source=source,
    )


def as_labels(voxels: Voxels, where: str) -> Voxels:
    """Whole numbers from 0 up, in the smallest unsigned type.

    Raises: InputError: fractions, negative or huge values, NaN.
    """
    if np.issubdtype(voxels.dtype, np.floating):
        odd = voxels[~(np.isfinite(voxels) & (voxels == np.round(voxels)))]
        if odd.size:
            raise InputError(where, "must be a label image of whole numbers", got=f"{odd[0]:g}",
                             remedy="export the segmentation as a label map, or threshold a "
                                    "probability map first")  # fmt: skip
    low, high = voxels.min(), voxels.max()
    if low < 0 or high > LARGEST_LABEL:
        raise InputError(where, f"labels must lie in 0 to {LARGEST_LABEL}",
                         got=f"{low:g} to {high:g}",
                         remedy="give the label image, not the image itself")  # fmt: skip
    return voxels.astype(np.uint8 if high < 256 else np.uint16)
