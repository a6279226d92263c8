"""Patches varied: every position reached, every limit kept, channels moved together."""

import numpy as np
import pytest
import torch

from TACEResponseLib.evidence.image_network.settings import FittingSettings
from TACEResponseLib.evidence.image_network.training.augmentation import (
    augmented,
    cropped,
    jittered,
    moved,
    positions,
)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_augmentation_reaches_all_eight_positions_and_no_other() -> None:
    patch = torch.arange(9.0).reshape(1, 1, 3, 3)
    batch = patch.repeat(400, 1, 1, 1)
    actual = {tuple(p.ravel().tolist()) for p in augmented(batch, FittingSettings(), generator())}
    turns = [torch.rot90(patch, k, (2, 3)) for k in range(4)]
    expected = {tuple(t.ravel().tolist()) for p in turns for t in (p, p.flip(3))}
    assert actual == expected
    none = FittingSettings(flips=False, quarter_turns=False)
    assert torch.equal(augmented(batch, none, torch.Generator()), batch)


def test_six_positions_are_those_of_the_paper() -> None:
    patch = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    fitting = FittingSettings(positions="six")
    by_hand = {
        (1.0, 2.0, 3.0, 4.0),  # as it is
        (2.0, 1.0, 4.0, 3.0),  # horizontally
        (3.0, 4.0, 1.0, 2.0),  # vertically
        (4.0, 3.0, 2.0, 1.0),  # both
        (2.0, 4.0, 1.0, 3.0),  # +90 degrees
        (3.0, 1.0, 4.0, 2.0),  # -90 degrees
    }
    assert {tuple(p.ravel().tolist()) for p in positions(patch, fitting)} == by_hand
    drawn = augmented(patch.repeat(300, 1, 1, 1), fitting, generator())
    counts = [(drawn.flatten(1) == torch.tensor(p)).all(dim=1).sum().item() for p in by_hand]
    # A binomial of 300 draws at a sixth has a standard deviation of 6.5.
    assert sum(counts) == 300
    assert max(abs(c - 50) for c in counts) < 26


def test_jitter_stays_in_its_limits_and_in_0_to_1() -> None:
    batch = torch.full((500, 1, 4, 4), 0.4)
    batch[:, :, 0, 0] = 0.9
    bright = jittered(batch, FittingSettings(brightness=0.5), generator())
    assert bright[:, 0, 1, 1].min() >= 0.2
    assert bright[:, 0, 1, 1].max() <= 0.6
    assert bright[:, 0, 1, 1].max() > 0.55
    assert bright.max() <= 1.0
    contrast = jittered(batch, FittingSettings(contrast=0.5), generator())
    # Contrast keeps the mean where nothing is clipped.
    kept = contrast.flatten(1).max(dim=1).values < 1
    mean = contrast[kept].mean(dim=(1, 2, 3))
    assert mean.numpy() == pytest.approx(batch[kept].mean(dim=(1, 2, 3)).numpy(), abs=1e-5)


def test_nothing_asked_for_is_nothing_done() -> None:
    batch = torch.rand((3, 1, 8, 8), generator=generator())
    untouched = torch.Generator().manual_seed(4)
    before = untouched.get_state()
    same = moved(jittered(batch, FittingSettings(), untouched), FittingSettings(), untouched)
    assert same is batch
    assert cropped(batch, None, untouched) is batch
    assert torch.equal(before, untouched.get_state())


def test_a_shift_moves_a_spot_no_further_than_its_limit() -> None:
    batch = torch.zeros((200, 2, 41, 61))
    batch[:, :, 20, 30] = 1.0
    shifted = moved(batch, FittingSettings(shift_fraction=0.1), generator())
    weight = shifted[:, 0] / shifted[:, 0].sum(dim=(1, 2), keepdim=True)
    row = (weight.sum(dim=2) * torch.arange(41)).sum(dim=1)
    column = (weight.sum(dim=1) * torch.arange(61)).sum(dim=1)
    assert 3.5 < (row - 20).abs().max() <= 4.1 + 1e-3
    assert 5.5 < (column - 30).abs().max() <= 6.1 + 1e-3
    # Registered sequences stay registered.
    assert torch.equal(shifted[:, 0], shifted[:, 1])


def test_a_turn_keeps_distances_on_a_rectangle() -> None:
    batch = torch.zeros((60, 1, 41, 61))
    batch[:, :, 18:23, 46:51] = 1.0
    turned = moved(batch, FittingSettings(rotation_degrees=40), generator())
    weight = turned[:, 0] / turned[:, 0].sum(dim=(1, 2), keepdim=True)
    down = (weight.sum(dim=2) * torch.arange(41)).sum(dim=1) - 20
    across = (weight.sum(dim=1) * torch.arange(61)).sum(dim=1) - 30
    assert torch.hypot(down, across).numpy() == pytest.approx(np.full(60, 18.0), abs=0.2)
    degrees = torch.rad2deg(torch.atan2(down, across)).abs()
    assert 30 < degrees.max() <= 40.5


def test_zoom_only_enlarges() -> None:
    batch = torch.zeros((100, 1, 41, 41))
    batch[:, :, 15:26, 15:26] = 1.0
    area = moved(batch, FittingSettings(zoom=0.5), generator()).sum(dim=(1, 2, 3))
    assert area.min() >= 121 * 0.98
    assert 121 * 1.9 < area.max() <= 121 * 1.5**2 * 1.02


def test_a_crop_lies_anywhere_inside() -> None:
    rows = torch.arange(136.0)[:, None].expand(136, 136)
    batch = torch.stack([rows, rows.T]).repeat(300, 1, 1, 1)
    corner = cropped(batch, 128, generator())[:, :, 0, 0]
    assert {int(v) for v in corner[:, 0]} == set(range(9))
    assert {int(v) for v in corner[:, 1]} == set(range(9))
