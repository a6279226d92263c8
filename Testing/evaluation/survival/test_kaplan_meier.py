"""Kaplan-Meier against textbook tables and lifelines' documented values."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.estimate import Z_95
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.kaplan_meier import at_risk, kaplan_meier
from TACEResponseLib.validation.style.words import interval


def test_remission_under_6_mp_is_the_textbooks(remission: tuple[FollowUp, list[str]]) -> None:
    # Cox and Oakes 1984, table 1.1; Kleinbaum and Klein, Survival Analysis, chapter 2.
    treated = kaplan_meier(*remission)[0]
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, share in published.items():
        assert treated.at(week).value == pytest.approx(share, abs=5e-4)
    assert (treated.median.value, treated.n, treated.events) == (23, 21, 9)
    assert np.isinf(treated.median.high)


def test_remission_under_placebo_has_its_published_median(
    remission: tuple[FollowUp, list[str]],
) -> None:
    assert kaplan_meier(*remission)[1].median.value == 8


def test_interval_is_greenwoods_on_the_log_log_scale(
    remission: tuple[FollowUp, list[str]],
) -> None:
    # Published standard error at week 10: .0963.
    share = kaplan_meier(*remission)[0].at(10)
    half = 1.96 * 0.0963 / (share.value * abs(np.log(share.value)))
    assert share.low == pytest.approx(share.value ** np.exp(half), abs=1e-3)
    assert share.high == pytest.approx(share.value ** np.exp(-half), abs=1e-3)


def test_median_of_waltons_flies_is_lifelines_documented_one() -> None:
    from lifelines.datasets import load_waltons

    flies = load_waltons()
    follow_up = FollowUp(
        time=flies["T"].to_numpy(), event=flies["E"].to_numpy(), unit="days", endpoint="OS"
    )
    assert kaplan_meier(follow_up)[0].median.value == 56


def test_lung_medians_are_those_of_rs_survival(lung) -> None:  # type: ignore[no-untyped-def]
    follow_up = FollowUp(
        time=lung["time"].to_numpy(), event=lung["status"].to_numpy(), unit="days", endpoint="OS"
    )
    men, women = kaplan_meier(follow_up, lung["sex"])
    assert (men.median.value, women.median.value) == (270, 426)
    assert (men.events, women.events) == (112, 53)


def test_numbers_at_risk_are_counted_just_before_each_time(
    remission: tuple[FollowUp, list[str]],
) -> None:
    counts = at_risk(remission[0], [0, 6, 7, 36], remission[1])
    assert counts == {"6-MP": [21, 21, 17, 0], "placebo": [21, 12, 12, 0]}


def test_curves_start_at_1_and_never_rise(remission: tuple[FollowUp, list[str]]) -> None:
    for curve in kaplan_meier(*remission):
        assert curve.survival[0] == 1
        assert (np.diff(curve.survival) <= 0).all()
        within = (curve.survival > 0) & (curve.survival < 1)
        assert (curve.low <= curve.survival)[within].all()
        assert (curve.survival <= curve.high)[within].all()


def test_nothing_is_known_after_the_last_patient_and_nothing_asked_before_the_first(
    remission: tuple[FollowUp, list[str]],
) -> None:
    curve = kaplan_meier(*remission)[0]
    assert np.isnan(curve.at(36).value)
    with pytest.raises(ValueError, match="must be >= 0 weeks"):
        curve.at(-1)


def test_a_group_without_events_is_flat() -> None:
    follow_up = FollowUp(
        time=np.array([5.0, 6, 7]), event=np.array([False] * 3), unit="weeks", endpoint="OS"
    )
    curve = kaplan_meier(follow_up)[0]
    assert (curve.survival == 1).all()
    assert np.isinf(curve.median.value)
    assert interval(curve.median, 0) == "not reached"


def test_limits_are_undefined_where_nobody_or_everybody_is_left(
    remission: tuple[FollowUp, list[str]],
) -> None:
    # R's survival prints NA there with conf.type = "log-log": log(-log) has no value at 0 and 1.
    placebo = kaplan_meier(*remission)[1]
    for edge in (placebo.at(0.5), placebo.at(23)):
        assert edge.value in (0, 1)
        assert np.isnan([edge.low, edge.high]).all()
    assert interval(placebo.at(23)) == "0.00 (limits undefined)"
    assert np.isfinite([placebo.at(22).low, placebo.at(22).high]).all()


def test_median_limits_of_the_remission_trial_are_those_of_sas_lifetest(
    remission: tuple[FollowUp, list[str]],
) -> None:
    # PROC LIFETEST, conftype=loglog: 23 (13, .) and 8 (4, 11).
    treated, placebo = (curve.median for curve in kaplan_meier(*remission))
    assert (treated.low, treated.high) == (13, np.inf)
    assert (placebo.low, placebo.high) == (4, 11)
    assert interval(treated, 0) == "23 (13 to not reached)"


def test_a_curve_that_ends_at_zero_does_not_make_its_upper_median_limit_reached() -> None:
    # By hand: one third is left at 2, Greenwood's sum is 1/6 + 1/2, so the upper limit there is
    # (1/3) ** exp(-1.96 * sqrt(2/3) / log 3) = .77 > .5; at 3 nobody is left and none is defined.
    times = FollowUp(time=np.array([1.0, 2, 3]), event=np.ones(3), unit="weeks", endpoint="OS")
    curve = kaplan_meier(times)[0]
    assert curve.at(2).high == pytest.approx((1 / 3) ** np.exp(-Z_95 * (2 / 3) ** 0.5 / np.log(3)))
    assert (curve.median.value, curve.median.low, curve.median.high) == (2, 1, np.inf)


def test_a_median_of_patients_who_all_left_at_once_has_no_limits() -> None:
    together = FollowUp(time=np.full(4, 5.0), event=np.ones(4), unit="weeks", endpoint="OS")
    median = kaplan_meier(together)[0].median
    assert interval(median, 0) == "5 (limits undefined)"
