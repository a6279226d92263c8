"""Occlusion saliency: what the positive class loses when a square of the patch is covered.

Needs no gradient and no layer, so it checks Grad-CAM by other means. It costs 225 passes a patch
where Grad-CAM costs one: minutes for a large network on a CPU. A recipe asks for it by name.
Source: Zeiler and Fergus, ECCV 2014.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evidence.image_network.inference import predict_patches
from TACEResponseLib.evidence.image_network.settings import Output

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
    output: Output = "softmax",
    channels: Sequence[int] | None = None,
) -> NDArray[np.float32]:
    """Raw saliency of each patch: mean loss of logit over the squares that cover a pixel.

    Args:
        network: on `device`.
        patches: (n, channels, H, W).
        positive: outputs of the positive class.
        device: where the network is.
        output: what makes probabilities of its outputs.
        channels: those that are covered, such as a sequence's own; `None` covers all.
    Returns: (n, H, W), >= 0; a covered square shows the patch's median instead.
    """
    covered = list(range(patches.shape[1])) if channels is None else list(channels)
    return np.stack([_map_of(network, p, positive, device, output, covered) for p in patches])


def _map_of(
    network: "nn.Module",
    patch: NDArray[np.float32],
    positive: Sequence[int],
    device: str,
    output: Output,
    channels: list[int],
) -> NDArray[np.float32]:
    """Saliency of one patch, (H, W)."""
    rows, columns = patch.shape[1:]
    square = max(2, min(rows, columns) // SQUARES_ACROSS)
    corners = [
        (row, column) for row in _starts(rows, square) for column in _starts(columns, square)
    ]
    covered = np.repeat(patch[np.newaxis], len(corners) + 1, axis=0)
    median = np.median(patch[channels], axis=(1, 2))[:, np.newaxis, np.newaxis]
    for copy, (row, column) in zip(covered[1:], corners, strict=True):
        copy[channels, row : row + square, column : column + square] = median
    classes = predict_patches(network, covered, device=device, batch_size=32, output=output)
    answers = logits(classes[:, list(positive)].sum(axis=1))
    loss, times = np.zeros((rows, columns)), np.zeros((rows, columns))
    for (row, column), answer in zip(corners, answers[1:], strict=True):
        loss[row : row + square, column : column + square] += answers[0] - answer
        times[row : row + square, column : column + square] += 1
    return np.maximum(loss / np.maximum(times, 1), 0).astype(np.float32)


def _starts(side: int, square: int) -> range:
    """Where squares begin along one axis."""
    return range(0, side - square + 1, max(1, square // 2))
