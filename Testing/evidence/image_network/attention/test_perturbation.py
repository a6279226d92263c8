"""Deletion and insertion: worked on paper for a sum of squares; by chance no better than chance."""

import numpy as np
import pytest

from TACEResponseLib.evidence.image_network.attention.perturbation import (
    SQUARES_ACROSS,
    order_of,
    perturbation_curves,
    square_means,
    squares_of,
)

SIDE = 4
WORTH = {3: 4.0, 10: 3.0, 33: 2.0, 60: 1.0}


def weighed(patches: np.ndarray) -> np.ndarray:
    """Sum of the patch; each bright square adds its worth."""
    return np.asarray(patches.sum(axis=(1, 2, 3)), dtype=float)


@pytest.fixture
def patch() -> np.ndarray:
    """Four bright squares of 4 x 4 pixels on 0, which is the median."""
    values = np.zeros(SQUARES_ACROSS**2)
    values[list(WORTH)] = np.array(list(WORTH.values())) / SIDE**2
    squares = squares_of((SQUARES_ACROSS * SIDE,) * 2)
    return values[squares][np.newaxis].astype(np.float32)


def test_deletion_by_the_map_is_the_one_worked_on_paper(patch: np.ndarray) -> None:
    curves = perturbation_curves(weighed, patch, patch[0], np.random.default_rng(0))
    # Eight squares a step: the first takes all four bright ones.
    assert curves.share == pytest.approx(np.arange(9) / 8)
    assert curves.deletion == pytest.approx([10, 0, 0, 0, 0, 0, 0, 0, 0], abs=1e-4)


def test_random_orders_lose_in_proportion_on_average(patch: np.ndarray) -> None:
    curves = perturbation_curves(weighed, patch, patch[0], np.random.default_rng(0), orders=400)
    assert curves.random_deletion == pytest.approx(10 * (1 - curves.share), abs=0.35)
    # The area under 10 (1 - s) is 5, that under the map's curve 10 / 8 / 2.
    assert curves.deletion_gain == pytest.approx(5 - 0.625, abs=0.2)


def test_insertion_ends_at_the_patch_and_begins_at_its_blur(patch: np.ndarray) -> None:
    curves = perturbation_curves(weighed, patch, patch[0], np.random.default_rng(0))
    assert curves.insertion[-1] == pytest.approx(10, rel=1e-5)
    assert curves.insertion[0] == curves.random_insertion[0]
    assert curves.insertion_gain > 1


def test_a_map_turned_round_does_worse_than_chance(patch: np.ndarray) -> None:
    curves = perturbation_curves(weighed, patch, -patch[0], np.random.default_rng(0), orders=50)
    assert curves.deletion_gain < -1
    assert curves.insertion_gain < 0


def test_maps_that_know_nothing_gain_nothing_on_average() -> None:
    rng = np.random.default_rng(1)
    gains = []
    for _ in range(150):
        patch = rng.random((1, 16, 16)).astype(np.float32)
        curves = perturbation_curves(weighed, patch, rng.random((16, 16)), rng, orders=1)
        gains.append(curves.deletion_gain)
    assert abs(np.mean(gains)) < 3 * np.std(gains) / 150**0.5


def test_squares_cover_patches_that_are_no_squares() -> None:
    squares = squares_of((20, 40))
    assert np.unique(squares).size == 64
    heat = np.zeros((20, 40))
    heat[-1, -1] = 1
    assert order_of(heat)[0] == 63
    assert square_means(np.ones((20, 40))) == pytest.approx(np.ones(64))
