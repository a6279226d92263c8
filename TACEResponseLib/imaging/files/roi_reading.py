"""ROIs from files: label images, Slicer segmentations and DICOM segmentations, through one gate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import vocabulary
from TACEResponseLib.imaging.files.dicom_series.files import is_dicom
from TACEResponseLib.imaging.files.headers.files import check_exists, check_plain_file, shown_name
from TACEResponseLib.imaging.files.headers.header import MOST_LAYERS, ImageHeader
from TACEResponseLib.imaging.files.headers.reading import read_file, read_header
from TACEResponseLib.imaging.files.reading import check_suffix
from TACEResponseLib.imaging.files.segments import roi_of_segments
from TACEResponseLib.imaging.roi.enclosure import marked_labels
from TACEResponseLib.imaging.roi.roi import MM3_PER_ML, Roi
from TACEResponseLib.imaging.roi.roi_choice import (
    ALL,
    RoiChoice,
    Words,
    enclosure_warnings,
    refuse_unsaid,
    refuse_whole,
    shown,
    spoken_words,
)
from TACEResponseLib.imaging.volume import Acquisition, Voxels

KINDS = "a .seg.nrrd or a DICOM SEG"
SEGMENTATION_SUFFIXES = (".seg.nrrd", ".seg.nhdr")
LARGEST_LABEL = 65535
# Labels that were multiplied by a slope, or interpolated, end a few single-precision steps off.
ROUNDING = 1e-6
Labels = Sequence[int] | Literal["all"]
Segments = Sequence[str] | Literal["all"]


def read_roi(
    path: Path,
    *,
    labels: Labels = (),
    segments: Segments = (),
    words: Words | None = None,
    name: str | None = None,
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Read the tumor's ROI.

    Args:
        path: a label image, Slicer's .seg.nrrd, or a DICOM SEG file.
        labels: values of a label image to use, or `all`; a file with one label needs no choice.
        segments: names of segments to use, or `all`; likewise.
        words: what the user calls file and choice; by default as the front end at work does.
        name: of the file in refusals; its own by default, none where it must not be told.
    Returns: the ROI on the grid it was drawn on, and remarks.
    Raises: InputError: unreadable, empty, not labels, no such label or segment, several of which
        nobody said which are the tumor, or all taken where one lies round another.
    """
    source = shown_name(path) if name is None else name
    words = words or spoken_words()
    where = f"{words.roi} {source}".rstrip()
    check_exists(path, where)
    if is_dicom(path):
        from TACEResponseLib.imaging.files.dicom_seg import read_identified_seg

        chosen = _segments(labels, segments, source, words)
        segmentation, identity = read_identified_seg(path, where)
        roi, warnings = roi_of_segments(segmentation, chosen, source, where, words)
        return replace(roi, acquisition=identity), warnings
    if path.is_dir():
        raise InputError(
            where,
            "must be one file",
            got="a folder",
            remedy="give the label image or the DICOM SEG file",
        )
    check_plain_file(path, where)
    if holds_segments(path):
        from TACEResponseLib.imaging.files.seg_nrrd import read_seg_nrrd

        chosen = _segments(labels, segments, source, words)
        return roi_of_segments(read_seg_nrrd(path, where), chosen, source, where, words)
    if segments and segments != ALL and not labels:
        raise InputError(
            words.segment, f"needs {KINDS}", got=source or "a label image", remedy=words.labels("N")
        )
    return _read_label_image(path, labels or (ALL if segments == ALL else ()), source, where, words)


def read_case_rois(
    roi: Path | None,
    sequence_rois: Mapping[ImageSequence, Path],
    choice: RoiChoice,
    *,
    tells_names: bool = True,
) -> tuple[Roi | None, dict[ImageSequence, Roi], tuple[CaseWarning, ...]]:
    """Read every ROI of a case; chosen labels are of its label images, segments of the others.

    Args:
        roi: of all images, or none.
        sequence_rois: of single ones.
        choice: what the user said; `check_choice_used` says whether the files can follow it.
        tells_names: whether messages name files, and not only columns.
    Raises: InputError: as `read_roi`.
    """
    warnings: list[CaseWarning] = []

    def read(path: Path, name: str) -> Roi:
        drawing, said = read_roi(
            path,
            labels=choice.labels,
            segments=choice.segments,
            words=choice.words,
            name=None if tells_names else name,
        )
        warnings.extend(said)
        return drawing

    main = read(roi, "") if roi else None
    drawn = {sequence: read(path, sequence.value) for sequence, path in sequence_rois.items()}
    return main, drawn, tuple(warnings)


def check_choice_used(paths: Collection[Path], choice: RoiChoice) -> None:
    """Refuse a choice that no file can follow: labels of segmentations, segments of label images.

    Raises: InputError: names what was chosen in vain.
    """
    words = choice.words
    segmented = [holds_segments(path) for path in paths]
    both = bool(choice.labels and choice.segments)
    for said, fits, where, kind, other in (
        (choice.labels, not all(segmented), words.label, "a label image", words.segments("NAME")),
        (choice.segments, any(segmented), words.segment, KINDS, words.labels("N")),
    ):
        # `all` of the one kind holds for the other, unless both were said.
        if said and not fits and (both or said != ALL):
            got = "another file" if paths else "no ROI"
            remedy = f"leave {where} out" if both else other
            remedy = remedy if paths else f"leave it out, or give {words.roi}"
            raise InputError(
                where, f"needs {kind}", got=got, names=[path.name for path in paths], remedy=remedy
            )


def holds_segments(path: Path) -> bool:
    """Whether a file holds named segments, and not labels."""
    return path.name.lower().endswith(SEGMENTATION_SUFFIXES) or is_dicom(path)


def _segments(
    labels: Labels, segments: Segments, source: str, words: Words
) -> tuple[str, ...] | Literal["all"]:
    """The segments to use; labels can't choose any, but all labels are all segments.

    Raises: InputError: labels alone were given.
    """
    if segments or not labels:
        return ALL if segments == ALL else tuple(segments)
    if labels == ALL:
        return ALL
    raise InputError(
        words.label,
        "needs a label image",
        got=source or "a segmentation",
        remedy=words.segments("NAME"),
    )


def _read_label_image(
    path: Path, labels: Labels, source: str, where: str, words: Words
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """The chosen values of a label image, as they are."""
    check_suffix(path, where)
    _check_one_layer(read_header(path, where), where)
    image = read_file(path, where, as_stored=True)
    voxels = as_labels(image.voxels, where)
    present, counts = np.unique(voxels[voxels > 0], return_counts=True)
    if not present.size:
        raise InputError(
            where,
            "must mark at least one voxel",
            got="none",
            remedy=f"segment the {vocabulary().organ}, or give the right file",
        )
    voxel_ml = image.geometry.voxel_volume_mm3 / MM3_PER_ML
    sizes = {str(v): n * voxel_ml for v, n in zip(present.tolist(), counts.tolist(), strict=True)}
    used = _used_labels(present.tolist(), labels, sizes, source, where, words)
    warnings: tuple[CaseWarning, ...] = ()
    if present.size > 1:
        named = {f"label {label}": one for label, one in marked_labels(voxels).items()}
        if labels == ALL:
            refuse_whole(where, "label", named, voxel_ml, words.labels("N"))
        chosen = {f"label {label}" for label in used}
        warnings = enclosure_warnings("label", named, chosen, voxel_ml)
    roi = Roi(
        labels=np.where(np.isin(voxels, used), voxels, 0).astype(voxels.dtype),
        geometry=image.geometry,
        names=tuple((label, f"label {label}") for label in used),
        source=source,
        acquisition=Acquisition(knows_position=image.header.knows_position),
    )
    return roi, warnings


def _check_one_layer(header: ImageHeader, where: str) -> None:
    """One label a voxel; overlapping segments, colors and vectors have several values.

    Raises: InputError: several, and what to do about a segmentation of Slicer under another name.
    """
    if not 1 < header.layers <= MOST_LAYERS:
        return
    is_slicers = any(key.startswith("Segment") for key in header.words)
    rename = "rename it to end in .seg.nrrd, since its header names segments"
    raise InputError(
        where,
        "must have one value a voxel, its label",
        got=f"{header.layers} layers",
        remedy=rename
        if is_slicers
        else "export it as a label map or as .seg.nrrd, for instance in 3D Slicer",
    )


def _used_labels(
    present: Sequence[int],
    labels: Labels,
    sizes: Mapping[str, float],
    source: str,
    where: str,
    words: Words,
) -> list[int]:
    """The labels to use, ascending.

    Raises: InputError: nobody said which, or one that the file doesn't have.
    """
    if not labels and len(present) > 1:
        refuse_unsaid(where, "labels", shown(sizes), words)
    if not labels or labels == ALL:
        return list(present)
    if missing := [label for label in labels if label not in present]:
        got = ", ".join(map(str, missing))
        raise InputError(
            words.label,
            f"must be a label of {source or f'the {vocabulary().mask}'}",
            got=got,
            remedy=f"it has {shown(sizes)}",
        )
    return sorted({int(label) for label in labels})


def as_labels(voxels: Voxels, where: str) -> Voxels:
    """Whole numbers from 0 up, in the smallest unsigned type.

    Raises: InputError: fractions, negative or huge values, NaN.
    """
    if np.issubdtype(voxels.dtype, np.floating):
        whole = np.round(voxels)
        with np.errstate(invalid="ignore"):
            is_whole = np.abs(voxels - whole) <= ROUNDING * np.maximum(np.abs(whole), 1)
        odd = voxels[~is_whole]
        if odd.size:
            raise InputError(
                where,
                "must be a label image of whole numbers",
                got=str(odd[0]),
                remedy="export the segmentation as a label map, or threshold a "
                "probability map first",
            )
        voxels = whole
    low, high = voxels.min(), voxels.max()
    if low < 0 or high > LARGEST_LABEL:
        raise InputError(
            where,
            f"labels must lie in 0 to {LARGEST_LABEL}",
            got=f"{low:g} to {high:g}",
            remedy="give the label image, not the image itself",
        )
    return voxels.astype(np.uint8 if high < 256 else np.uint16)
