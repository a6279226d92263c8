"""Cross-validated numbers: a leak is found, noise stays noise."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from TACEResponseLib.evaluation.discrimination.cross_validated import (
    permutation_test,
    procedure_estimate,
    repeated_auc,
)


def nearest_neighbor(features: np.ndarray, *, grouped: bool):  # type: ignore[no-untyped-def]
    """Three-fold AUC of copying the nearest training patient; copies leak unless grouped."""

    def run(rows: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> float:
        shuffled = rng.permutation(rows.max() + 1)[rows] if grouped else rng.permutation(rows.size)
        fold = shuffled % 3
        scores = np.empty(rows.size)
        for number in range(3):
            inside, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            distance = np.abs(features[rows[held], None] - features[rows[inside]])
            scores[held] = labels[inside[distance.argmin(axis=1)]]
        return float(roc_auc_score(labels, scores)) if 0 < labels.mean() < 1 else float("nan")

    return run


def first_feature(features: np.ndarray):  # type: ignore[no-untyped-def]
    """AUC of a feature whose sign is learned on the other half."""

    def run(rows: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> float:
        half = rng.permutation(rows.max() + 1)[rows] % 2
        values = []
        for number in (0, 1):
            inside, held = half != number, half == number
            if len(set(labels[inside])) < 2 or len(set(labels[held])) < 2:
                return float("nan")
            sign = np.sign(np.corrcoef(features[rows][inside], labels[inside])[0, 1])
            values.append(roc_auc_score(labels[held], sign * features[rows][held]))
        return float(np.mean(values))

    return run


def test_value_is_the_mean_over_repeats() -> None:
    labels = [1, 1, 0, 0]
    estimate = repeated_auc(
        labels, [[4, 3, 2, 1], [4, 1, 2, 3]], np.random.default_rng(0), resamples=20
    )
    assert estimate.value == pytest.approx((1 + 0.5) / 2)
    assert "2 repeats" in estimate.method


def test_noise_is_not_significant_and_knowledge_is() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], 20)
    noise, knowledge = rng.normal(size=40), labels + rng.normal(0, 0.8, 40)
    by_noise = permutation_test(first_feature(noise), labels, rng, repeats=2)
    by_knowledge = permutation_test(first_feature(knowledge), labels, rng, repeats=2)
    assert by_noise.p > 0.05
    # No shuffle of 200 does as well: (1 + 0) / 201.
    assert by_knowledge.p == pytest.approx(1 / 201)


def test_interval_holds_the_truth_of_a_known_law() -> None:
    rng = np.random.default_rng(2)
    feature = rng.normal(size=150)
    labels = (rng.random(150) < expit(2 * feature)).astype(int)
    estimate = procedure_estimate(first_feature(feature), labels, rng, repeats=3, resamples=60)
    truth = roc_auc_score(rng.random(50_000) < expit(2 * (big := rng.normal(size=50_000))), big)
    assert estimate.low < truth < estimate.high
    assert estimate.low < estimate.value < estimate.high


def test_limits_of_a_procedure_stay_inside_0_and_1_or_are_undefined() -> None:
    rng = np.random.default_rng(6)
    labels = np.repeat([0, 1], 15)
    nearly = first_feature(labels + rng.normal(0, 0.6, 30))
    assert procedure_estimate(nearly, labels, rng, repeats=2, resamples=40).high <= 1
    perfect = first_feature(labels.astype(float))
    estimate = procedure_estimate(perfect, labels, rng, repeats=2, resamples=40)
    assert estimate.value == 1
    assert np.isnan([estimate.low, estimate.high]).all()


def test_copies_of_a_patient_leak_unless_grouped() -> None:
    rng = np.random.default_rng(3)
    features, labels = rng.normal(size=60), rng.integers(0, 2, 60)
    rows = rng.integers(60, size=60)
    leaky, honest = (
        np.mean(
            [
                nearest_neighbor(features, grouped=grouped)(rows, labels[rows], rng)
                for _ in range(20)
            ]
        )
        for grouped in (False, True)
    )
    assert leaky > 0.65
    assert honest < 0.6


def test_a_procedure_of_scikit_learn_fits_in() -> None:
    rng = np.random.default_rng(4)
    table = rng.normal(size=(60, 4))
    labels = (table[:, 0] + rng.normal(size=60) > 0).astype(int)

    def run(rows: np.ndarray, outcome: np.ndarray, generator: np.random.Generator) -> float:
        splitter = GroupKFold(3, shuffle=True, random_state=int(generator.integers(2**31)))
        scores = np.empty(rows.size)
        for train, test in splitter.split(rows, groups=rows):
            model = LogisticRegression().fit(table[rows[train]], outcome[train])
            scores[test] = model.decision_function(table[rows[test]])
        return float(roc_auc_score(outcome, scores))

    estimate = procedure_estimate(run, labels, rng, repeats=2, resamples=20)
    assert 0.5 < estimate.value < 1


def test_fewer_than_200_shuffles_are_refused() -> None:
    with pytest.raises(ValueError, match="permutations must be at least 200, got 99"):
        permutation_test(lambda *_: 0.5, [0, 1], np.random.default_rng(0), permutations=99)


def test_no_repeat_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one repeat"):
        repeated_auc([0, 1], [], np.random.default_rng(0))


def test_repeats_that_are_all_perfect_have_the_exact_interval() -> None:
    # By hand: six disjoint pairs, all won, .025 ** (1 / 6).
    labels, scores = [1] * 6 + [0] * 8, [*range(20, 26), *range(8)]
    result = repeated_auc(labels, [scores, scores], np.random.default_rng(0), resamples=50)
    assert (result.value, result.high) == (1, 1)
    assert result.low == pytest.approx(0.025 ** (1 / 6))
