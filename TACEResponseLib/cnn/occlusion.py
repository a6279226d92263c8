"""Occlusion saliency: what the positive class loses when a square of the patch is covered.

Needs no gradient and no layer, so it checks Grad-CAM by other means. It costs 225 passes a patch
where Grad-CAM costs one: minutes for a large network on a CPU. A recipe asks for it by name.
Source: Zeiler and Fergus, ECCV 2014.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.cnn.inference import SMALLEST_PROBABILITY, predict_patches

if TYPE_CHECKING:
    from torch import nn

# The square is an eighth of the patch and moves by half its side.
SQUARES_ACROSS = 8


def occlusion_maps(
    network: "nn.Module",
    patches: NDArray[np.float32],
    positive: Sequence[int],
    *,
    device: str = "cpu",
) -> NDArray[np.float32]:
    """Raw saliency of each patch: mean loss of logit over the squares that cover a pixel.

    Args:
        network: on `device`.
        patches: (n, channels, S, S).
        positive: outputs of the positive class.
        device: where the network is.
    Returns: (n, S, S), >= 0; a covered square shows the patch's median instead.
    """
    return np.stack([_map_of(network, patch, positive, device) for patch in patches])


def _map_of(
    network: "nn.Module", patch: NDArray[np.float32], positive: Sequence[int], device: str
) -> NDArray[np.float32]:
    """Saliency of one patch, (S, S)."""
    side = patch.shape[-1]
    square = max(2, side // SQUARES_ACROSS)
    starts = range(0, side - square + 1, max(1, square // 2))
    corners = [(row, column) for row in starts for column in starts]
    covered = np.repeat(patch[np.newaxis], len(corners) + 1, axis=0)
    for copy, (row, column) in zip(covered[1:], corners, strict=True):
        copy[:, row : row + square, column : column + square] = np.median(patch, axis=(1, 2))[
            :, np.newaxis, np.newaxis
        ]
    classes = predict_patches(network, covered, device=device, batch_size=32)
    chance = np.clip(
        classes[:, list(positive)].sum(axis=1), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY
    )
    logits = np.log(chance / (1 - chance))
    loss, times = np.zeros((side, side)), np.zeros((side, side))
    for (row, column), logit in zip(corners, logits[1:], strict=True):
        loss[row : row + square, column : column + square] += logits[0] - logit
        times[row : row + square, column : column + square] += 1
    return np.maximum(loss / np.maximum(times, 1), 0).astype(np.float32)
