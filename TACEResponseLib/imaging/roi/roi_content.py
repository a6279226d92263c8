"""Does an ROI mark what a tumor is made of? A mask that lies mirrored on its image often does not.

When only the voxels or only the header of a mask were flipped, its grid still has the box of the
image, so no header tells. But on the other side of the body lie fat, stomach and lung.
"""

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.orientation import voxels_to_lps_axes
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.values.ct_look import TUMOR_MEAN_HU, has_air_and_tissue
from TACEResponseLib.imaging.values.intensity import OTSU_BINS
from TACEResponseLib.imaging.values.shares import portion
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels

# Between fat (-100) and water; noise seldom takes tissue there.
FAT_OR_AIR_HU = -30
# Between fat and lung.
LUNG_OR_AIR_HU = -200
# Of real tumors with fat at their rim 13 % at most are as dark, of a real liver less than 1 %.
LEAST_DARK = 0.2
LEAST_OUTSIDE = 0.2
# Of Otsu's threshold, which in T1 lies above muscle and tumor; noise stays below this part of it.
BACKGROUND_PART = 0.25
CHECK = "check that the mask is of this patient, and not mirrored or turned against the image"


def content_warnings(
    roi: Roi, volume: Volume, sequence: ImageSequence, labels: Voxels
) -> tuple[CaseWarning, ...]:
    """Say how much of an ROI lies where no tumor is.

    Args:
        roi: as drawn; named in a refusal.
        volume: one image of the case.
        sequence: what the user calls it.
        labels: of the ROI on that image's grid; 0 outside, not empty.
    Raises: InputError: in a CT whose air and tissue have their HU, the ROI's mean is no tissue's.
    """
    if sequence.modality == "CT":
        return _in_ct(roi, volume, sequence, labels > 0)
    return _in_mr(volume, sequence, labels)


def _in_ct(
    roi: Roi, volume: Volume, sequence: ImageSequence, mask: Mask
) -> tuple[CaseWarning, ...]:
    """Fat, lung and air by their HU."""
    inside = volume.voxels[mask]
    mean, lung = float(inside.mean(dtype=np.float64)), float((inside < LUNG_OR_AIR_HU).mean())
    if mean < TUMOR_MEAN_HU[0] and has_air_and_tissue(volume.voxels):
        raise InputError(
            roi.place,
            f"must lie on tissue of {sequence.words}",
            got=f"a mean of {mean:.0f} HU and {portion(lung)} of it below {LUNG_OR_AIR_HU} HU "
            "(lung or air)",
            remedy=CHECK,
        )
    dark = float((inside < FAT_OR_AIR_HU).mean())
    if dark < LEAST_DARK:
        return ()
    message = (
        f"{portion(dark)} of the ROI is as dark as fat, lung or air (below {FAT_OR_AIR_HU} HU; "
        f"{portion(lung)} below {LUNG_OR_AIR_HU} HU) in {sequence.words}: {CHECK}."
    )
    return (CaseWarning(code="roi_not_in_tissue", message=message),)


def _in_mr(volume: Volume, sequence: ImageSequence, labels: Voxels) -> tuple[CaseWarning, ...]:
    """The dark that hangs together with the sides of a slice is outside the body."""
    from scipy import ndimage

    upright = np.ascontiguousarray(voxels_to_lps_axes(labels, volume.geometry))
    box = marked_box(upright)
    if box is None:
        return ()
    marked = upright[box[0]] > 0
    dark = voxels_to_lps_axes(volume.voxels, volume.geometry)[box[0]] <= _background(volume)
    outside = 0
    for axial, roi in zip(dark, marked, strict=True):
        parts, _ = ndimage.label(axial)
        sides = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
        outside += int(np.isin(parts[roi], sides[sides > 0]).sum())
    share = outside / int(marked.sum())
    if share < LEAST_OUTSIDE:
        return ()
    message = f"{portion(share)} of the ROI lies outside the body in {sequence.words}: {CHECK}."
    return (CaseWarning(code="roi_not_in_body", message=message),)


def _background(volume: Volume) -> float:
    """A value that noise round the body stays below."""
    import SimpleITK as sitk

    otsu = sitk.OtsuThresholdImageFilter()
    otsu.SetNumberOfHistogramBins(OTSU_BINS)
    otsu.Execute(volume.to_sitk())
    low = float(np.percentile(volume.voxels, 1))
    return low + BACKGROUND_PART * (float(otsu.GetThreshold()) - low)
