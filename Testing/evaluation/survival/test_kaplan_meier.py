"""Kaplan-Meier against textbook tables and lifelines' documented values."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.kaplan_meier import at_risk, kaplan_meier


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
    found = kaplan_meier(*remission)[0].at(10)
    half = 1.96 * 0.0963 / (found.value * abs(np.log(found.value)))
    assert found.low == pytest.approx(found.value ** np.exp(half), abs=1e-3)
    assert found.high == pytest.approx(found.value ** np.exp(-half), abs=1e-3)


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
    found = at_risk(remission[0], [0, 6, 7, 36], remission[1])
    assert found == {"6-MP": [21, 21, 17, 0], "placebo": [21, 12, 12, 0]}


def test_curves_start_at_1_and_never_rise(remission: tuple[FollowUp, list[str]]) -> None:
    for curve in kaplan_meier(*remission):
        assert curve.survival[0] == 1
        assert (np.diff(curve.survival) <= 0).all()
        assert (curve.low <= curve.survival).all()


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
