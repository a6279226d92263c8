"""Named segments of a segmentation, and the ROI that chosen ones make."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi import Roi
from TACEResponseLib.imaging.volume import Mask

# Words that name an organ or a vessel: a segmentation with such segments is not tumor alone.
ORGAN_WORDS = ("liver", "portal", "vein", "aorta", "artery", "spleen", "kidney", "stomach",
               "gallbladder", "pancreas", "body", "vessel")  # fmt: skip
TUMOR_WORDS = ("tumor", "tumour", "lesion", "mass", "hcc", "metasta")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """One segment with its mask on the segmentation's grid."""

    name: str
    mask: Mask


def roi_of_segments(
    found: tuple[tuple[Segment, ...], Geometry, tuple[CaseWarning, ...]],
    wanted: Sequence[str],
    source: str,
    where: str,
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Labels 1, 2, ... of the chosen segments; where two overlap the one listed first counts.

    Args:
        found: segments, their grid, and remarks of the reader.
        wanted: names, in any case; all segments when empty.
        source: name of the file.
        where: how messages call it.
    Raises: InputError: unknown or ambiguous names, nothing marked, organs beside the tumor.
    """
    segments, geometry, warnings = found
    chosen = _chosen(segments, wanted, where)
    labels = np.zeros(geometry.shape_kji, dtype=np.uint8 if len(chosen) < 256 else np.uint16)
    overlapping = 0
    for label, segment in enumerate(chosen, start=1):
        overlapping += int((labels[segment.mask] > 0).sum())
        labels[segment.mask & (labels == 0)] = label
    if not labels.any():
        raise InputError(where, "must mark at least one voxel", got="none",
                         remedy="segment the tumor, or choose another segment")  # fmt: skip
    if overlapping:
        warnings = (
            *warnings,
            CaseWarning(
                code="roi_overlap",
                message=f"Segments of the ROI overlap in {overlapping} voxels; there the one "
                "listed first counts.",
            ),
        )
    names = tuple((label, segment.name) for label, segment in enumerate(chosen, start=1))
    return Roi(labels=labels, geometry=geometry, names=names, source=source), warnings


def _chosen(segments: Sequence[Segment], wanted: Sequence[str], where: str) -> tuple[Segment, ...]:
    """Segments by name, or all of them where none can be an organ."""
    names = [segment.name for segment in segments]
    shown = ", ".join(names) or "no segments"
    if not wanted:
        organs = [n for n in names if _is_organ(n)]
        if organs and len(names) > 1:
            raise InputError(where, "must say which segments are tumor",
                             got=f"{len(names)} segments", names=names,
                             remedy="add --roi-segment NAME")  # fmt: skip
        return tuple(segments)
    chosen = []
    for name in dict.fromkeys(wanted):
        same = [s for s in segments if s.name.lower() == name.lower()]
        exact = [s for s in same if s.name == name]
        if len(exact or same) != 1:
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            meant = f"did you mean {near[0]}? " if near and not same else ""
            rule = "must name one segment only" if same else "must name a segment"
            raise InputError("--roi-segment", f"{rule} of {where.removeprefix('--roi ')}",
                             got=repr(name), remedy=f"{meant}it has {shown}")  # fmt: skip
        chosen.append((exact or same)[0])
    return tuple(chosen)


def _is_organ(name: str) -> bool:
    """Whether a name is of an organ and not of a tumor in it."""
    word = name.lower()
    return any(o in word for o in ORGAN_WORDS) and not any(t in word for t in TUMOR_WORDS)
