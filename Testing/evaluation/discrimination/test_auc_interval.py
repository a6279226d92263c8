"""Intervals of the AUC where a class has few patients: by simulation, and against statsmodels."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from TACEResponseLib.evaluation.discrimination.auc_interval import (
    VERY_FEW_PER_CLASS,
    DelongSpread,
    auc_interval,
)
from TACEResponseLib.evaluation.discrimination.discrimination import auc, delong_spread
from TACEResponseLib.evaluation.estimate import Z_95

STUDIES = 120
AREAS = (0.5, 0.65, 0.8, 0.92)
Law = Callable[[np.random.Generator, float, int, int], tuple[np.ndarray, np.ndarray]]


def normal(
    rng: np.random.Generator, area: float, positives: int, negatives: int
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of two classes, normal with the same variance."""
    shift = np.sqrt(2) * norm.ppf(area)
    return rng.normal(shift, 1, positives), rng.normal(0, 1, negatives)


def exponential(
    rng: np.random.Generator, area: float, positives: int, negatives: int
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of two classes, exponential: the positive ones are the more scattered."""
    return rng.exponential(area / (1 - area), positives), rng.exponential(1, negatives)


@pytest.mark.parametrize(
    ("positives", "negatives"), [(5, 5), (6, 40), (40, 8)], ids=lambda n: str(n)
)
def test_few_patients_in_a_class_get_an_interval_that_holds_the_truth_and_is_not_absurdly_wide(
    positives: int, negatives: int
) -> None:
    rng = np.random.default_rng([15, positives, negatives])
    labels = np.repeat([1, 0], [positives, negatives])
    held, widths, needed = [], [], []
    for law in (normal, exponential):
        for area in AREAS:
            studies = [
                auc(labels, np.concatenate(law(rng, area, positives, negatives)))
                for _ in range(STUDIES)
            ]
            held.append(np.mean([e.low <= area <= e.high for e in studies]))
            widths.append(np.mean([e.high - e.low for e in studies]))
            # What an interval would take that knew the true spread of the AUC.
            needed.append(2 * Z_95 * np.std([e.value for e in studies]))
    assert np.mean(held) >= 0.94
    assert np.mean(widths) <= 1.3 * np.mean(needed)


def test_limits_of_few_patients_lie_between_newcombes_and_wilsons() -> None:
    # 30 of 36 pairs won. statsmodels has Wilson's interval: 5 of 6 disjoint pairs. Newcombe's
    # method 5 by its definition: at each limit L, |A - L| is 1.96 of the standard error at L.
    positive, negative = [9, 8, 7, 6, 5, 0.5], [7.5, 4, 3, 2, 1.5, 1]
    estimate = auc([1] * 6 + [0] * 6, positive + negative)
    assert estimate.value == pytest.approx(sum(p > n for p in positive for n in negative) / 36)
    widest = proportion_confint(estimate.value * 6, 6, method="wilson")
    grid = np.linspace(1e-6, 1 - 1e-6, 200_001)
    shared = (1 - grid) / (2 - grid) + grid / (1 + grid)
    error = np.sqrt(grid * (1 - grid) * (1 + 5 * shared) / 36)
    newcombe = grid[np.abs(estimate.value - grid) <= Z_95 * error]
    assert widest[0] - 1e-9 <= estimate.low <= newcombe[0] + 1e-5
    assert newcombe[-1] - 1e-5 <= estimate.high <= widest[1] + 1e-9


def test_scores_that_leave_delong_no_variance_still_get_a_wide_interval() -> None:
    # One wrong pair of 5 x 150: placements hardly differ, and DeLong's plain limit is above .99.
    labels, scores = [1] * 5 + [0] * 150, [10, 10, 10, 10, 0.5] + [0.6] + [0] * 149
    estimate, spread = auc(labels, scores), delong_spread(labels, scores)
    assert estimate.value == pytest.approx(749 / 750)
    assert spread.auc - Z_95 * spread.error > 0.99
    assert estimate.low < 0.85
    assert "5 patients in a class" in estimate.method


def test_large_classes_keep_delongs_own_interval() -> None:
    rng = np.random.default_rng(3)
    labels = np.repeat([1, 0], [VERY_FEW_PER_CLASS, 60])
    scores = labels + rng.normal(0, 1.2, labels.size)
    spread = delong_spread(labels, scores)
    half = Z_95 * spread.error / (spread.auc * (1 - spread.auc))
    center = np.log(spread.auc / (1 - spread.auc))
    estimate = auc(labels, scores)
    assert estimate.method == "DeLong, logit scale"
    assert estimate.low == pytest.approx(1 / (1 + np.exp(half - center)))
    assert estimate.high == pytest.approx(1 / (1 + np.exp(-half - center)))


def test_turning_the_scores_round_turns_the_interval_round() -> None:
    spread = DelongSpread(auc=0.8, of_positives=0.02, of_negatives=0.004, positives=5, negatives=30)
    turned = DelongSpread(auc=0.2, of_positives=0.004, of_negatives=0.02, positives=30, negatives=5)
    low, high, _ = auc_interval(spread)
    assert auc_interval(turned)[:2] == pytest.approx((1 - high, 1 - low))
