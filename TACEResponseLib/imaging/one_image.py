"""Two sequences that are one image: the same file chosen twice, or a copy of it."""

import numpy as np

from TACEResponseLib.imaging.volume import Voxels

# Noise alone makes a few percent of the voxels of two acquisitions equal.
LARGEST_EQUAL_SHARE = 0.9
# Of a 64th of them; a copy with a part erased passes with room to spare.
LEAST_SAMPLED_SHARE = 0.5
SAMPLED = (slice(None, None, 4),) * 3


def are_one_image(a: Voxels, b: Voxels) -> bool:
    """Whether two images hold the same voxels, or nearly.

    Voxels where both hold their darkest value, padding and air that was cut off, don't count.

    Args:
        a: (K, J, I), not constant.
        b: of any shape; another shape is another image.
    """
    if a.shape != b.shape:
        return False
    # Of two phases a few voxels tell it; only copies are looked through whole.
    if _equal_share(a[SAMPLED], b[SAMPLED]) < LEAST_SAMPLED_SHARE:
        return False
    return _equal_share(a, b) > LARGEST_EQUAL_SHARE


def _equal_share(a: Voxels, b: Voxels) -> float:
    """Of the voxels that count; 1 where none does, which leaves it open."""
    counts = (a != a.min()) | (b != b.min())
    n = int(np.count_nonzero(counts))
    return int(np.count_nonzero((a == b) & counts)) / n if n else 1.0
