"""Is it an image at all? Label images and regions painted over hold nothing to be measured."""

from math import ceil

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.values.ct_look import SAMPLE
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels

# Organs are numbered from 0 to 117 (TotalSegmentator); images have more values and larger ones.
MOST_LABELS = 128
# A mask that a picture program wrote: nothing, and one value of its own.
MASK_VALUES = 2
# Of two neighbors in a row that are not background; noise leaves few alike.
LEAST_ALIKE = 0.8
# Fewer may be alike by chance; radiomics refuses them itself.
LEAST_ROI_VOXELS = 8


def check_no_labels(volume: Volume, where: str) -> None:
    """Refuse a label image given as the image.

    Raises: InputError: few values, and neighbors that are alike but for the background.
    """
    voxels = volume.voxels[:: ceil(volume.voxels.size / SAMPLE)]
    values = np.unique(voxels)
    if not _may_be_labels(values):
        return
    left, right = voxels[:, :, :-1], voxels[:, :, 1:]
    marked = left != values[0]
    if not marked.any() or float((left == right)[marked].mean()) < LEAST_ALIKE:
        return
    raise InputError(
        where,
        "must be the image itself",
        got=f"{values.size} values in patches, as in a label image",
        remedy="give the CT or MR there, and a label image as ROI",
    )


def _may_be_labels(values: Voxels) -> bool:
    """Whether an image's values, ascending, are numbers as labels have."""
    if values.size <= MASK_VALUES:
        return True
    is_whole = bool((values == np.rint(values)).all())
    return is_whole and values[0] >= 0 and values[-1] < MOST_LABELS


def check_varies(volume: Volume, mask: Mask, where: str) -> None:
    """Refuse an image that has one value in the whole ROI.

    Raises: InputError: every voxel of the ROI is the same.
    """
    inside = volume.voxels[mask]
    if inside.size >= LEAST_ROI_VOXELS and (low := inside.min()) == inside.max():
        raise InputError(
            where,
            "must vary within the ROI",
            got=f"{low:g} in each of its {inside.size} voxels",
            remedy="give the image as it was taken: a mark painted over the tumor, or a window, "
            "hides it",
        )
