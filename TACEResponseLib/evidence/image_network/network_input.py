"""The last step before the network, the same in training and scoring: crop and normalization."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.image_network.settings import (
    ChannelNormalization,
    ImageNetworkSettings,
)
from TACEResponseLib.imaging.patches import PatchPlan

if TYPE_CHECKING:
    from torch import Tensor


def network_input(
    patches: NDArray[np.float32], settings: ImageNetworkSettings
) -> NDArray[np.float32]:
    """What the network sees of patches when it scores: their middle, normalized.

    Args:
        patches: (n, channels, rows, columns), as prepared.
        settings: name the crop and the normalization; with neither the patches themselves.
    Returns: float32 (n, *settings.input_shape).
    """
    top, left = middle_corner(settings)
    seen = patches
    if settings.crop_px is not None:
        size = settings.crop_px
        seen = np.ascontiguousarray(patches[..., top : top + size, left : left + size])
    if settings.normalization is None:
        return seen
    mean, sd = (
        np.array(numbers, dtype=np.float32)[:, np.newaxis, np.newaxis]
        for numbers in (settings.normalization.mean, settings.normalization.sd)
    )
    return np.asarray((seen - mean) / sd, dtype=np.float32)


def normalized(batch: "Tensor", normalization: ChannelNormalization | None) -> "Tensor":
    """A batch (n, channels, H, W) less its channels' means, over their standard deviations."""
    if normalization is None:
        return batch
    mean, sd = (
        batch.new_tensor(numbers)[:, None, None]
        for numbers in (normalization.mean, normalization.sd)
    )
    return (batch - mean) / sd


def middle_corner(settings: ImageNetworkSettings) -> tuple[int, int]:
    """First row and column of the middle square; the upper left of two middles."""
    if settings.crop_px is None:
        return 0, 0
    patch, size = settings.patch, settings.crop_px
    return (patch.size_px - size) // 2, (patch.columns_px - size) // 2


def seen_plans(plans: Sequence[PatchPlan], settings: ImageNetworkSettings) -> tuple[PatchPlan, ...]:
    """Where in the patient lies what the network saw of each patch."""
    if settings.crop_px is None:
        return tuple(plans)
    top, left = middle_corner(settings)
    size = (settings.crop_px, settings.crop_px, 1)
    return tuple(
        PatchPlan(slice_index=p.slice_index, geometry=p.geometry.cropped((left, top, 0), size))
        for p in plans
    )
