"""Does the tumor go on where the image ends? Slices, borders and the field of view cut ROIs."""

from collections.abc import Sequence

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.orientation import lps_axes_geometry, voxels_to_lps_axes
from TACEResponseLib.imaging.values.ct_look import LEAST_PILE
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels

# Filters and patches look a little way beyond the tumor.
NEAR_MM = 5.0
# Of the ROI's rim; less is a stray voxel, which is no tumor.
LEAST_TOUCHING = 0.01
SLICE_ENDS = ("lowest", "highest")
# By axis of an array on LPS axes, lower end first.
BORDERS = {1: ("anterior", "posterior"), 2: ("right", "left")}


def cut_roi_warnings(
    volume: Volume, sequence: ImageSequence, labels: Voxels
) -> tuple[CaseWarning, ...]:
    """Say when the ROI ends where the scan ends.

    Args:
        volume: one image of the case.
        sequence: what the user calls it.
        labels: of the ROI on that image's grid; 0 outside.
    """
    upright = np.ascontiguousarray(voxels_to_lps_axes(labels, volume.geometry))
    box = marked_box(upright)
    if box is None:
        return ()
    voxels = voxels_to_lps_axes(volume.voxels, volume.geometry)
    spacing = lps_axes_geometry(volume.geometry).spacing_mm
    return (
        *_ends(box, upright.shape, sequence),
        *_borders(upright[box[0]] > 0, box, spacing, sequence),
        *_padding(voxels, upright, box, sequence),
    )


def _ends(box: Box, shape: Sequence[int], sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """The scan's first and last slice."""
    gaps = box[0].start, shape[0] - box[0].stop
    ends = [word for word, gap in zip(SLICE_ENDS, gaps, strict=True) if gap == 0]
    if not ends:
        return ()
    message = (
        f"The ROI reaches the {' and the '.join(ends)} slice of {sequence.words}: the tumor may go "
        "on beyond the scan."
    )
    return (CaseWarning(code="roi_cut_by_scan", message=message),)


def _borders(
    mask: Mask, box: Box, spacing: Sequence[float], sequence: ImageSequence
) -> tuple[CaseWarning, ...]:
    """The four sides of the slices that the ROI is on: reached, or near."""
    least = _least_touching(mask[:, box[1], box[2]])
    gaps: dict[str, float] = {}
    for axis, sides in BORDERS.items():
        across = tuple(other for other in range(3) if other != axis)
        marked = np.count_nonzero(mask, axis=across)
        for side, profile in zip(sides, (marked, marked[::-1]), strict=True):
            first = int(np.argmax(np.cumsum(profile) >= least))
            gaps[side] = first * spacing[2 - axis]
    reached = [side for side, gap in gaps.items() if gap == 0]
    near = [side for side, gap in gaps.items() if gap < NEAR_MM]
    if reached:
        message = (
            f"The ROI reaches the {' and the '.join(reached)} border of {sequence.words}: the "
            "tumor may go on beyond the image, and what lies round it is not shown."
        )
        return (CaseWarning(code="roi_cut_by_image", message=message),)
    if not near:
        return ()
    message = (
        f"The image of {sequence.words} ends {min(gaps.values()):.0f} mm beside the ROI "
        f"({', '.join(near)}): what lies round the tumor is cut off."
    )
    return (CaseWarning(code="roi_near_border", message=message),)


def _padding(
    voxels: Voxels, labels: Voxels, box: Box, sequence: ImageSequence
) -> tuple[CaseWarning, ...]:
    """The constant value outside a round field of view, or round a rotated image."""
    low = voxels.min()
    j, i = (slice(max(side.start - 1, 0), side.stop + 1) for side in box[1:])
    window = (box[0], j, i)
    mask = labels[window] > 0
    least = _least_touching(mask)
    beside = _grown(mask) & (voxels[window] == low)
    if beside.sum() < least:
        return ()
    slices = voxels[box[0]] == low
    if slices.mean() < LEAST_PILE:
        return ()
    touching = sum(
        int((beside[n] & _corner_region(slices[n])[j, i]).sum())
        for n in np.flatnonzero(beside.any(axis=(1, 2)))
    )
    if touching < least:
        return ()
    message = (
        f"The ROI touches the padding of {low:g} round what {sequence.words} shows: the tumor may "
        "go on beyond the field of view."
    )
    return (CaseWarning(code="roi_cut_by_padding", message=message),)


def _grown(mask: Mask) -> Mask:
    """The marked pixels and their four neighbors in the slice."""
    grown = mask.copy()
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    grown[:, :, 1:] |= mask[:, :, :-1]
    grown[:, :, :-1] |= mask[:, :, 1:]
    return grown


def _least_touching(mask: Mask) -> float:
    """Voxels that are more than a stray one: a share of those with an unmarked neighbor."""
    wide = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    return LEAST_TOUCHING * float(np.count_nonzero(wide & _grown(~wide)))


def _corner_region(axial: Mask) -> Mask:
    """What hangs together with a corner of the slice."""
    from scipy import ndimage

    parts, _ = ndimage.label(axial)
    corners = {int(parts[a, b]) for a in (0, -1) for b in (0, -1)} - {0}
    return np.asarray(np.isin(parts, list(corners)))
