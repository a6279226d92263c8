"""Who is trained on, who is asked, who chooses: split by patient, stratified and seeded.

Draws depend on ids and seed alone, so that the order of a table's rows means nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.fusion.nested_outputs import Folds
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.prepared_cohort import PreparedCohort, Rows

TUNING_SHARE = 0.2
# scikit-learn knows no others.
SEEDS = 2**32
# Of the patients of each class whose role is blank.
DRAWN_SHARES = (
    (CohortRole.TRAINING, 0.6),
    (CohortRole.TUNING, 0.2),
    (CohortRole.INTERNAL_TEST, 0.2),
)


def repeated_folds(cohort: PreparedCohort, folds: int, repeats: int, seed: int) -> Folds:
    """Fold of each patient, (repeats, n): classes spread evenly, patients in order of their ids."""
    seeds = [(seed + repeat) % SEEDS for repeat in range(repeats)]
    return np.array([stratified_folds(cohort.labels, folds, one) for one in seeds])


def needs_tuning(recipe: Recipe) -> bool:
    """Whether something is chosen among candidates."""
    return len(recipe.candidates) > 1


def draw_tuning(cohort: PreparedCohort, seed: int) -> Rows:
    """Training patients that are to tune instead, (n,): a fifth of each class."""
    drawn = np.zeros(cohort.labels.size, dtype=np.bool_)
    for label in (0, 1):
        of_class = [n for n in range(drawn.size) if cohort.labels[n] == label]
        ordered = sorted(of_class, key=lambda n: draw_key(cohort.case_ids[n], seed))
        drawn[ordered[: round(TUNING_SHARE * len(ordered))]] = True
    return drawn


def draw_roles(
    patients: Sequence[CohortPatient], endpoint: Endpoint, seed: int
) -> tuple[CohortPatient, ...]:
    """Give every patient with a response and a blank role one of training, tuning, internal test.

    Args:
        patients: of a table; roles that stand there are kept.
        endpoint: says which classes are kept in proportion, 60, 20 and 20 % of each.
        seed: of the draw.
    Returns: the same patients in the same order; those without a response as they were.
    """
    roles: dict[str, CohortRole] = {}
    for label in (0, 1):
        blank = [p for p in patients if p.role is None and p.label(endpoint) == label]
        ordered = sorted(blank, key=lambda patient: draw_key(patient.case_id, seed))
        ends = np.cumsum([share for _, share in DRAWN_SHARES]) * len(ordered)
        for place, patient in enumerate(ordered):
            number = int(np.searchsorted(ends, place + 0.5))
            roles[patient.case_id] = DRAWN_SHARES[min(number, len(DRAWN_SHARES) - 1)][0]
    return tuple(replace(p, role=roles[p.case_id]) if p.case_id in roles else p for p in patients)


def permuted(cohort: PreparedCohort, seed: int) -> PreparedCohort:
    """The cohort with its labels dealt out anew: what a procedure learns from it is nothing."""
    order = np.random.default_rng(seed).permutation(cohort.labels.size)
    responses = tuple(cohort.responses[n] for n in order) if cohort.responses else ()
    return replace(cohort, labels=cohort.labels[order], responses=responses)


def draw_key(case_id: str, seed: int) -> str:
    """Orders patients at random, each by itself."""
    return hashlib.sha256(f"{seed}:{case_id}".encode()).hexdigest()
