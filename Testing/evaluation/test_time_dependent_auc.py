"""Time-dependent AUC against scikit-survival and the plain AUC."""

import numpy as np
import pytest
from sksurv.metrics import cumulative_dynamic_auc
from sksurv.util import Surv

from TACEResponseLib.evaluation.discrimination import auc
from TACEResponseLib.evaluation.follow_up import FollowUp
from TACEResponseLib.evaluation.time_dependent_auc import time_dependent_auc


def test_it_is_scikit_survivals() -> None:
    rng = np.random.default_rng(1)
    time, event = rng.exponential(10, 150), rng.random(150) < 0.7
    risk = -time + rng.normal(0, 8, 150)
    outcome = Surv.from_arrays(event, time)
    expected = cumulative_dynamic_auc(outcome, outcome, risk, [4, 10])[0]
    follow_up = FollowUp(time=time, event=event, unit="months", endpoint="OS")
    found = time_dependent_auc(follow_up, risk, [4, 10], rng, resamples=60)
    assert [e.value for e in found] == pytest.approx(list(expected))
    assert all(e.low < e.value < e.high for e in found)


def test_without_censoring_it_is_the_auc_of_the_event_by_then() -> None:
    rng = np.random.default_rng(2)
    time, risk = rng.exponential(10, 80), rng.normal(size=80)
    follow_up = FollowUp(time=time, event=np.ones(80), unit="months", endpoint="OS")
    found = time_dependent_auc(follow_up, risk, [6], rng, resamples=2)[0]
    assert found.value == pytest.approx(auc(time <= 6, risk).value)


@pytest.mark.parametrize("times", [[0.5], [30], [5, 4]], ids=["too early", "too late", "falling"])
def test_times_without_cases_or_controls_are_refused(times: list[float]) -> None:
    follow_up = FollowUp(time=np.arange(1.0, 31), event=np.ones(30), unit="months", endpoint="OS")
    with pytest.raises(ValueError, match="must rise and lie from the first event, 1, to before"):
        time_dependent_auc(follow_up, np.arange(30), times, np.random.default_rng(0))
