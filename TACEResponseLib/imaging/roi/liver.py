"""An ROI against a mask of the liver, where one was given: a tumor lies in it and leaves some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import milliliters
from TACEResponseLib.imaging.roi.roi_placing import check_mask_grid
from TACEResponseLib.imaging.values.shares import portion
from TACEResponseLib.imaging.volume import Volume

# Of the liver. TACE is for patients with liver left to live on; what fills more is the liver.
LARGEST_SHARE = 0.8
# Outlines by two readers or programs differ by a voxel or two and a tumor may bulge out, but the
# larger part of a liver tumor lies in the liver.
LARGEST_OUTSIDE = 0.5
# Livers have 0.9 to 2.5 L, the largest with tumors or cysts hardly 10; the trunk has 30.
LARGEST_LIVER_ML = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiverShare:
    """How an ROI lies to a mask of the liver."""

    of_volume: float
    """The ROI's volume over the liver's."""
    outside: float
    """Share of the ROI that lies outside the mask."""


def liver_share(roi: Roi, liver: Roi) -> LiverShare:
    """Measure an ROI against the liver, on the grid that the ROI was drawn on.

    Args:
        roi: the tumor; something of it is marked.
        liver: any label counts; something is marked.
    """
    box = marked_box(roi.labels)
    if box is None:
        raise ValueError("an ROI must mark something")
    first, size = zip(*((s.start, s.stop - s.start) for s in reversed(box)), strict=True)
    place = roi.geometry.cropped(first, size)
    inside = resample_labels(liver.labels, liver.geometry, place) > 0
    drawn = roi.labels[box] > 0
    outside = np.count_nonzero(drawn & ~inside) / np.count_nonzero(drawn)
    return LiverShare(of_volume=roi.volume_ml / liver.volume_ml, outside=float(outside))


def check_in_liver(roi: Roi, liver: Roi) -> tuple[CaseWarning, ...]:
    """Refuse an ROI that is no tumor of this liver but the liver; say where it lies elsewhere.

    Raises: InputError: it has more than `LARGEST_SHARE` of the liver's volume.
    """
    share = liver_share(roi, liver)
    if share.of_volume > LARGEST_SHARE:
        raise InputError(
            roi.place,
            f"must have at most {portion(LARGEST_SHARE)} of the volume of the liver mask",
            got=f"{portion(share.of_volume, LARGEST_SHARE)} ({milliliters(roi.volume_ml)} of "
            f"{milliliters(liver.volume_ml)})",
            remedy="choose the tumor alone, or give a mask of the whole liver with its tumors",
        )
    if share.outside <= LARGEST_OUTSIDE:
        return ()
    message = (
        f"{portion(share.outside, LARGEST_OUTSIDE)} of the ROI lies outside the liver mask: check "
        "that it is this patient's liver tumor, unless the mask leaves tumors out."
    )
    return (CaseWarning(code="roi_outside_liver", message=message),)


def check_liver(
    liver: Roi, rois: Sequence[Roi], images: Mapping[ImageSequence, Volume]
) -> tuple[CaseWarning, ...]:
    """Whether a mask of the liver belongs to the images, and the ROIs to the liver.

    Args:
        liver: as drawn.
        rois: every drawing of the tumor.
        images: of the case.
    Raises: InputError: no liver is as large; its header has no geometry; it lies in no image; an
        ROI is as large as the liver.
    """
    if liver.volume_ml > LARGEST_LIVER_ML:
        raise InputError(
            liver.place,
            f"must mark at most {milliliters(LARGEST_LIVER_ML)}",
            got=milliliters(liver.volume_ml, LARGEST_LIVER_ML),
            remedy="check that liver and background are not swapped, and the size of the voxels",
        )
    placed = [w for s, volume in images.items() for w in check_mask_grid(liver, volume, s)]
    if not any(_shows(volume, liver) for volume in images.values()):
        raise InputError(
            liver.place,
            "must lie in an image, in the same patient's frame",
            got="all of it outside",
            remedy="draw it on an image of this examination, or leave it out",
        )
    return (*placed, *(w for roi in rois for w in check_in_liver(roi, liver)))


def _shows(volume: Volume, liver: Roi) -> bool:
    """Whether any of the liver lies on an image's grid."""
    return bool(resample_labels(liver.labels, liver.geometry, volume.geometry).any())
