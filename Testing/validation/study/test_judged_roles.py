"""Roles are judged one by one, and each report names the others."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.validation.study.judged_roles import judged, role_name, roles_in_order
from TACEResponseLib.validation.study.several_rows import once_a_patient, row_warnings
from TACEResponseLib.validation.study.study import TimedOutcome

EXTERNAL, INTERNAL = CohortRole.EXTERNAL_TEST, CohortRole.INTERNAL_TEST


def test_external_patients_come_before_internal_ones_and_tests_before_all() -> None:
    everybody = [CohortRole.TRAINING, None, INTERNAL, EXTERNAL]
    assert roles_in_order(everybody, tests_alone=True) == [EXTERNAL, INTERNAL]
    assert roles_in_order(everybody, tests_alone=False) == [
        EXTERNAL,
        INTERNAL,
        None,
        CohortRole.TRAINING,
    ]
    assert roles_in_order([None, CohortRole.TUNING], tests_alone=True) == [None, CohortRole.TUNING]
    assert [role_name(role) for role in (EXTERNAL, None)] == ["external_test", "no_role"]


def made(role: CohortRole | None) -> str:
    if role is EXTERNAL:
        raise InputError("outcome", "must hold both 0 and 1", got="only 1", remedy="add patients")
    return "study"


def test_a_role_that_can_t_be_judged_is_named_and_stops_nobody_else() -> None:
    studies, unjudged = judged([EXTERNAL, INTERNAL], {EXTERNAL: 1, INTERNAL: 119}, made)
    assert studies == {INTERNAL: "study"}
    assert unjudged[EXTERNAL].startswith("1 patient of role external_test are not judged")


def test_where_no_role_can_be_judged_the_first_says_why() -> None:
    with pytest.raises(InputError, match="must hold both 0 and 1"):
        judged([EXTERNAL], {EXTERNAL: 1}, made)


def test_nobody_dies_twice() -> None:
    follow_up = FollowUp(
        time=np.array([5.0, 6.0, 7.0, 8.0]), event=np.ones(4, bool), unit="days", endpoint="OS"
    )
    timed = TimedOutcome(follow_up=follow_up, rows=np.array([0, 1, 3, 4]))
    (kept,) = once_a_patient([timed], ["A", "B", "B", "B", "A"])
    assert kept.rows.tolist() == [0, 1]
    assert kept.follow_up.time.tolist() == [5.0, 6.0]


def test_a_report_says_how_many_patients_its_rows_are_of() -> None:
    (warning,) = row_warnings(["A", "A", "B"])
    assert warning.message.startswith("3 rows are of 2 patients, of whom 1 have several")
    assert row_warnings(["A", "B"]) == ()
