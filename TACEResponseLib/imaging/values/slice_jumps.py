"""Do slices follow each other, as those of one body do?

A slice that was rescaled otherwise, blackened or laid at another's place differs from both its
neighbors by far more than these do from each other. In 20 CT and MR of single scans, read whole or
with every second to fourth slice alone, it did so at most 1.4 times as much; with another slope or
intercept 4 to 120 times. Two slices with the same noise are one slice twice.
"""

from collections.abc import Sequence

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.values.slice_blocks import slice_axis
from TACEResponseLib.imaging.volume import Volume, Voxels

# How much larger the difference to both neighbors is than that between them.
LEAST_RATIO = 2.0
# Of all blocks, to differ so; a thing that lies in one slice alone fills fewer.
LEAST_SHARE, LEAST_BLOCKS = 0.15, 40
# Of the spread of all blocks; below it differences are how numbers were rounded.
SMALLEST = 0.005
# By which half of the blocks differ at once; in one scan half of them differ by up to 30 HU.
STEP_HU = 400.0
# A drawn thing of a few values may be the same in two slices; noise never is.
LEAST_VALUES = 50
MOST_NAMED = 3


def jump_warnings(
    volume: Volume, blocks: Voxels, sequence: ImageSequence
) -> tuple[CaseWarning, ...]:
    """Say which slices don't follow their neighbors, and which are copies of them.

    Args:
        volume: the image.
        blocks: its means, slices first.
        sequence: what the user calls it.
    """
    sound = len(blocks) >= 3 and blocks[0].size >= LEAST_BLOCKS and np.isfinite(blocks).all()
    warnings: list[CaseWarning] = []
    if sound and (odd := odd_slices(blocks)):
        warnings.append(
            CaseWarning(
                code="slice_out_of_line",
                message=f"{_slices(odd)} of {sequence.words} {_verb(odd)} from both neighbors "
                "far more than these from each other, as if it were scaled otherwise, empty "
                "or at another slice's place: look at the image from the side, and export it "
                "again.",
            )
        )
    elif sound and sequence.modality == "CT" and (steps := value_steps(blocks)):
        warnings.append(
            CaseWarning(
                code="slices_step",
                message=f"From {_slices(steps).lower()} of {sequence.words} on, most of the "
                f"picture is more than {STEP_HU:g} HU brighter or darker at once, as if two scales "
                "lay in one image: look at it from the side, and export it again.",
            )
        )
    if copies := copied_slices(volume):
        warnings.append(
            CaseWarning(
                code="slices_equal",
                message=f"{_slices(copies)} of {sequence.words} {_be(copies)} the slice "
                "before, voxel by voxel, as if slices had been copied, or thin ones "
                "made of thick ones: check that none is missing and that the spacing is right.",
            )
        )
    return tuple(warnings)


def odd_slices(blocks: Voxels) -> list[int]:
    """Numbers, from 0, of slices that differ from both neighbors more than these from each other.

    Args:
        blocks: means, slices first.
    """
    smallest = SMALLEST * float(blocks.std())
    near = np.abs(np.diff(blocks, axis=0))
    far = np.abs(blocks[2:] - blocks[:-2])
    both = np.minimum(near[:-1], near[1:])
    means = near.mean(axis=(1, 2))
    apart = np.minimum(means[:-1], means[1:]) > LEAST_RATIO * far.mean(axis=(1, 2)) + smallest
    share = (both > LEAST_RATIO * far + smallest).mean(axis=(1, 2))
    return (np.flatnonzero(apart & (share >= LEAST_SHARE)) + 1).tolist()


def value_steps(blocks: Voxels) -> list[int]:
    """Numbers, from 0, of CT slices at which half of the picture is another at once.

    Empty slices, as at the ends of a resampled image, are none.
    """
    median = np.median(np.abs(np.diff(blocks, axis=0)), axis=(1, 2))
    full = np.ptp(blocks, axis=(1, 2)) > 0
    return (np.flatnonzero((median > STEP_HU) & full[:-1] & full[1:]) + 1).tolist()


def copied_slices(volume: Volume) -> list[int]:
    """Numbers, from 0, of slices that equal the one before and have noise."""
    voxels = np.moveaxis(volume.voxels, slice_axis(volume), 0)
    middle = voxels[:, voxels.shape[1] // 2]
    same = np.flatnonzero((middle[1:] == middle[:-1]).all(axis=1)) + 1
    return [
        n
        for n in same.tolist()
        if np.array_equal(voxels[n], voxels[n - 1]) and np.unique(voxels[n]).size >= LEAST_VALUES
    ]


def _slices(numbers: Sequence[int]) -> str:
    """As they are counted from 1."""
    if len(numbers) == 1:
        return f"Slice {numbers[0] + 1}"
    shown = ", ".join(str(n + 1) for n in numbers[:MOST_NAMED])
    return f"Slices {shown}" + (
        f" and {len(numbers) - MOST_NAMED} more" * (len(numbers) > MOST_NAMED)
    )


def _be(numbers: Sequence[int]) -> str:
    return "is" if len(numbers) == 1 else "are"


def _verb(numbers: Sequence[int]) -> str:
    return "differs" if len(numbers) == 1 else "differ each"
