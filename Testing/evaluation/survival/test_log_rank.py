"""Log-rank test against published values."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.log_rank import log_rank


def test_remission_trial_is_the_textbooks(remission: tuple[FollowUp, list[str]]) -> None:
    # Kleinbaum and Klein: chi-squared 16.79 on 1 degree of freedom.
    found = log_rank(*remission)
    assert found.statistic == pytest.approx(16.79, abs=5e-3)
    assert (found.degrees_of_freedom, found.n) == (1, 42)


def test_lung_cancer_by_sex_is_rs(lung) -> None:  # type: ignore[no-untyped-def]
    # survdiff(Surv(time, status) ~ sex, lung): 10.3 on 1 degree of freedom, p = 0.001.
    follow_up = FollowUp(
        time=lung["time"].to_numpy(), event=lung["status"].to_numpy(), unit="days", endpoint="OS"
    )
    found = log_rank(follow_up, lung["sex"])
    assert found.statistic == pytest.approx(10.3, abs=0.05)
    assert found.p == pytest.approx(0.001, abs=5e-4)


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
