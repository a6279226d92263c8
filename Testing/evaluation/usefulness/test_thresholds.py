"""Shares at a cut-off: published intervals, a table worked by hand, laws."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score

from TACEResponseLib.evaluation.usefulness.thresholds import threshold_metrics, youden_point

# Quan 2024, validation: 10 of 13 progressions found, 45 of 51 others left alone.
QUAN_LABELS = [1] * 13 + [0] * 51
QUAN_SCORES = [0.9] * 10 + [0.1] * 3 + [0.9] * 6 + [0.1] * 45


def test_quans_table_comes_out_with_progression_as_the_positive_class() -> None:
    # Printed: SEN .769 SPE .882 PPV .625 NPV .937; disease control as positive can't give these.
    metrics = threshold_metrics(QUAN_LABELS, QUAN_SCORES, 0.5)
    shares = (metrics.sensitivity, metrics.specificity, metrics.ppv, metrics.npv)
    assert [round(e.value, 3) for e in shares] == [0.769, 0.882, 0.625, 0.938]
    assert (metrics.sensitivity.low, metrics.sensitivity.high) == pytest.approx(
        (0.462, 0.950), abs=5e-4
    )
    assert [e.n for e in shares] == [13, 51, 16, 48]


def test_wilson_is_an_option() -> None:
    labels, scores = [1] * 17 + [0], [1.0] * 14 + [0.0] * 4
    sensitivity = threshold_metrics(labels, scores, 0.5, method="Wilson").sensitivity
    assert (sensitivity.low, sensitivity.high) == pytest.approx((0.590, 0.938), abs=5e-4)


def test_limits_of_a_mean_of_two_shares_are_squared_and_added() -> None:
    metrics = threshold_metrics(QUAN_LABELS, QUAN_SCORES, 0.5)
    below = [e.value - e.low for e in (metrics.sensitivity, metrics.specificity)]
    assert metrics.balanced_accuracy.low == pytest.approx(
        metrics.balanced_accuracy.value - np.hypot(*below) / 2
    )


def test_f1_and_balanced_accuracy_are_scikit_learns() -> None:
    rng = np.random.default_rng(8)
    labels, scores = rng.integers(0, 2, 70), rng.random(70)
    metrics = threshold_metrics(labels, scores, 0.4)
    assert metrics.f1.value == pytest.approx(f1_score(labels, scores >= 0.4))
    assert metrics.balanced_accuracy.value == pytest.approx(
        balanced_accuracy_score(labels, scores >= 0.4)
    )


def test_intervals_of_f1_and_balanced_accuracy_hold_the_truth() -> None:
    # True sensitivity .8, specificity .7, a third positive: F1 = 2 * .8/3 / (.8/3 + .2 + 1/3).
    rng = np.random.default_rng(9)
    truth_f1, truth_balanced = 2 * (0.8 / 3) / (0.8 / 3 + 0.2 + 1 / 3), 0.75
    held = np.zeros(2)
    for _ in range(150):
        labels = (rng.random(90) < 1 / 3).astype(int)
        called = rng.random(90) < np.where(labels == 1, 0.8, 0.3)
        metrics = threshold_metrics(labels, called.astype(float), 0.5)
        held += [
            metrics.f1.low < truth_f1 < metrics.f1.high,
            metrics.balanced_accuracy.low < truth_balanced < metrics.balanced_accuracy.high,
        ]
    assert (held / 150 > 0.92).all()


def test_a_score_at_the_cut_off_counts_as_positive() -> None:
    assert threshold_metrics([1, 0], [0.5, 0.4], 0.5).true_positives == 1


def test_a_share_of_nobody_is_unknown() -> None:
    metrics = threshold_metrics([0, 0, 1], [0.1, 0.2, 0.3], 0.9)
    assert np.isnan(metrics.ppv.value)
    assert (metrics.ppv.low, metrics.ppv.high, metrics.ppv.n) == (0, 1, 0)


def test_youden_point_is_found_and_called_optimistic() -> None:
    # At .6: 2 of 3 positives, 3 of 3 negatives: J = 2/3; no other cut reaches it but .4 (3/3, 2/3).
    point = youden_point([1, 1, 0, 1, 0, 0], [0.9, 0.6, 0.5, 0.4, 0.3, 0.1])
    assert (point.threshold, point.index) == (0.6, pytest.approx(2 / 3))
    assert "optimistic" in point.caution


def test_a_cut_off_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold must be a finite number"):
        threshold_metrics([0, 1], [0.1, 0.2], float("nan"))
