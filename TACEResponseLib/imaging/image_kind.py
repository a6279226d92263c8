"""Is it an image at all? Label images and regions painted over hold nothing to be measured."""

from math import ceil

import numpy as np

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.ct_look import SAMPLE
from TACEResponseLib.imaging.volume import Mask, Volume

# Organs are numbered to 117 (TotalSegmentator) or 255; images have hundreds of values or more.
MOST_LABELS = 256
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
    if values.size > MOST_LABELS:
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
