"""AUC within folds: worked by hand, beside scikit-learn, and where pooling would mislead."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.discrimination.discrimination import auc, delong_spread
from TACEResponseLib.evaluation.discrimination.folded_auc import folded_auc

LABELS = np.tile([0, 1], 60)


def divided(seed: int, folds: int = 5) -> np.ndarray:
    """Folds of 120 patients, classes spread evenly."""
    rng = np.random.default_rng(seed)
    numbers = np.empty(LABELS.size, dtype=np.int64)
    for label in (0, 1):
        numbers[label == LABELS] = rng.permutation(np.arange(60) % folds)
    return numbers


def test_only_pairs_of_one_fold_count() -> None:
    # By hand: fold 0 wins 3 of 4 pairs, fold 1 ties its one: (.75 + .5) / 2.
    labels, folds = [1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1]
    estimate = folded_auc(labels, [folds], [[5, 2, 1, 3, -9, -9]])
    assert estimate.value == pytest.approx(0.625)
    assert estimate.n == 6


def test_it_is_the_mean_of_scikit_learns_areas() -> None:
    rng = np.random.default_rng(1)
    folds = np.array([divided(1), divided(2)])
    scores = rng.normal(size=folds.shape) + 0.5 * LABELS
    areas = [
        roc_auc_score(LABELS[fold == k], score[fold == k])
        for fold, score in zip(folds, scores, strict=True)
        for k in range(5)
    ]
    assert folded_auc(LABELS, folds, scores).value == pytest.approx(np.mean(areas))


def test_levels_of_folds_rank_nobody() -> None:
    rng = np.random.default_rng(2)
    folds, scores = divided(1), rng.normal(size=120) + LABELS
    moved = scores + 100.0 * folds
    assert folded_auc(LABELS, [folds], [moved]) == folded_auc(LABELS, [folds], [scores])
    assert auc(LABELS, moved).value != pytest.approx(auc(LABELS, scores).value, abs=0.05)


def test_the_standard_error_is_delongs_times_the_correction() -> None:
    # One level of scores over all folds: placements within folds are those of the whole but for
    # chance, so the error is DeLong's x sqrt(1 / repeats + folds / (folds - 1)).
    rng = np.random.default_rng(3)
    scores = rng.normal(size=120) + 0.4 * LABELS
    folds = np.array([divided(seed) for seed in range(4)])
    estimate = folded_auc(LABELS, folds, np.tile(scores, (4, 1)))
    plain = delong_spread(LABELS, scores).error
    half = 1.96 * plain * np.sqrt(1 / 4 + 5 / 4)
    # Placements among 12 of a class are rounder than among 60.
    assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.1)
    assert estimate.low < estimate.value < estimate.high


def test_repeats_narrow_it_and_patients_would_narrow_it_more() -> None:
    rng = np.random.default_rng(4)
    scores = np.tile(rng.normal(size=120) + 0.4 * LABELS, (5, 1))
    folds = np.tile(divided(1), (5, 1))
    one, five = folded_auc(LABELS, folds[:1], scores[:1]), folded_auc(LABELS, folds, scores)
    assert five.value == one.value
    ratio = (five.high - five.low) / (one.high - one.low)
    # sqrt((1 / 5 + 5 / 4) / (1 + 5 / 4)) = .80, and not sqrt(1 / 5) = .45.
    assert ratio == pytest.approx((1.45 / 2.25) ** 0.5)


def test_a_perfect_ranking_has_exact_limits_and_a_constant_one_none() -> None:
    folds = divided(1)
    perfect = folded_auc(LABELS, [folds], [LABELS])
    assert (perfect.value, perfect.high) == (1, 1)
    assert perfect.low == pytest.approx(0.025 ** (1 / 60))
    constant = folded_auc(LABELS, [folds], [np.zeros(120)])
    assert (constant.low, constant.value, constant.high) == (0.0, 0.5, 1.0)


def test_a_fold_of_one_class_has_no_pairs_and_says_nothing() -> None:
    labels, folds = [1, 0, 1, 0, 1], [0, 0, 1, 1, 2]
    assert folded_auc(labels, [folds], [[2, 1, 1, 2, 0]]).value == 0.5


@pytest.mark.parametrize(
    ("labels", "folds", "scores", "says"),
    [
        ([1, 0], [[0, 1]], [[1, 2]], "both classes in at least one fold"),
        ([1, 0, 1, 0], [[0, 0, 0, 0]], [[1, 2, 3, 4]], "folds: must be at least 2"),
        ([1, 0, 1, 0], [[0, 0, 1]], [[1, 2, 3, 4]], "folds: must be as many as scores"),
        ([1, 0, 1, 0], [[0, 0, 1, 1]], [[1, 2, 3, np.nan]], "scores"),
        ([1, 1, 1, 1], [[0, 0, 1, 1]], [[1, 2, 3, 4]], "both 0 and 1"),
    ],
)
def test_what_has_no_answer_is_refused(
    labels: list[int], folds: list[list[int]], scores: list[list[float]], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        folded_auc(labels, folds, scores)


def test_scores_that_rank_nobody_have_no_interval_of_no_width() -> None:
    labels, folds = np.tile([0, 1], 20), np.repeat([0, 1], 20)[np.newaxis]
    estimate = folded_auc(labels, folds, np.where(folds == 0, 0.4, 0.6))
    assert (estimate.value, estimate.low, estimate.high) == (0.5, 0.0, 1.0)
    assert "the same of every patient of a fold" in estimate.method
    # A fold that ranks makes a spread again.
    ranked = folded_auc(labels, folds, np.where(folds == 0, 0.4, np.arange(40) % 7))
    assert 0 < ranked.low < ranked.value < ranked.high < 1
