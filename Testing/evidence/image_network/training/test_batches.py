"""Which patches an epoch sees."""

import pytest
import torch
from torch import nn

from TACEResponseLib.evidence.image_network.settings import FittingSettings
from TACEResponseLib.evidence.image_network.training.batches import (
    epoch_batches,
    keeps_single,
    steps_per_epoch,
)


def rows_of(
    targets: torch.Tensor, fitting: FittingSettings, seed: int = 0, **options: bool
) -> list[torch.Tensor]:
    patients = torch.arange(len(targets)) // 3
    generator = torch.Generator().manual_seed(seed)
    keep = {"keep_single": True} | options
    return list(epoch_batches(targets, patients, fitting, generator, **keep))


def test_the_sampler_makes_rare_classes_as_frequent() -> None:
    targets = torch.tensor([0] * 180 + [1] * 20)
    drawn = torch.cat(rows_of(targets, FittingSettings()))
    assert len(drawn) == 200
    # A binomial of 200 draws at one half has a standard deviation of 7.
    assert abs(int(targets[drawn].sum()) - 100) < 30
    plain = torch.cat(rows_of(targets, FittingSettings(balance="none")))
    assert sorted(plain.tolist()) == list(range(200))


def test_four_classes_are_drawn_as_often_as_each_other() -> None:
    targets = torch.tensor([0] * 300 + [1] * 60 + [2] * 30 + [3] * 10)
    counts = torch.bincount(targets[torch.cat(rows_of(targets, FittingSettings()))])
    assert (counts - 100).abs().max() < 35


def test_a_last_batch_of_one_is_left_out_only_where_it_may_not_train() -> None:
    targets = torch.zeros(13, dtype=torch.long)
    fitting = FittingSettings(batch_size=4)
    assert [len(r) for r in rows_of(targets, fitting)] == [4, 4, 4, 1]
    assert [len(r) for r in rows_of(targets, fitting, keep_single=False)] == [4, 4, 4]


@pytest.mark.parametrize(
    ("network", "batch_size", "keeps"),
    [
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), 8, False),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).eval(), 8, True),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), 1, True),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), 8, True),
    ],
    ids=["normalized", "normalization frozen", "batches of one all along", "not normalized"],
)
def test_normalization_needs_two(network: nn.Module, batch_size: int, keeps: bool) -> None:
    assert keeps_single(network, FittingSettings(batch_size=batch_size)) is keeps


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_one_patient_an_epoch_gives_one_batch_of_that_patient(batch_size: int) -> None:
    fitting = FittingSettings(patients_per_epoch="one", batch_size=batch_size)
    targets = torch.tensor([0] * 6 + [1] * 3)
    patients = [rows_of(targets, fitting, seed) for seed in range(40)]
    assert all(len(batches) == 1 for batches in patients)
    assert all(len(rows) == min(batch_size, 3) for (rows,) in patients)
    assert all(len({r // 3 for r in rows.tolist()}) == 1 for (rows,) in patients)
    assert {rows[0].item() // 3 for (rows,) in patients} == {0, 1, 2}
    assert steps_per_epoch(9, fitting) == 1


def test_steps_are_counted_with_a_last_short_batch() -> None:
    # S0: 1687 patches in batches of 64 make 27 steps, 26 whole ones.
    assert steps_per_epoch(1687, FittingSettings(batch_size=64)) == 27
