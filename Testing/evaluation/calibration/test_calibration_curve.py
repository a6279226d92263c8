"""Bins and smooth line on outcomes whose law is known by construction."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from statsmodels.nonparametric.smoothers_lowess import lowess

from TACEResponseLib.evaluation.calibration.calibration_curve import (
    calibration_bins,
    smooth_calibration,
)


def test_bins_are_scikit_learns() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(500).round(2)
    outcome = (rng.random(500) < p).astype(int)
    observed, predicted = calibration_curve(outcome, p, n_bins=8, strategy="uniform")
    bins = calibration_bins(outcome, p, bins=8, binning="uniform")
    assert [b.predicted for b in bins] == pytest.approx(list(predicted))
    assert [b.observed.value for b in bins] == pytest.approx(list(observed))


def test_quantile_bins_hold_equally_many_and_all_patients() -> None:
    rng = np.random.default_rng(2)
    bins = calibration_bins(rng.integers(0, 2, 100), rng.random(100), bins=5)
    assert [b.observed.n for b in bins] == [20] * 5
    assert all(b.observed.low <= b.observed.value <= b.observed.high for b in bins)


def test_equal_probabilities_share_a_bin() -> None:
    bins = calibration_bins([0, 1, 0, 1, 1], [0.3] * 4 + [0.9])
    assert [(b.predicted, b.observed.value) for b in bins] == [(0.3, 0.5), (0.9, 1.0)]


def test_band_of_a_true_model_holds_the_diagonal_and_that_of_a_false_one_does_not() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.95, 3000)
    true = smooth_calibration((rng.random(3000) < p).astype(int), p, rng, resamples=60)
    false = smooth_calibration((rng.random(3000) < 0.4 + 0.2 * p).astype(int), p, rng, resamples=60)
    inside = (true.low <= true.predicted) & (true.predicted <= true.high)
    assert inside.mean() > 0.8
    assert false.observed == pytest.approx(0.4 + 0.2 * false.predicted, abs=0.06)
    assert (false.low[0] > false.predicted[0]) & (false.high[-1] < false.predicted[-1])


def test_smooth_line_is_statsmodels_lowess_at_the_patients() -> None:
    rng = np.random.default_rng(4)
    p = np.linspace(0, 1, 50)
    outcome = (rng.random(50) < p).astype(int)
    smooth = smooth_calibration(outcome, p, rng, resamples=2)
    expected = lowess(outcome, p, frac=2 / 3, it=0, return_sorted=False)
    assert smooth.observed == pytest.approx(np.clip(expected, 0, 1), abs=1e-6)


def test_two_probabilities_make_no_line() -> None:
    with pytest.raises(ValueError, match="three different probabilities"):
        smooth_calibration([0, 1, 1], [0.2, 0.2, 0.4], np.random.default_rng(0))


def test_logits_are_refused() -> None:
    with pytest.raises(ValueError, match="turn logits into probabilities"):
        calibration_bins([0, 1], [-1.2, 0.4])
