"""Calibration slope and intercept on outcomes whose law is known by construction."""

import numpy as np
import pytest
from scipy.special import expit

from TACEResponseLib.evaluation.calibration_line import calibration_line


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


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="both classes"):
        calibration_line([0, 0], [0.2, 0.3])
