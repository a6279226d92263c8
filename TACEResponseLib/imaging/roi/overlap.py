"""How much of two drawings of one tumor is the same."""

import numpy as np

from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.roi import MM3_PER_ML, Roi


def dice(one: Roi, other: Roi) -> float:
    """Twice the volume that two ROIs share, of the sum of theirs: 1 for the same, 0 for strangers.

    Lesions count together. On different grids the second one is brought to that of the first.
    """
    there = resample_labels(other.mask.astype(np.uint8), other.geometry, one.geometry) > 0
    shared = np.count_nonzero(one.mask & there) * one.geometry.voxel_volume_mm3 / MM3_PER_ML
    return float(2 * shared / (one.volume_ml + other.volume_ml))
