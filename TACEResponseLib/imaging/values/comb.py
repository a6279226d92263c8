"""Do the voxels themselves say that every second slice shows something else?

Where two phases were stacked in turn, whatever takes up contrast is bright, dark, bright, dark
along the slices. So blocks of about 10 mm are averaged in each slice, each is compared with the
mean of its two neighbors, and a block counts in which the difference changes sign with each slice
and is hardly ever small. In 20 CT and MR of single scans at most 0.2 % of all blocks did so in any
stretch, in pure noise 1 %; a liver that differs by 15 HU makes 10 %.
"""

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.volume import Voxels

# Differences of a stretch; organs don't fill a whole scan, and in fewer slices noise alternates.
STRETCH = 12
# How much larger the mean of a block's differences is than their spread.
LEAST_RATIO = 2.0
LEAST_SHARE, LEAST_BLOCKS = 0.03, 8
# Of the range of all blocks; below it differences are how numbers were rounded.
SMALLEST = 1e-3


def comb_warnings(blocks: Voxels, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """Say when slices of two phases seem to lie in turn.

    Args:
        blocks: means, slices first.
        sequence: what the user calls the image.
    """
    share = comb_share(blocks)
    if share < LEAST_SHARE:
        return ()
    return (
        CaseWarning(
            code="slices_alternate",
            message=f"Every second slice of {sequence.words} is brighter or darker than its "
            f"neighbors ({100 * share:.0f} % of the picture), as if slices of two phases or scans "
            "lay in turn: look at it from the side, and give one phase alone.",
        ),
    )


def comb_share(blocks: Voxels) -> float:
    """Largest share of blocks, in any stretch of slices, that alternate from slice to slice.

    Args:
        blocks: means, slices first.
    """
    if len(blocks) < STRETCH + 2 or not np.isfinite(blocks).all():
        return 0.0
    signs = np.where(np.arange(len(blocks) - 2) % 2, -1.0, 1.0)[:, np.newaxis, np.newaxis]
    apart = (blocks[1:-1] - (blocks[:-2] + blocks[2:]) / 2) * signs
    smallest = SMALLEST * float(blocks.max() - blocks.min())
    starts = [*range(0, len(apart) - STRETCH, STRETCH // 2), len(apart) - STRETCH]
    counts = [_alternating(apart[start : start + STRETCH], smallest) for start in starts]
    most = max(counts)
    return most / apart[0].size if most >= LEAST_BLOCKS else 0.0


def _alternating(apart: Voxels, smallest: float) -> int:
    """How many blocks differ from their neighbors by about the same in all slices."""
    mean = np.abs(apart.mean(axis=0))
    return int(((mean > LEAST_RATIO * apart.std(axis=0)) & (mean > smallest)).sum())
