"""Two sequences that are one image: the same file chosen twice, or a copy of it."""

import numpy as np

from TACEResponseLib.imaging.volume import Voxels

# Noise alone makes a few percent of the voxels of two acquisitions equal.
LARGEST_EQUAL_SHARE = 0.9


def are_one_image(a: Voxels, b: Voxels) -> bool:
    """Whether two images hold the same voxels, or nearly.

    Voxels where both hold their darkest value, padding and air that was cut off, don't count.

    Args:
        a: (K, J, I), not constant.
        b: of any shape; another shape is another image.
    """
    if a.shape != b.shape:
        return False
    counts = (a != a.min()) | (b != b.min())
    equal = int(np.count_nonzero((a == b) & counts))
    return equal > LARGEST_EQUAL_SHARE * int(np.count_nonzero(counts))
