"""Was the tumor drawn on each of its slices? What was left out is taken for healthy tissue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import lps_axes_geometry, voxels_to_lps_axes
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.imaging.volume import Voxels

# People draw every second or third slice, whatever its thickness; thin ones up to this distance.
MOST_EMPTY_SLICES, MOST_EMPTY_MM = 2, 5.0
# Lesions that lie over each other taper toward each other; what was cut apart does not.
LEAST_END = 0.5
# Of the smaller end, how much lies over the other.
LEAST_OVER = 0.5
# A dot above a tumor is no part of it.
LEAST_OF_OTHER_END = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    """The axial slices of one lesion."""

    lesion: Lesion
    box: Box
    areas: Voxels
    """Voxels in each slice of the box."""

    @property
    def is_blunt(self) -> tuple[bool, bool]:
        """Whether its lowest and its highest slice are much of its widest."""
        least = LEAST_END * self.areas.max()
        return bool(self.areas[0] >= least), bool(self.areas[-1] >= least)


def drawn_slices_warnings(
    indices: Voxels, geometry: Geometry, lesions: Sequence[Lesion]
) -> tuple[CaseWarning, ...]:
    """Say which lesions are of a single slice, and where slices were left out.

    Args:
        indices: `Lesion.index` (K, J, I) as drawn; 0 outside.
        geometry: of the grid they were drawn on.
        lesions: of the ROI.
    """
    upright = np.ascontiguousarray(voxels_to_lps_axes(indices, geometry))
    stacks = list(_stacks(upright, lesions))
    thick = lps_axes_geometry(geometry).spacing_mm[2]
    return (*_one_slice(stacks, thick), *_left_out(upright, stacks, thick))


def _stacks(upright: Voxels, lesions: Sequence[Lesion]) -> Iterator[_Stack]:
    """Each lesion that is scored."""
    from scipy import ndimage

    outer = marked_box(upright)
    if outer is None:
        return
    boxes = ndimage.find_objects(upright[outer].astype(np.int32))
    for lesion in lesions:
        inner = boxes[lesion.index - 1] if lesion.index <= len(boxes) else None
        if inner is None or lesion.is_speck:
            continue
        k, j, i = (
            slice(s.start + o.start, s.stop + o.start) for s, o in zip(inner, outer, strict=True)
        )
        areas = np.count_nonzero(upright[k, j, i] == lesion.index, axis=(1, 2))
        yield _Stack(lesion=lesion, box=(k, j, i), areas=np.asarray(areas))


def _one_slice(stacks: Sequence[_Stack], thick: float) -> tuple[CaseWarning, ...]:
    """Lesions of a single axial slice."""
    flat = [stack.lesion.index for stack in stacks if stack.areas.size == 1]
    if not flat:
        return ()
    if len(stacks) == 1:
        who = "The ROI is"
    elif len(flat) == len(stacks):
        who = f"Each of the ROI's {len(flat)} lesions is"
    else:
        plural = len(flat) > 1
        who = f"Lesion{'s' if plural else ''} {', '.join(map(str, flat))} of the ROI "
        who += "are each" if plural else "is"
    message = (
        f"{who} drawn on one axial slice of {thick:g} mm: volume and texture are of that slice, "
        "not of the tumor."
    )
    return (CaseWarning(code="roi_one_slice", message=message),)


def _left_out(upright: Voxels, stacks: Sequence[_Stack], thick: float) -> tuple[CaseWarning, ...]:
    """Pieces of one label that lie over each other, with few empty slices between."""
    most = max(MOST_EMPTY_SLICES, int(MOST_EMPTY_MM / thick))
    starts: dict[tuple[int, int], list[_Stack]] = {}
    for stack in stacks:
        starts.setdefault((stack.lesion.label, stack.box[0].start), []).append(stack)
    gaps = {
        (below.box[0].stop, below.box[0].stop + empty)
        for below, empty in product(stacks, range(1, most + 1))
        for above in starts.get((below.lesion.label, below.box[0].stop + empty), ())
        if _goes_on(upright, below, above)
    }
    if not gaps:
        return ()
    slices = len({k for start, stop in gaps for k in range(start, stop)})
    message = (
        f"The ROI leaves out {slices} axial slice{'' if slices == 1 else 's'} between pieces that "
        "lie over each other, as if not every slice had been drawn: volume, texture and the number "
        "of lesions are of the pieces. Fill between the slices, for instance in 3D Slicer."
    )
    return (CaseWarning(code="roi_slices_missing", message=message),)


def _goes_on(upright: Voxels, below: _Stack, above: _Stack) -> bool:
    """Whether the end of one piece is continued by the start of another."""
    ends = sorted((int(below.areas[-1]), int(above.areas[0])))
    if not (below.is_blunt[1] and above.is_blunt[0]) or ends[0] < LEAST_OF_OTHER_END * ends[1]:
        return False
    top = upright[below.box[0].stop - 1] == below.lesion.index
    bottom = upright[above.box[0].start] == above.lesion.index
    return int(np.count_nonzero(top & bottom)) >= LEAST_OVER * ends[0]
