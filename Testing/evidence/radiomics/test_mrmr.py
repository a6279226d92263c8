"""Minimum redundancy, maximum relevance: by hand, by another library, and by law."""

import numpy as np
import pytest

from TACEResponseLib.evidence.radiomics.mrmr import (
    choose_mrmr,
    mutual_information,
    ranked_by_difference,
    three_states,
)

LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])
# Each of the first three is wrong about one patient, the second being the first again; the last
# is noise.
FEATURES = np.array(
    [
        [1, 0, 0, 0, 1, 1, 1, 1],
        [1, 0, 0, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 1, 1, 1, 0],
        [0, 1, 0, 1, 0, 1, 0, 1],
    ]
).T


def test_four_features_are_ranked_as_worked_out_by_hand() -> None:
    # Relevance .3804, .3804, .3804, 0; the first wins the tie. Less its redundancy, of the second
    # remains .3804 - .6616, of the third .3804 - .2409, of the noise 0 - .0338: the third. Then
    # of the second .3804 - (.6616 + .2409) / 2 = -.0709, and of the noise -.0338: even noise comes
    # before a copy.
    assert mutual_information(FEATURES, LABELS) == pytest.approx(
        [0.3804, 0.3804, 0.3804, 0], abs=5e-5
    )
    assert mutual_information(FEATURES, FEATURES[:, 0]) == pytest.approx(
        [0.6616, 0.6616, 0.2409, 0.0338], abs=5e-5
    )
    assert ranked_by_difference(FEATURES, LABELS, 4) == [0, 2, 3, 1]


def test_the_choice_of_another_library_is_met() -> None:
    # Published in the README of sklmrmr: MRMR(5) of scikit-learn's digits, 64 features of 17
    # states, ten classes.
    from sklearn.datasets import load_digits

    digits = load_digits()
    chosen = ranked_by_difference(digits.data.astype(np.int64), digits.target, 5)
    assert sorted(chosen) == [21, 26, 33, 43, 61]


def test_information_is_that_of_scikit_learn_and_symmetric() -> None:
    from sklearn.metrics import mutual_info_score

    rng = np.random.default_rng(3)
    states, other = rng.integers(0, 4, size=(200, 5)), rng.integers(0, 3, size=200)
    states[:, 0] = other
    expected = [mutual_info_score(column, other) for column in states.T]
    assert mutual_information(states, other) == pytest.approx(expected, abs=1e-12)
    there = mutual_information(states, states[:, 1])[2]
    assert there == pytest.approx(mutual_information(states, states[:, 2])[1], abs=1e-12)


def test_states_are_cut_half_a_standard_deviation_from_the_mean() -> None:
    z = np.array([[-2.0], [-0.51], [-0.5], [0.0], [0.5], [0.51], [2.0]])
    assert three_states(z)[:, 0].tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_a_copy_comes_after_what_is_new() -> None:
    rng = np.random.default_rng(5)
    labels = np.tile([0, 1], 300)
    z = rng.normal(size=(600, 4))
    z[:, 0] += 1.5 * labels
    z[:, 1] = z[:, 0] + rng.normal(0, 0.05, 600)
    z[:, 2] -= 1.2 * labels
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    assert set(choose_mrmr(z, labels, 2)) in ({0, 2}, {1, 2})


def test_all_are_chosen_if_more_are_asked_for() -> None:
    assert sorted(ranked_by_difference(FEATURES, LABELS, 9)) == [0, 1, 2, 3]
