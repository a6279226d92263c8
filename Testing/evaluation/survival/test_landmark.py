"""Landmark against immortal time that is put there by construction."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.landmark import landmark
from TACEResponseLib.evaluation.survival.log_rank import log_rank


def test_five_patients_worked_by_hand() -> None:
    follow_up = FollowUp(
        time=np.array([2.0, 4, 4, 6, 9]),
        event=np.array([1, 0, 1, 1, 0]),
        unit="weeks",
        endpoint="OS",
    )
    remaining = landmark(follow_up, 4)
    assert remaining.kept.tolist() == [False, False, False, True, True]
    assert remaining.follow_up.time.tolist() == [2, 5]
    assert (remaining.events_before, remaining.censored_before) == (2, 1)
    assert remaining.follow_up.endpoint == "OS from 4 weeks"


def test_immortal_time_looks_like_an_effect_and_the_landmark_takes_it_away() -> None:
    # Response is a coin thrown at week 8, only for those still alive; it changes nothing.
    rng = np.random.default_rng(4)
    time = rng.exponential(20, 600)
    responder = (time > 8) & (rng.random(600) < 0.5)
    follow_up = FollowUp(time=time, event=np.ones(600), unit="weeks", endpoint="OS")
    assert log_rank(follow_up, responder).p < 1e-6
    remaining = landmark(follow_up, 8)
    assert log_rank(remaining.follow_up, responder[remaining.kept]).p > 0.05


def test_a_landmark_after_everyone_is_refused() -> None:
    follow_up = FollowUp(time=np.array([2.0]), event=np.array([1]), unit="weeks", endpoint="OS")
    with pytest.raises(ValueError, match="patients followed beyond it, got 3 of at most 2"):
        landmark(follow_up, 3)
