"""Class probabilities of patches."""

import numpy as np
import pytest
import torch
from torch import nn

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.inference import predict_patches
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network import build_network


def test_probabilities_are_the_softmax_worked_by_hand() -> None:
    class Logits(nn.Module):
        def forward(self, patches: torch.Tensor) -> torch.Tensor:
            mean = patches.mean(dim=(1, 2, 3))
            return torch.stack([torch.zeros_like(mean), mean], dim=1)

    patches = np.full((2, 1, 4, 4), np.log(3), dtype=np.float32)
    patches[1] = 0
    assert predict_patches(Logits(), patches) == pytest.approx(
        np.array([[0.25, 0.75], [0.5, 0.5]]), abs=1e-7
    )


def test_the_batch_size_changes_nothing() -> None:
    network = build_network(SMALL_CNN, {"in_channels": 1, "n_classes": 2})
    patches = np.random.default_rng(1).random((7, 1, 32, 32), dtype=np.float32)
    whole = predict_patches(network, patches, batch_size=7)
    assert predict_patches(network, patches, batch_size=2) == pytest.approx(whole, abs=1e-6)
    assert whole.sum(axis=1) == pytest.approx(np.ones(7))


def test_dropout_is_off() -> None:
    network = build_network(SMALL_CNN, {"in_channels": 1, "n_classes": 2, "dropout": 0.9}).train()
    patches = np.random.default_rng(1).random((2, 1, 32, 32), dtype=np.float32)
    first, second = (predict_patches(network, patches) for _ in range(2))
    assert np.array_equal(first, second)


def test_answers_that_are_no_numbers_are_refused() -> None:
    class RunAway(torch.nn.Module):
        def forward(self, patches: torch.Tensor) -> torch.Tensor:
            return patches.mean(dim=(2, 3)) * torch.inf

    with pytest.raises(InputError, match="must answer with finite numbers, got none for 3 patches"):
        predict_patches(RunAway(), np.ones((3, 2, 4, 4), dtype=np.float32))
