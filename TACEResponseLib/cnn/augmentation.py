"""Flips and quarter turns of training patches, drawn first and then applied."""

from typing import TYPE_CHECKING

from TACEResponseLib.cnn.settings import FittingSettings

if TYPE_CHECKING:
    from torch import Generator, Tensor


def augmented(batch: "Tensor", settings: FittingSettings, generator: "Generator") -> "Tensor":
    """Each patch of a batch flipped and turned at random, (n, channels, S, S)."""
    import torch

    n = len(batch)
    draws = torch.randint(0, 2, (3, n), generator=generator).bool()
    across, down, turned = draws
    if settings.flips:
        batch = torch.where(across[:, None, None, None], batch.flip(3), batch)
        batch = torch.where(down[:, None, None, None], batch.flip(2), batch)
    if settings.quarter_turns:
        # With the flips, one quarter turn reaches all eight positions of a square.
        batch = torch.where(turned[:, None, None, None], batch.rot90(1, (2, 3)), batch)
    return batch
