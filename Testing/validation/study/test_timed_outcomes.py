"""Follow-up columns by hand, and slips of the unit."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.validation.study.timed_outcomes import timed_outcomes, unit_warnings

BY_HAND = {
    "time_to_progression_days": ["100", "200", "300", "50", ""],
    "progressed": ["1", "0", "0", "1", ""],
    "survival_days": ["400", "500", "300", "", "10"],
    "died": ["1", "1", "0", "", "0"],
}


def test_progression_free_survival_is_the_first_of_both() -> None:
    pfs, ttp, survival = timed_outcomes(BY_HAND)
    # Progressed at 100; died at 500 without progression seen; censored at 300.
    assert pfs.follow_up.time.tolist() == [100, 500, 300]
    assert pfs.follow_up.event.tolist() == [True, True, False]
    assert ttp.rows.tolist() == [0, 1, 2, 3]
    assert survival.rows.tolist() == [0, 1, 2, 4]


def test_columns_that_are_all_blank_give_no_endpoint() -> None:
    assert timed_outcomes({"survival_days": ["", ""], "died": ["", ""]}) == ()


def test_weeks_in_a_column_of_days_are_warned_of_by_length_and_by_site() -> None:
    rng = np.random.default_rng(2)
    days = rng.uniform(200, 1500, 40)
    site = ["A"] * 20 + ["B"] * 20
    mixed = np.where(np.arange(40) < 20, days, days / 7)
    died = ["1"] * 40

    def codes(times: np.ndarray) -> list[str]:
        outcomes = timed_outcomes({"survival_days": [f"{t:.0f}" for t in times], "died": died})
        return [w.code for w in unit_warnings(outcomes, site)]

    assert codes(days) == []
    assert codes(days / 12) == ["short_follow_up"]
    assert codes(mixed) == ["mixed_units", "mixed_units"]


def test_progression_after_the_end_of_life_is_refused_with_its_row() -> None:
    wrong = {**BY_HAND, "survival_days": ["400", "150", "300", "", "10"]}
    with pytest.raises(InputError, match="_days, row 2: must not exceed survival_days"):
        timed_outcomes(wrong)
