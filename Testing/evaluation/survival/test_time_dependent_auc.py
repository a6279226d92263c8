"""Time-dependent AUC by hand, against scikit-survival's values and the plain AUC.

scikit-survival 0.28.0 (GPL-3.0, hence not installed) gave the values that are called its own by

    outcome = Surv.from_arrays(event, time)
    cumulative_dynamic_auc(outcome, outcome, risk, times)[0].tolist()
"""

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.time_dependent_auc import time_dependent_auc

TIMES = [3, 8, 16, 25]


def of_values(follow_up: FollowUp, risk: object, times: list[float]) -> list[float]:
    rng = np.random.default_rng(0)
    return [e.value for e in time_dependent_auc(follow_up, risk, times, rng, resamples=2)]


def test_without_ties_it_is_scikit_survivals() -> None:
    rng = np.random.default_rng(1)
    time, event = rng.exponential(10, 150), rng.random(150) < 0.7
    risk = -time + rng.normal(0, 8, 150)
    follow_up = FollowUp(time=time, event=event, unit="months", endpoint="OS")
    estimate = time_dependent_auc(follow_up, risk, [1, 4, 10, 25], rng, resamples=60)
    assert [e.value for e in estimate] == pytest.approx(
        [0.7855915562101129, 0.746501145902828, 0.8253899193704265, 0.9680987275702093], rel=1e-12
    )
    assert all(e.low < e.value < e.high for e in estimate[1:3])


@pytest.mark.parametrize(
    ("tie_breaker", "expected"),
    [
        (0, [0.8234649122807017, 0.6984701061645622, 0.7804896719967908, 0.8061132823372823]),
        (0.01, [0.8323934837092732, 0.7060927136220096, 0.7907099494494798, 0.8122902153464191]),
    ],
    ids=["equal risks", "all risks differ"],
)
def test_with_events_and_censorings_of_one_time_it_is_scikit_survivals(
    tie_breaker: float, expected: list[float]
) -> None:
    # 60 patients, 20 different times; at 16 of them some have the event and some are censored.
    i = np.arange(1, 61)
    time = np.where(i < 60, 7.0 * i * i % 37 + 1, 40)
    risk = 11 * i % 13 - time // 4 + tie_breaker * i
    follow_up = FollowUp(time=time, event=5 * i % 7 < 4, unit="months", endpoint="OS")
    assert of_values(follow_up, risk, TIMES) == pytest.approx(expected, rel=1e-12)


def test_five_patients_worked_by_hand() -> None:
    # Nobody is censored by 1; of four then under observation one is censored at 2, so that the
    # event at 3 stands for 4/3 patients. By 3 the cases have risks 5 and 2, the controls 3 and 2:
    # the first beats both, the second loses one and ties one: (1 * 1 + 4/3 * 1/4) / (1 + 4/3).
    follow_up = FollowUp(
        time=np.array([1.0, 2, 3, 4, 5]),
        event=np.array([1, 0, 1, 1, 0]),
        unit="months",
        endpoint="OS",
    )
    assert of_values(follow_up, [5, 9, 2, 3, 2], [3]) == pytest.approx([(1 + 1 / 3) / (7 / 3)])


def test_how_the_last_patients_leave_after_the_time_changes_nothing() -> None:
    # With an event and a censoring on the last day nobody is left who could be censored later:
    # an infinite weight for that event, which no earlier time asks for.
    time, risk = np.array([1.0, 2, 3, 4, 4]), [5, 9, 2, 3, 2]
    by_3 = [
        of_values(FollowUp(time=time, event=event, unit="months", endpoint="OS"), risk, [3])
        for event in ([1, 0, 1, 1, 0], [1, 0, 1, 0, 0], [1, 0, 1, 1, 1])
    ]
    assert by_3 == [pytest.approx([4 / 7])] * 3


def test_without_censoring_it_is_the_auc_of_the_event_by_then() -> None:
    rng = np.random.default_rng(2)
    time, risk = rng.exponential(10, 80), rng.normal(size=80)
    follow_up = FollowUp(time=time, event=np.ones(80), unit="months", endpoint="OS")
    estimate = time_dependent_auc(follow_up, risk, [6], rng, resamples=2)[0]
    assert estimate.value == pytest.approx(auc(time <= 6, risk).value)


@pytest.mark.parametrize("times", [[0.5], [30], [5, 4]], ids=["too early", "too late", "falling"])
def test_times_without_cases_or_controls_are_refused(times: list[float]) -> None:
    follow_up = FollowUp(time=np.arange(1.0, 31), event=np.ones(30), unit="months", endpoint="OS")
    with pytest.raises(ValueError, match="must rise and lie from the first event, 1, to before"):
        time_dependent_auc(follow_up, np.arange(30), times, np.random.default_rng(0))


@pytest.mark.parametrize("seed", range(20))
def test_a_perfect_order_is_1_and_not_a_rounding_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time, event = rng.exponential(10, 40), rng.random(40) < 0.6
    follow_up = FollowUp(time=time, event=event, unit="months", endpoint="OS")
    middle = [float(np.median(time))]
    assert 1 - 1e-12 <= of_values(follow_up, -time, middle)[0] <= 1
    assert 0 <= of_values(follow_up, time, middle)[0] <= 1e-12
