"""Cumulative incidence by hand, by others' values, and why one minus Kaplan-Meier is wrong.

scikit-survival 0.28.0 (GPL-3.0, hence not installed) gave BY_SCIKIT_SURVIVAL by

    steps, incidence, limits = cumulative_incidence_competing_risks(
        cause, time, conf_type="log-log")
    at = np.searchsorted(steps, day, side="right") - 1
    incidence[number][at], limits[number][:, at]
"""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.survival.competing_risks import CompetingRisks, cumulative_incidence
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.kaplan_meier import kaplan_meier

CAUSES = ("progression", "death")

BY_SCIKIT_SURVIVAL = {
    ("progression", 8): (0.05340582027502398, 0.013811715143575909, 0.13472166496095336),
    ("progression", 16): (0.09208545555234893, 0.03336420250990108, 0.1876968086596881),
    ("progression", 25): (0.14525883922094734, 0.061602244449732516, 0.26304127767658303),
    ("progression", 29): (0.2781922983924434, 0.15173806287480407, 0.41972947250271936),
    ("death", 3): (0.01694915254237288, 0.00136849574250834, 0.0803459304801525),
    ("death", 8): (0.08986248800767509, 0.03268255093933457, 0.18321754564856574),
    ("death", 16): (0.11031378941867448, 0.0442534972123446, 0.21042642613077667),
    ("death", 25): (0.1634871730872729, 0.07407474574332358, 0.28360841372088624),
    ("death", 29): (0.24324724859017052, 0.1270878165251893, 0.37954426607324454),
}


@pytest.fixture(scope="module")
def tied() -> CompetingRisks:
    """60 patients, 20 different times, at which patients progress, die and are censored."""
    i = np.arange(1, 61)
    time = np.where(i < 60, 7.0 * i * i % 37 + 1, 40)
    return CompetingRisks(time=time, cause=5 * i % 7 % 3, causes=CAUSES, unit="days")


def test_five_patients_worked_by_hand() -> None:
    # At 1: 1/5. At 2 a death: survival 3/5. At 3 censored. At 4: + 3/5 * 1/2. At 5 censored.
    risks = CompetingRisks(
        time=np.array([1.0, 2, 3, 4, 5]),
        cause=np.array([1, 2, 0, 1, 0]),
        causes=CAUSES,
        unit="weeks",
    )
    curve = cumulative_incidence(risks, "progression")[0]
    assert curve.incidence.tolist() == pytest.approx([0.2, 0.2, 0.2, 0.5, 0.5])
    assert (curve.n, curve.events) == (5, 2)
    death = cumulative_incidence(risks, "death")[0]
    assert death.incidence.tolist() == pytest.approx([0, 0.2, 0.2, 0.2, 0.2])
    assert (death.low[0], death.high[0]) == (0, 1)


@pytest.mark.parametrize(("cause", "day"), BY_SCIKIT_SURVIVAL)
def test_with_many_patients_leaving_at_one_time_it_is_scikit_survivals(
    tied: CompetingRisks, cause: str, day: int
) -> None:
    share = cumulative_incidence(tied, cause)[0].at(day)
    expected = pytest.approx(BY_SCIKIT_SURVIVAL[cause, day], rel=1e-12)
    assert (share.value, share.low, share.high) == expected


def test_the_order_of_rows_changes_no_bit_however_many_leave_at_one_time(
    tied: CompetingRisks,
) -> None:
    order = np.random.default_rng(3).permutation(tied.time.size)
    other = replace(tied, time=tied.time[order], cause=tied.cause[order])
    first, second = (cumulative_incidence(risks, "death")[0] for risks in (tied, other))
    for name in ("time", "incidence", "low", "high"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_where_no_two_leave_at_one_time_it_is_lifelines() -> None:
    # lifelines moves tied times apart at random; without ties it draws nothing.
    from lifelines import AalenJohansenFitter

    rng = np.random.default_rng(4)
    time, cause = rng.permutation(80) + 1.0, rng.integers(0, 3, 80)
    risks = CompetingRisks(time=time, cause=cause, causes=CAUSES, unit="weeks")
    for number, name in enumerate(CAUSES, start=1):
        fit = AalenJohansenFitter(calculate_variance=False).fit(time, cause, number)
        expected = fit.cumulative_density_.iloc[1:, 0].to_numpy()
        assert cumulative_incidence(risks, name)[0].incidence == pytest.approx(expected)


def test_tied_patients_worked_by_hand() -> None:
    # Of six at 1 two progress, one dies, one is censored; free of both 1/2. At 2 one of two
    # progresses: 1/2 * 1/2 more.
    risks = CompetingRisks(
        time=np.array([1.0, 1, 1, 1, 2, 3]),
        cause=np.array([0, 1, 2, 1, 1, 0]),
        causes=CAUSES,
        unit="weeks",
    )
    curve = cumulative_incidence(risks, "progression")[0]
    assert curve.incidence.tolist() == pytest.approx([1 / 3, 7 / 12, 7 / 12])
    # Before 2: binomial, 1/3 * 2/3 / 5 = 2/45. At 2, by Aalen's three terms: (1/4)^2 3 / (5 * 3),
    # (1/2)^2 1 * 1 / (2^2 * 1) + 2/45, -2 (1/4) 2 * 4 / (6 * 3 * 5).
    variance = [2 / 45, 1 / 80 + 1 / 16 + 2 / 45 - 2 / 45]
    for at, v, f in zip((1, 2), variance, (1 / 3, 7 / 12), strict=True):
        reach = np.exp(1.959963984540054 * v**0.5 / (f * np.log(f)))
        share = curve.at(at)
        assert (share.high, share.low) == pytest.approx((f**reach, f ** (1 / reach)))


def test_without_competing_events_it_is_one_minus_kaplan_meier(
    remission: tuple[FollowUp, list[str]],
) -> None:
    follow_up, groups = remission
    risks = CompetingRisks(
        time=follow_up.time, cause=follow_up.event.astype(int), causes=("relapse",), unit="weeks"
    )
    survival = kaplan_meier(follow_up, groups)
    for curve, plain in zip(cumulative_incidence(risks, "relapse", groups), survival, strict=True):
        assert curve.group == plain.group
        assert curve.incidence == pytest.approx([1 - plain.at(t).value for t in curve.time])


def test_all_causes_and_survival_add_to_1_and_kaplan_meier_promises_too_much() -> None:
    rng = np.random.default_rng(1)
    risks = CompetingRisks(
        time=rng.exponential(10, 200), cause=rng.integers(0, 3, 200), causes=CAUSES, unit="weeks"
    )
    both = [cumulative_incidence(risks, cause)[0] for cause in CAUSES]
    any_event = FollowUp(time=risks.time, event=risks.cause > 0, unit="weeks", endpoint="any")
    free = kaplan_meier(any_event)[0]
    total = both[0].incidence + both[1].incidence
    assert total == pytest.approx([1 - free.at(t).value for t in both[0].time])
    wrong = FollowUp(time=risks.time, event=risks.cause == 1, unit="weeks", endpoint="wrong")
    assert 1 - kaplan_meier(wrong)[0].at(20).value > 1.2 * both[0].incidence[both[0].time <= 20][-1]


def test_a_group_without_the_event_is_flat_at_0() -> None:
    risks = CompetingRisks(
        time=np.array([1.0, 2, 3, 4]), cause=np.array([2, 0, 1, 2]), causes=CAUSES, unit="weeks"
    )
    flat, rising = cumulative_incidence(risks, "progression", ["a", "a", "b", "b"])
    assert flat.incidence.tolist() == [0, 0]
    assert rising.incidence.tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("time", "cause", "words"),
    [
        ([1, -2], [1, 1], "time, row 2: must be >= 0 weeks"),
        ([1, 2], [1, 3], r"cause, row 2: must be 0 \(censored\) to 2, got 3"),
        ([1, 2], [1], "one each a patient"),
    ],
    ids=["negative", "unknown cause", "too few"],
)
def test_what_is_no_competing_risk_is_refused(
    time: list[float], cause: list[int], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        CompetingRisks(time=np.array(time), cause=np.array(cause), causes=CAUSES, unit="weeks")


def test_a_cause_nobody_named_is_refused() -> None:
    risks = CompetingRisks(time=np.array([1.0]), cause=np.array([1]), causes=CAUSES, unit="weeks")
    with pytest.raises(InputError, match="one of progression, death, got relapse"):
        cumulative_incidence(risks, "relapse")
