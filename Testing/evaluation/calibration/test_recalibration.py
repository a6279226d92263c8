"""Recalibration in the large, worked by hand and by law."""

import numpy as np
import pytest
from scipy.special import expit, logit

from TACEResponseLib.evaluation.calibration.recalibration import (
    recalibrated_by_line,
    recalibrated_in_the_large,
)


def test_eight_patients_worked_by_hand() -> None:
    # Said .2 to all, seen 4 of 8: ratio 4 / 1.6; shift logit .5 - logit .2 = log 4.
    recalibrated = recalibrated_in_the_large([1, 0] * 4, [0.2] * 8)
    assert recalibrated.observed_to_expected.value == pytest.approx(2.5)
    assert recalibrated.observed_to_expected.high == pytest.approx(
        2.5 * np.exp(1.96 * 0.125**0.5), 1e-4
    )
    assert recalibrated.shift.value == pytest.approx(np.log(4))
    assert (recalibrated.brier_before, recalibrated.brier_after) == pytest.approx((0.34, 0.25))


def test_totals_agree_afterward_and_the_order_is_kept() -> None:
    rng = np.random.default_rng(7)
    p = rng.random(300)
    outcome = (rng.random(300) < expit(logit(p) - 1)).astype(int)
    recalibrated = recalibrated_in_the_large(outcome, p)
    assert recalibrated.probabilities.sum() == pytest.approx(outcome.sum())
    assert (np.argsort(recalibrated.probabilities) == np.argsort(p)).all()
    assert "optimistic" in recalibrated.caution


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="both 0 and 1"):
        recalibrated_in_the_large([1, 1], [0.4, 0.5])


def test_recalibration_by_a_line_is_scikit_learns_logistic_regression_of_the_logit() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(8)
    p = rng.uniform(0.02, 0.98, 400)
    outcome = (rng.random(400) < expit(0.4 * logit(p) + 0.7)).astype(int)
    fit = LogisticRegression(C=1e10, tol=1e-8).fit(logit(p)[:, None], outcome)
    expected = fit.predict_proba(logit(p)[:, None])[:, 1]
    assert recalibrated_by_line(outcome, p) == pytest.approx(expected, abs=1e-5)


def test_recalibration_by_a_line_never_turns_a_ranking_round() -> None:
    # One that ranks the wrong way knows nothing that may be used: 3 of 6 for everyone.
    wrong = recalibrated_by_line([1, 1, 0, 1, 0, 0], [0.1, 0.2, 0.25, 0.7, 0.8, 0.9])
    assert wrong == pytest.approx(np.full(6, 0.5))
    same = recalibrated_by_line([1, 0, 0, 0], [0.9] * 4)
    assert same == pytest.approx(np.full(4, 0.25))
