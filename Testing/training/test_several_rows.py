"""Lesions as rows: a patient's rows go one way in every draw of a training."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.evidence.image_network.training.held_apart import held_apart
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import kept_candidate
from TACEResponseLib.training.folds import draw_roles, draw_tuning, permuted, repeated_folds
from TACEResponseLib.training.held_out import nested_splits
from TACEResponseLib.training.judging.permutations import train_here
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import check_classes
from Testing.evidence.image_network.training.test_held_apart import settings
from Testing.training.feature_level import drawn_cohort, recipe_of

ROWS = 4
"""Lesions of each patient."""


def lesions(patients: int, seed: int, *, said: bool = True) -> PreparedCohort:
    """Noise: lesions of one patient have nearly the same features, and one label."""
    whole = drawn_cohort(patients, 0.5, np.random.default_rng(seed))
    rng = np.random.default_rng(seed + 1)
    rows = tuple(
        {name: value + 0.05 * float(rng.normal()) for name, value in patient.items()}
        for patient in whole.by_branch["texture"]  # type: ignore[attr-defined]
        for _ in range(ROWS)
    )
    names = tuple(name for name in whole.case_ids for _ in range(ROWS))
    return PreparedCohort(
        case_ids=tuple(f"L{number:04d}" for number in range(len(rows))),
        labels=np.repeat(whole.labels, ROWS),
        clinical=(ClinicalRecord(),) * len(rows),
        by_branch={"size": rows, "texture": rows},  # type: ignore[dict-item]
        patients=names if said else (),
    )


def forest() -> Recipe:
    return recipe_of("forest", repeats=1)


def test_noise_in_lesions_predicts_where_nobody_says_whose_they_are_and_not_where_it_is_said() -> (
    None
):
    apart = kept_candidate(train_here(forest(), lesions(40, 1, said=False), None, 1)).training
    together = kept_candidate(train_here(forest(), lesions(40, 1), None, 1)).training
    assert apart.value > 0.9
    assert together.low < 0.5 < together.high
    assert (apart.n, together.n) == (160, 40)
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def one_way(cohort: PreparedCohort, marks: np.ndarray) -> bool:
    """Whether all rows of each patient have the same mark."""
    patients = np.array(cohort.patients)
    return all(np.unique(marks[patients == one]).size == 1 for one in set(cohort.patients))


@pytest.mark.parametrize("folds", [3, 5], ids=["parts drawn anew", "pairs of folds"])
def test_no_split_of_a_training_divides_a_patient(folds: int) -> None:
    cohort = lesions(40, 2)
    own = repeated_folds(cohort, folds, 2, seed=1)
    splits = nested_splits(own, cohort.labels, 1, cohort.clusters)
    for split in splits:
        assert one_way(cohort, split.trained)
        assert one_way(cohort, split.held_out)


def test_draws_of_tuning_patients_and_of_an_epoch_take_whole_patients() -> None:
    cohort = lesions(40, 3)
    drawn = draw_tuning(cohort, seed=1)
    assert one_way(cohort, drawn)
    assert drawn.sum() == 8 * ROWS
    apart = held_apart(cohort.labels, settings(), 1, cohort.clusters)
    assert one_way(cohort, apart)
    assert apart.sum() == 8 * ROWS


def test_permuted_labels_stay_together() -> None:
    cohort = lesions(40, 4)
    dealt = permuted(cohort, seed=1)
    assert one_way(cohort, dealt.labels)
    assert sorted(dealt.labels) == sorted(cohort.labels)
    assert not np.array_equal(dealt.labels, cohort.labels)


def test_a_role_is_drawn_for_the_patient() -> None:
    rows = [
        CohortPatient(
            row=number,
            case_id=f"L{number}",
            patient_id=f"P{number // 3}",
            role=None,
            clinical=ClinicalRecord(),
            response="PR" if number % 2 else "PD",
        )
        for number in range(90)
    ]
    drawn = draw_roles(rows, Endpoint.OBJECTIVE_RESPONSE, seed=1)
    by_patient = {p.patient: {q.role for q in drawn if q.patient == p.patient} for p in drawn}
    assert all(len(roles) == 1 for roles in by_patient.values())
    assert {role for roles in by_patient.values() for role in roles} == {
        CohortRole.TRAINING,
        CohortRole.TUNING,
        CohortRole.INTERNAL_TEST,
    }


def test_too_few_patients_are_refused_however_many_rows_they_have() -> None:
    cohort = lesions(12, 5)
    check_classes(cohort, 3)
    with pytest.raises(ValueError, match="got 6"):
        check_classes(cohort, 5)
    check_classes(replace(cohort, patients=()), 5)
