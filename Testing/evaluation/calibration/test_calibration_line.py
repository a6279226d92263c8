"""Calibration slope and intercept on outcomes whose law is known by construction."""

import numpy as np
import pytest
from scipy.special import expit

from TACEResponseLib.evaluation.calibration.calibration_line import (
    calibration_in_the_large,
    calibration_line,
)


def test_slope_and_intercept_of_a_known_law_are_found() -> None:
    rng = np.random.default_rng(11)
    logit = rng.normal(0, 1.5, 200_000)
    outcome = rng.random(logit.size) < expit(0.3 + 0.6 * logit)
    slope, intercept = calibration_line(outcome, expit(logit))
    assert slope.low < 0.6 < slope.high
    assert intercept.low < 0.3 < intercept.high
    assert slope.high - slope.low < 0.03


def test_two_groups_worked_by_hand() -> None:
    # Said 1/3 and 2/3; seen 1 of 4 and 3 of 4: logits of -log 2, log 2 became -log 3, log 3.
    said = [1 / 3] * 4 + [2 / 3] * 4
    seen = [1, 0, 0, 0, 1, 1, 1, 0]
    slope, intercept = calibration_line(seen, said)
    assert slope.value == pytest.approx(np.log(3) / np.log(2), abs=1e-6)
    assert intercept.value == pytest.approx(0.0, abs=1e-6)


def test_a_constant_shift_is_found_with_the_slope_held() -> None:
    rng = np.random.default_rng(12)
    logit = rng.normal(-0.5, 1, 100_000)
    outcome = rng.random(logit.size) < expit(logit + 0.4)
    shift = calibration_in_the_large(outcome, expit(logit))
    assert shift.low < 0.4 < shift.high
    assert shift.high - shift.low < 0.06


def test_shift_of_one_group_worked_by_hand() -> None:
    # Said .5 to four, seen 3: the shift is logit(3/4) = log 3, its variance 1 / (4 * 3/4 * 1/4).
    shift = calibration_in_the_large([1, 1, 1, 0], [0.5] * 4)
    assert shift.value == pytest.approx(np.log(3))
    assert shift.high - shift.value == pytest.approx(1.96 / np.sqrt(0.75), abs=1e-4)


@pytest.mark.parametrize(
    "probabilities",
    [[0.1, 0.2, 0.8, 0.9], [0.1, 0.4, 0.4, 0.9], [0.4, 0.4, 0.4, 0.4]],
    ids=["separated", "separated but for ties", "constant"],
)
def test_where_no_line_is_best_none_is_given(probabilities: list[float]) -> None:
    slope, intercept = calibration_line([0, 0, 1, 1], probabilities)
    assert np.isnan([slope.value, intercept.value]).all()
    assert "none" in slope.method
    assert np.isfinite(calibration_in_the_large([0, 0, 1, 1], probabilities).value)


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="both classes"):
        calibration_line([0, 0], [0.2, 0.3])
