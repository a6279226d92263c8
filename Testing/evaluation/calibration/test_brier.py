"""Brier score, its decomposition and the calibration error, by hand and by law."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.calibration.brier import (
    brier_decomposition,
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
)

# Said .2 to five patients, one of them positive; said .8 to five, three of them positive.
LABELS = [1, 0, 0, 0, 0, 1, 1, 1, 0, 0]
SAID = [0.2] * 5 + [0.8] * 5


def test_ten_patients_worked_by_hand() -> None:
    # Brier (.64 + 4 * .04 + 3 * .04 + 2 * .64) / 10 = .22; reliability (0 + .2 ** 2) / 2 = .02;
    # resolution (.2 ** 2 + .2 ** 2) / 2 = .04; uncertainty .4 * .6 = .24.
    decomposition = brier_decomposition(LABELS, SAID)
    terms = (
        decomposition.brier,
        decomposition.reliability,
        decomposition.resolution,
        decomposition.uncertainty,
        decomposition.within_bin,
    )
    assert terms == pytest.approx((0.22, 0.02, 0.04, 0.24, 0))
    score = brier_score(LABELS, SAID, np.random.default_rng(0), resamples=200)
    assert score.value == pytest.approx(0.22)
    assert score.low < 0.22 < score.high


def test_calibration_error_worked_by_hand() -> None:
    error = expected_calibration_error(LABELS, SAID, np.random.default_rng(0), resamples=50)
    assert error.value == pytest.approx(0.5 * 0 + 0.5 * 0.2)


def test_interval_of_the_calibration_error_holds_it_though_drawing_adds_error() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.95, 300)
    outcome = (rng.random(300) < p).astype(int)
    error = expected_calibration_error(outcome, p, rng, resamples=300)
    assert 0 <= error.low < error.value < error.high
    assert error.method.endswith("centered")


def test_answers_that_are_certain_and_right_have_no_limits() -> None:
    outcome = np.repeat([0, 1], 10)
    error = expected_calibration_error(outcome, outcome, np.random.default_rng(0), resamples=20)
    assert error.value == 0
    assert np.isnan([error.low, error.high]).all()


def test_calibration_error_by_chance_is_that_of_the_binomial() -> None:
    # One bin of n patients at one half: mean |X / n - 1/2| is sqrt(1 / (2 pi n)) for large n.
    error = calibration_error_by_chance(np.full(400, 0.5), np.random.default_rng(0), draws=4000)
    assert error.value == pytest.approx((1 / (2 * np.pi * 400)) ** 0.5, rel=0.05)
    # 97.5th percentile of |z| is 2.24, 2.5th .031, times the standard error of 1 / 40.
    assert error.high == pytest.approx(2.24 / 40, rel=0.06)


def test_calibration_error_by_chance_refuses_logits() -> None:
    with pytest.raises(InputError, match="0"):
        calibration_error_by_chance([1.2, 0.5], np.random.default_rng(0))


def test_within_bin_term_is_stephensons() -> None:
    rng = np.random.default_rng(5)
    p = rng.random(300)
    outcome = (rng.random(300) < p**2).astype(int)
    decomposition = brier_decomposition(outcome, p, bins=6, binning="uniform")
    number = np.minimum((p * 6).astype(int), 5)
    spread = sum(
        ((p[m] - p[m].mean()) ** 2).sum() - 2 * ((p[m] - p[m].mean()) * (outcome[m])).sum()
        for m in (number == i for i in range(6))
    )
    assert decomposition.within_bin == pytest.approx(spread / 300)


def test_more_bins_than_probabilities_leave_murphys_three_terms() -> None:
    rng = np.random.default_rng(6)
    p = rng.choice([0.1, 0.35, 0.7], 200)
    outcome = (rng.random(200) < p).astype(int)
    assert brier_decomposition(outcome, p, bins=10, binning="uniform").within_bin == pytest.approx(
        0
    )


def test_a_percent_is_refused() -> None:
    with pytest.raises(ValueError, match="row 2: must lie within"):
        brier_decomposition([0, 1], [0.2, 70])
