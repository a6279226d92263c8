"""The fully connected network: S1's size, a case worked by hand, training that leaves no trace."""

import numpy as np
import pytest
import torch

from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier, build_dense, fit_dense
from TACEResponseLib.evidence.radiomics.settings import DenseSettings

SMALL = DenseSettings(hidden_units=8, epochs=30)


def patients(n: int = 65) -> tuple[np.ndarray, np.ndarray]:
    """Two batches and one patient more, whom batch normalization can't take alone."""
    rng = np.random.default_rng(2)
    labels = (np.arange(n) % 2).astype(np.int64)
    values = rng.normal((500, 3), (100, 1), size=(n, 2))
    values[:, 0] += 200 * labels
    return values, labels


def test_the_published_network_has_its_layers_and_parameters() -> None:
    network = build_dense(DenseSettings(), 440)
    # 440 x 220 + 220, batch normalization 2 x 220, 220 x 2 + 2.
    assert sum(p.numel() for p in network.parameters()) == 440 * 220 + 220 + 440 + 442
    kinds = [type(layer).__name__ for layer in network]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU", "Dropout", "Linear"]
    assert network[3].p == 0.5  # type: ignore[union-attr]


def test_a_logit_worked_by_hand() -> None:
    network = build_dense(DenseSettings(hidden_units=1), 1)
    tensors = network.state_dict()
    tensors["mean"][:], tensors["sd"][:] = 10.0, 2.0
    tensors["0.weight"][:], tensors["0.bias"][:] = 2.0, 0.0
    tensors["4.weight"][:] = torch.tensor([[-1.0], [1.0]])
    tensors["4.bias"][:] = torch.tensor([0.0, 0.5])
    answer = DenseClassifier(network.eval()).logits(np.array([[13.0], [7.0]]))
    # 13 is 1.5 SD over the mean: hidden 3, outputs -3 and 3.5. 7 is below: hidden 0, 0 and 0.5.
    assert answer == pytest.approx([6.5, 0.5], abs=1e-4)


def test_training_finds_the_signal_and_logs_a_falling_loss() -> None:
    losses: list[tuple[str, int, float]] = []
    values, labels = patients()
    fitted = fit_dense(SMALL, values, labels, 1, lambda *log: losses.append(log))
    assert [epoch for _, epoch, _ in losses] == list(range(1, 31))
    assert {name for name, _, _ in losses} == {"loss"}
    assert losses[-1][2] < losses[0][2]
    answer = fitted.logits(values)
    assert answer[labels == 1].mean() > answer[labels == 0].mean() + 1


def test_training_neither_hears_nor_moves_torch_s_own_random_state() -> None:
    values, labels = patients()
    torch.manual_seed(1)
    first = fit_dense(SMALL, values, labels, 7).logits(values)
    state = torch.random.get_rng_state()
    torch.manual_seed(2)
    second = fit_dense(SMALL, values, labels, 7).logits(values)
    assert np.array_equal(first, second)
    torch.manual_seed(1)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_unit_of_a_feature_does_not_matter() -> None:
    values, labels = patients()
    scale = np.array([1024.0, 0.25])
    first = fit_dense(SMALL, values, labels, 1).logits(values)
    second = fit_dense(SMALL, values * scale, labels, 1).logits(values * scale)
    assert np.array_equal(first, second)


def test_a_batch_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="batch_size"):
        DenseSettings(batch_size=1)
