"""Harrell's c by hand and against scikit-survival's value."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.concordance import concordance
from TACEResponseLib.evaluation.survival.follow_up import FollowUp


def test_four_patients_worked_by_hand() -> None:
    # Comparable: (1, 2), (1, 3), (1, 4), (2, 4) and (2, 3); 3 is censored before 4. Risks
    # 3, 1, 1, 2: first three won, (2, 4) lost, (2, 3) tied: 3.5 of 5.
    follow_up = FollowUp(
        time=np.array([1.0, 2, 3, 4]), event=np.array([1, 1, 0, 1]), unit="weeks", endpoint="OS"
    )
    estimate = concordance(follow_up, [3, 1, 1, 2], np.random.default_rng(0), resamples=50)
    assert estimate.value == pytest.approx(3.5 / 5)


def test_with_ties_and_censoring_it_is_scikit_survivals() -> None:
    rng = np.random.default_rng(2)
    follow_up = FollowUp(
        time=rng.integers(1, 20, 120).astype(float),
        event=rng.random(120) < 0.6,
        unit="weeks",
        endpoint="OS",
    )
    risk = rng.integers(0, 6, 120) - follow_up.time / 8
    estimate = concordance(follow_up, risk, rng, resamples=300)
    # scikit-survival 0.28.0: concordance_index_censored(event, time, risk)[0]
    assert estimate.value == pytest.approx(0.6467260471834376, rel=1e-12)
    assert estimate.low < estimate.value < estimate.high


def test_the_opposite_risk_mirrors_it(remission: tuple[FollowUp, list[str]]) -> None:
    follow_up, groups = remission
    risk = (np.array(groups) == "placebo").astype(float)
    there = concordance(follow_up, risk, np.random.default_rng(3), resamples=100)
    back = concordance(follow_up, -risk, np.random.default_rng(3), resamples=100)
    assert (there.value, there.low) == pytest.approx((1 - back.value, 1 - back.high))


def test_no_event_is_refused() -> None:
    follow_up = FollowUp(
        time=np.array([1.0, 2]), event=np.array([0, 0]), unit="weeks", endpoint="OS"
    )
    with pytest.raises(ValueError, match="seen at least once"):
        concordance(follow_up, [1, 2], np.random.default_rng(0))
