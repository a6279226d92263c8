"""Named segments of a segmentation, and the ROI that chosen ones make."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import MOST_NAMES, InputError
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.vocabulary import vocabulary
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.enclosure import Marked
from TACEResponseLib.imaging.roi.roi import MM3_PER_ML, Roi
from TACEResponseLib.imaging.roi.roi_choice import (
    ALL,
    Words,
    enclosure_warnings,
    refuse_unsaid,
    refuse_whole,
    spoken_words,
    with_sizes,
)
from TACEResponseLib.imaging.volume import Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """One segment with its mask on the segmentation's grid."""

    name: str
    mask: Mask


def roi_of_segments(
    segmentation: tuple[tuple[Segment, ...], Geometry, tuple[CaseWarning, ...]],
    choice: Sequence[str] | Literal["all"],
    source: str,
    where: str,
    words: Words | None = None,
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Labels 1, 2, ... of the chosen segments; where two overlap the one listed first counts.

    Args:
        segmentation: segments, their grid, and remarks of the reader.
        choice: names, in any case, or `all`; a lone segment needs no choice.
        source: name of the file.
        where: how messages call it.
        words: what the user calls the choice; by default as the front end at work does.
    Raises: InputError: unknown or ambiguous names, nothing marked, several segments without a
        choice, or all taken where one lies round another.
    """
    segments, geometry, warnings = segmentation
    chosen = _chosen(segments, geometry, choice, source, where, words or spoken_words())
    if len(segments) > 1 and choice != ALL:
        named = _marked(segments)
        is_chosen = {
            name
            for name, one in zip(_shown(segments), segments, strict=True)
            if any(one is other for other in chosen)
        }
        voxel_ml = geometry.voxel_volume_mm3 / MM3_PER_ML
        warnings = (*warnings, *enclosure_warnings("segment", named, is_chosen, voxel_ml))
    labels = np.zeros(geometry.shape_kji, dtype=np.uint8 if len(chosen) < 256 else np.uint16)
    overlapping = 0
    for label, segment in enumerate(chosen, start=1):
        overlapping += int((labels[segment.mask] > 0).sum())
        labels[segment.mask & (labels == 0)] = label
    if not labels.any():
        raise InputError(
            where,
            "must mark at least one voxel",
            got="none",
            remedy=f"segment the {vocabulary().organ}, or choose another segment",
        )
    if overlapping:
        warnings = (
            *warnings,
            CaseWarning(
                code="roi_overlap",
                message=f"Segments of the {vocabulary().mask} overlap in {overlapping} voxels; "
                "there the one listed first counts.",
            ),
        )
    names = tuple((label, segment.name) for label, segment in enumerate(chosen, start=1))
    return Roi(labels=labels, geometry=geometry, names=names, source=source), warnings


def _chosen(
    segments: Sequence[Segment],
    geometry: Geometry,
    choice: Sequence[str] | Literal["all"],
    source: str,
    where: str,
    words: Words,
) -> tuple[Segment, ...]:
    """Segments by name, all of them, or the only one."""
    voxel_ml = geometry.voxel_volume_mm3 / MM3_PER_ML
    if choice == ALL:
        _check_all(segments, voxel_ml, where, words)
        return tuple(segments)
    if not choice:
        if len(segments) > 1:
            sizes = [(s.name, float(np.count_nonzero(s.mask)) * voxel_ml) for s in segments]
            refuse_unsaid(
                where,
                "segments",
                f"{len(segments)} segments",
                words,
                names=with_sizes(sizes, MOST_NAMES),
            )
        return tuple(segments)
    return tuple(_named(segments, name, source, words) for name in dict.fromkeys(choice))


def _check_all(segments: Sequence[Segment], voxel_ml: float, where: str, words: Words) -> None:
    """Refuse `all` where a segment is called so, one lies round another, or all are too much."""
    if len(segments) > 1 and any(segment.name.lower() == ALL for segment in segments):
        raise InputError(
            where,
            f"must not have a segment called {ALL} beside others",
            got=f"{len(segments)} segments",
            names=[s.name for s in segments],
            remedy="rename it",
        )
    refuse_whole(where, "segment", _marked(segments), voxel_ml, words.segments("NAME"))


def _marked(segments: Sequence[Segment]) -> dict[str, Marked]:
    """Segments that mark anything, by number: two may have one name, or a person's."""
    masks = zip(_shown(segments), (Marked.of(segment.mask) for segment in segments), strict=True)
    return {name: one for name, one in masks if one is not None}


def _shown(segments: Sequence[Segment]) -> list[str]:
    """What messages call them that may be written: numbers in the order of the file."""
    return [f"segment {number}" for number, _ in enumerate(segments, start=1)]


def _named(segments: Sequence[Segment], name: str, source: str, words: Words) -> Segment:
    """The segment of this name, in any case if that leaves one.

    Raises: InputError: none, or several.
    """
    same = [s for s in segments if s.name.lower() == name.lower()]
    exact = [s for s in same if s.name == name]
    if len(exact or same) == 1:
        return (exact or same)[0]
    names = [segment.name for segment in segments]
    near = None if same else nearest(name, names)
    meant = f"did you mean {near}? " if near else ""
    rule = "must name one segment only" if same else "must name a segment"
    hint = "" if same else f"{meant}it has {', '.join(names) or 'no segments'}"
    raise InputError(
        words.segment,
        f"{rule} of {source or f'the {vocabulary().mask}'}",
        got="one of several" if same else "another name",
        names=[repr(name)],
        remedy="rename one of them" if same else "correct the name",
        hint=hint,
    )
