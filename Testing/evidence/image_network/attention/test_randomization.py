"""Cascading randomization: a network that learned loses its map, one that only copies does not."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from TACEResponseLib.evidence.image_network.attention.perturbation import square_means
from TACEResponseLib.evidence.image_network.attention.randomization import (
    layers_of,
    rank_correlation,
    redrawn_resemblance,
)
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network import build_network


def test_correlation_is_scipys() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.normal(size=(2, 5, 64)).round(1)
    expected = np.mean([spearmanr(a, b).statistic for a, b in zip(before, after, strict=True)])
    assert rank_correlation(before, after) == pytest.approx(expected)


def test_a_map_in_which_nothing_differs_or_of_no_numbers_resembles_none() -> None:
    assert rank_correlation(np.zeros((1, 64)), np.arange(64.0)[np.newaxis]) == 0
    assert rank_correlation(np.full((1, 64), np.nan), np.arange(64.0)[np.newaxis]) == 0


class Edges(nn.Module):
    """A map that shows the image whatever the weights are."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 2)


def test_a_map_that_ignores_the_weights_stays_what_it_was() -> None:
    shown = np.random.default_rng(1).normal(size=(6, 64))
    stages = redrawn_resemblance(
        Edges(), lambda _: shown, lambda _: None, np.random.default_rng(0), draws=2
    )
    assert [(stage.layers, stage.of) for stage in stages] == [(1, 2), (2, 2)]
    assert [stage.correlation for stage in stages] == pytest.approx([1, 1])


def test_a_map_of_the_weights_themselves_is_lost_layer_by_layer() -> None:
    network = Sequence()

    def maps_of(changed: nn.Module) -> np.ndarray:
        first, last = (m.weight.detach().numpy().astype(float) for m in layers_of(changed))
        return np.stack([first.ravel(), last.ravel()])

    stages = redrawn_resemblance(network, maps_of, lambda _: None, np.random.default_rng(0))
    # After the last layer alone one of the two rows is what it was: about 1 / 2.
    assert stages[0].correlation == pytest.approx(0.5, abs=0.15)
    assert stages[1].correlation < 0.25


class Sequence(nn.Module):
    """Two layers of 64 weights."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last = nn.Linear(64, 1, bias=False), nn.Linear(64, 1, bias=False)


def test_the_network_is_left_as_it_was_and_answers_stay_finite() -> None:
    torch.manual_seed(2)
    network = build_network(SMALL_CNN, {"in_channels": 1, "n_classes": 2, "widths": [8, 16]})
    network.eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    patches = torch.rand(6, 1, 32, 32)

    def answers(changed: nn.Module) -> Tensor:
        with torch.no_grad():
            return changed(patches)

    def maps_of(changed: nn.Module) -> np.ndarray:
        with torch.no_grad():
            heat = changed.features(patches).mean(dim=1).numpy()
        assert np.isfinite(heat).all()
        return np.array([square_means(one) for one in heat])

    def draw() -> list[float]:
        generator = np.random.default_rng(5)
        stages = redrawn_resemblance(network, maps_of, answers, generator, draws=2)
        return [stage.correlation for stage in stages]

    assert draw() == draw()
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
