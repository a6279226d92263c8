"""Splits: by patient, stratified, seeded, and blind to the order of rows."""

from collections.abc import Callable

import numpy as np
import pytest

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.folds import (
    draw_roles,
    draw_tuning,
    needs_tuning,
    permuted,
    repeated_folds,
)
from TACEResponseLib.training.prepared_cohort import PreparedCohort


def patients(n: int = 50, role: CohortRole | None = None) -> list[CohortPatient]:
    return [
        CohortPatient(
            row=i,
            case_id=f"P{i:02d}",
            role=role,
            clinical=ClinicalRecord(),
            response="CR" if i < n * 2 // 5 else "PD",
        )
        for i in range(n)
    ]


def test_folds_hold_each_patient_once_with_classes_spread_evenly(
    make_cohort: Callable[..., PreparedCohort],
) -> None:
    cohort = make_cohort()
    repeats = repeated_folds(cohort, 3, 2, seed=1)
    for folds in repeats:
        assert np.bincount(folds).tolist() == [20, 20, 20]
        for fold in range(3):
            assert cohort.labels[folds == fold].sum() == 10
    assert not np.array_equal(*repeats)
    # The largest seed has repeats too.
    assert repeated_folds(cohort, 3, 2, seed=2**32 - 1).shape == (2, 60)


def test_blank_roles_are_drawn_in_proportion_within_each_class() -> None:
    drawn = draw_roles(patients(), Endpoint.OBJECTIVE_RESPONSE, seed=1)
    for response, counts in (("CR", (12, 4, 4)), ("PD", (18, 6, 6))):
        roles = [p.role for p in drawn if p.response == response]
        expected = (CohortRole.TRAINING, CohortRole.TUNING, CohortRole.INTERNAL_TEST)
        assert tuple(roles.count(role) for role in expected) == counts


def test_the_draw_follows_ids_and_seed_and_not_the_order_of_rows() -> None:
    def roles(of: list[CohortPatient], seed: int) -> dict[str, CohortRole | None]:
        return {p.case_id: p.role for p in draw_roles(of, Endpoint.OBJECTIVE_RESPONSE, seed)}

    assert roles(patients(), 1) == roles(patients()[::-1], 1)
    assert roles(patients(), 1) != roles(patients(), 2)


def test_roles_that_stand_in_the_table_are_kept() -> None:
    given = [*patients(20, CohortRole.EXTERNAL_TEST), *patients(40)[20:]]
    drawn = draw_roles(given, Endpoint.OBJECTIVE_RESPONSE, seed=1)
    assert all(p.role is CohortRole.EXTERNAL_TEST for p in drawn[:20])
    assert CohortRole.TRAINING in {p.role for p in drawn[20:]}


def test_patients_without_a_response_keep_a_blank_role() -> None:
    unread = CohortPatient(row=1, case_id="X", role=None, clinical=ClinicalRecord(), response="")
    assert draw_roles([unread, *patients()], Endpoint.OBJECTIVE_RESPONSE, 1)[0].role is None


def test_a_fifth_of_each_class_tunes(make_cohort: Callable[..., PreparedCohort]) -> None:
    cohort = make_cohort(n=50)
    drawn = draw_tuning(cohort, seed=1)
    assert drawn.sum() == 10
    assert cohort.labels[drawn].sum() == 5


def test_tuning_is_needed_where_something_is_chosen(make_recipe: Callable[..., Recipe]) -> None:
    assert needs_tuning(make_recipe())
    assert not needs_tuning(make_recipe(candidates=()))


def test_permuted_labels_are_the_same_labels_of_other_patients(
    make_cohort: Callable[..., PreparedCohort],
) -> None:
    cohort = make_cohort()
    dealt = permuted(cohort, seed=1)
    assert sorted(dealt.labels) == sorted(cohort.labels)
    assert 0.3 < np.mean(dealt.labels == cohort.labels) < 0.7
    assert dealt.case_ids == cohort.case_ids


def test_a_candidate_of_an_unknown_branch_is_refused(make_recipe: Callable[..., Recipe]) -> None:
    with pytest.raises(ValueError, match="candidate a names sizes, which is none of the branches"):
        make_recipe(candidates=[{"name": "a", "branches": ["sizes"]}])
