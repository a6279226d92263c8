"""The numbers before the last layer: of a network worked on paper, and of those that ship."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from TACEResponseLib.evidence.image_network.architectures.joint import JointNetwork
from TACEResponseLib.evidence.image_network.branch_network import for_patient
from TACEResponseLib.evidence.image_network.embedding import embedding_of, embedding_size
from TACEResponseLib.evidence.image_network.inference import predict_patches
from TACEResponseLib.evidence.image_network.network import build_network


class MeanAndRange(nn.Module):
    """Two numbers of a patch, and a head that says something of them."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Linear(2, 2)

    def forward(self, patches: Tensor) -> Tensor:
        flat = patches.flatten(start_dim=1)
        numbers = torch.stack([flat.mean(dim=1), flat.amax(dim=1) - flat.amin(dim=1)], dim=1)
        answer: Tensor = self.classifier(numbers)
        return answer


def patches(n: int, size: int = 4) -> np.ndarray:
    return np.random.default_rng(6).random((n, 1, size, size)).astype(np.float32)


def test_the_embedding_is_the_mean_of_what_the_last_layer_gets() -> None:
    network, seen = MeanAndRange(), patches(3)
    with embedding_of(network) as embedding:
        predict_patches(network, seen, batch_size=2)
    expected = [
        np.mean([patch.mean() for patch in seen]),
        np.mean([np.ptp(patch) for patch in seen]),
    ]
    assert embedding.mean() == pytest.approx(expected, abs=1e-6)
    assert embedding_size(network) == 2


def test_clinical_values_of_a_joint_head_do_not_enter() -> None:
    network = JointNetwork(MeanAndRange(), n_clinical=1, widths=(4,)).eval()
    seen, rows = patches(3), []
    for age in (-1.0, 3.0):
        with embedding_of(network) as embedding:
            for_patient(network, [age], "cpu")(torch.from_numpy(seen))
        rows.append(embedding.mean())
    assert embedding_size(network) == 2
    assert np.array_equal(*rows)


def test_nothing_is_gathered_after_the_block() -> None:
    network = MeanAndRange()
    with embedding_of(network) as embedding:
        predict_patches(network, patches(1))
    first = embedding.mean()
    predict_patches(network, patches(2) + 7)
    assert np.array_equal(embedding.mean(), first)


@pytest.mark.parametrize(
    ("name", "size", "numbers"),
    [("small_cnn", 32, 64), ("lenet5_type", 224, 6144), ("resnet18", 64, 512)],
)
def test_known_networks_have_an_embedding(name: str, size: int, numbers: int) -> None:
    network = build_network(name, {"in_channels": 1, "n_classes": 2})
    with embedding_of(network) as embedding:
        predict_patches(network, patches(1, size))
    assert embedding.mean().shape == (embedding_size(network),)
    assert embedding_size(network) == numbers
