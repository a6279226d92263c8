"""Recalibration in the large, worked by hand and by law."""

import numpy as np
import pytest
from scipy.special import expit, logit

from TACEResponseLib.evaluation.calibration.recalibration import recalibrated_in_the_large


def test_eight_patients_worked_by_hand() -> None:
    # Said .2 to all, seen 4 of 8: ratio 4 / 1.6; shift logit .5 - logit .2 = log 4.
    found = recalibrated_in_the_large([1, 0] * 4, [0.2] * 8)
    assert found.observed_to_expected.value == pytest.approx(2.5)
    assert found.observed_to_expected.high == pytest.approx(2.5 * np.exp(1.96 * 0.125**0.5), 1e-4)
    assert found.shift.value == pytest.approx(np.log(4))
    assert (found.brier_before, found.brier_after) == pytest.approx((0.34, 0.25))


def test_totals_agree_afterward_and_the_order_is_kept() -> None:
    rng = np.random.default_rng(7)
    p = rng.random(300)
    outcome = (rng.random(300) < expit(logit(p) - 1)).astype(int)
    found = recalibrated_in_the_large(outcome, p)
    assert found.probabilities.sum() == pytest.approx(outcome.sum())
    assert (np.argsort(found.probabilities) == np.argsort(p)).all()
    assert "optimistic" in found.caution


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="both 0 and 1"):
        recalibrated_in_the_large([1, 1], [0.4, 0.5])
