"""Log-rank test against published values."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.log_rank import log_rank


def test_remission_trial_is_the_textbooks(remission: tuple[FollowUp, list[str]]) -> None:
    # Kleinbaum and Klein: chi-squared 16.79 on 1 degree of freedom.
    significance = log_rank(*remission)
    assert significance.statistic == pytest.approx(16.79, abs=5e-3)
    assert (significance.degrees_of_freedom, significance.n) == (1, 42)


def test_lung_cancer_by_sex_is_rs(lung) -> None:  # type: ignore[no-untyped-def]
    # survdiff(Surv(time, status) ~ sex, lung): 10.3 on 1 degree of freedom, p = 0.001.
    follow_up = FollowUp(
        time=lung["time"].to_numpy(), event=lung["status"].to_numpy(), unit="days", endpoint="OS"
    )
    significance = log_rank(follow_up, lung["sex"])
    assert significance.statistic == pytest.approx(10.3, abs=0.05)
    assert significance.p == pytest.approx(0.001, abs=5e-4)


def test_waltons_flies_are_lifelines_documented_ones() -> None:
    from lifelines.datasets import load_waltons

    flies = load_waltons()
    follow_up = FollowUp(
        time=flies["T"].to_numpy(), event=flies["E"].to_numpy(), unit="days", endpoint="OS"
    )
    assert log_rank(follow_up, flies["group"]).statistic == pytest.approx(122.25, abs=5e-3)


def test_unit_and_names_of_groups_change_nothing(
    remission: tuple[FollowUp, list[str]],
) -> None:
    follow_up, groups = remission
    renamed = [{"6-MP": "z", "placebo": "a"}[group] for group in groups]
    in_days = replace(follow_up, time=follow_up.time * 7, unit="days")
    assert log_rank(in_days, renamed).statistic == pytest.approx(
        log_rank(follow_up, groups).statistic
    )


def test_censoring_before_any_event_is_refused() -> None:
    follow_up = FollowUp(
        time=np.array([1.0, 2]), event=np.array([False, False]), unit="weeks", endpoint="PFS"
    )
    with pytest.raises(ValueError, match="PFS event: must be seen at least once"):
        log_rank(follow_up, ["a", "b"])


def test_groups_that_were_never_at_risk_together_have_no_p_value() -> None:
    gone = FollowUp(
        time=np.array([1.0, 2, 3, 10, 11, 12]),
        event=np.array([0, 0, 0, 1, 1, 1]),
        unit="months",
        endpoint="OS",
    )
    at_once = FollowUp(time=np.full(6, 5.0), event=np.ones(6), unit="months", endpoint="OS")
    for follow_up in (gone, at_once):
        assert np.isnan(log_rank(follow_up, list("aaabbb")).p)


def test_a_group_that_is_gone_before_the_first_event_takes_no_degree_of_freedom() -> None:
    # By hand, b b c die at 10, 11, 12: of c 1/3 + 1/2 + 1 events expected, variance 2/9 + 1/4, so
    # (1 - 11/6)^2 / (17/36) = 25/17 on 1 degree of freedom, as R's survdiff counts it.
    follow_up = FollowUp(
        time=np.array([1.0, 2, 3, 10, 11, 12]),
        event=np.array([0, 0, 0, 1, 1, 1]),
        unit="months",
        endpoint="OS",
    )
    result = log_rank(follow_up, list("aaabbc"))
    assert result.statistic == pytest.approx(25 / 17)
    assert result.degrees_of_freedom == 1
    assert result.p == pytest.approx(chi2.sf(25 / 17, 1))
