"""Training: the same weights to the bit, a learnable task learned, patients' labels kept."""

import numpy as np
import pytest
import torch

from TACEResponseLib.cnn.augmentation import augmented
from TACEResponseLib.cnn.fitting import fit_network
from TACEResponseLib.cnn.inference import predict_patches
from TACEResponseLib.cnn.network import SMALL_CNN
from TACEResponseLib.cnn.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.terms import ImageSequence


def settings(**fitting: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network_def={
            "_target_": SMALL_CNN, "in_channels": 1, "n_classes": 2, "widths": [8, 16],
        },
        target_layer="features",
        fitting=FittingSettings(**{"epochs": 6, "learning_rate": 0.01} | fitting),
    )  # fmt: skip


def task(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise, and in class 1 a bright square at a random place."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    patches = rng.normal(0, 0.3, (n, 1, 24, 24)).astype(np.float32)
    for i in np.flatnonzero(labels):
        row, column = rng.integers(2, 14, 2)
        patches[i, 0, row : row + 8, column : column + 8] += 0.7
    return patches, labels


def test_two_trainings_give_the_same_weights_to_the_bit() -> None:
    patches, labels = task(40, 0)
    before = torch.random.get_rng_state()
    first, second = (fit_network(settings(epochs=2), patches, labels, seed=5) for _ in range(2))
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name
    assert torch.equal(before, torch.random.get_rng_state())
    other = fit_network(settings(epochs=2), patches, labels, seed=6)
    assert not torch.equal(first.classifier.weight, other.classifier.weight)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_learnable_task_is_learned(optimizer: str) -> None:
    from TACEResponseLib.evaluation.discrimination import auc

    network = fit_network(settings(optimizer=optimizer), *task(160, 0), seed=1)
    patches, labels = task(100, 1)
    assert auc(labels, predict_patches(network, patches)[:, 1]).value > 0.9


def test_the_number_of_threads_is_restored() -> None:
    threads = torch.get_num_threads()
    fit_network(settings(epochs=1), *task(20, 0), seed=1)
    assert torch.get_num_threads() == threads


def test_the_sampler_makes_rare_classes_as_frequent() -> None:
    from TACEResponseLib.cnn.fitting import _batches

    targets = torch.tensor([0] * 180 + [1] * 20)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.cat(list(_batches(targets, FittingSettings(), generator)))
    assert len(drawn) == 200
    # A binomial of 200 draws at one half has a standard deviation of 7.
    assert abs(int(targets[drawn].sum()) - 100) < 30
    plain = torch.cat(list(_batches(targets, FittingSettings(balance="none"), generator)))
    assert sorted(plain.tolist()) == list(range(200))


def test_augmentation_reaches_all_eight_positions_and_no_other() -> None:
    patch = torch.arange(9.0).reshape(1, 1, 3, 3)
    batch = patch.repeat(400, 1, 1, 1)
    found = {
        tuple(p.ravel().tolist())
        for p in augmented(batch, FittingSettings(), torch.Generator().manual_seed(0))
    }
    turns = [torch.rot90(patch, k, (2, 3)) for k in range(4)]
    expected = {tuple(t.ravel().tolist()) for p in turns for t in (p, p.flip(3))}
    assert found == expected
    none = FittingSettings(flips=False, quarter_turns=False)
    assert torch.equal(augmented(batch, none, torch.Generator()), batch)
