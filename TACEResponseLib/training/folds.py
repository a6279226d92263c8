"""Who is trained on, who is asked, who chooses: split by patient, stratified and seeded.

Draws depend on ids and seed alone, so that the order of a table's rows means nothing. Rows of one
patient go the same way; a patient with a positive row counts as positive where one is drawn.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.fusion.clusters import dealt_rows
from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.fusion.nested_outputs import Folds
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.prepared_cohort import PreparedCohort, Rows
from TACEResponseLib.training.sites import site_folds

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
    own = cohort.clusters
    return np.array([stratified_folds(cohort.labels, folds, one, own) for one in seeds])


def divisions(recipe: Recipe, cohort: PreparedCohort, repeats: int, seed: int) -> Folds:
    """Fold of each row, (repeats, n); where the recipe leaves sites out, its site, (1, n).

    Raises: InputError: sites can't be left out.
    """
    if recipe.by_site:
        return site_folds(cohort)
    return repeated_folds(cohort, recipe.folds, repeats, seed)


def needs_tuning(recipe: Recipe) -> bool:
    """Whether something is chosen among candidates."""
    return len(recipe.candidates) > 1


def draw_tuning(cohort: PreparedCohort, seed: int) -> Rows:
    """Training patients that are to tune instead, (n,): a fifth of each class."""
    patients = cohort.patients or cohort.case_ids
    drawn: set[str] = set()
    for some in by_class(zip(patients, cohort.labels.tolist(), strict=True), seed):
        drawn.update(some[: round(TUNING_SHARE * len(some))])
    return np.array([patient in drawn for patient in patients], dtype=np.bool_)


def by_class(rows: Iterable[tuple[str, int]], seed: int) -> tuple[list[str], list[str]]:
    """Patients without and with a positive row, each in the order of the draw.

    Args:
        rows: patient and label of each.
        seed: of the draw.
    """
    label: dict[str, int] = {}
    for patient, own in rows:
        label[patient] = max(own, label.get(patient, 0))
    ordered = sorted(label, key=lambda patient: draw_key(patient, seed))
    return [p for p in ordered if not label[p]], [p for p in ordered if label[p]]


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
    labels = ((p, p.label(endpoint)) for p in patients if p.role is None)
    blank = [(p.patient, label) for p, label in labels if label is not None]
    for ordered in by_class(blank, seed):
        ends = np.cumsum([share for _, share in DRAWN_SHARES]) * len(ordered)
        for place, patient in enumerate(ordered):
            number = int(np.searchsorted(ends, place + 0.5))
            roles[patient] = DRAWN_SHARES[min(number, len(DRAWN_SHARES) - 1)][0]
    return tuple(
        replace(p, role=roles[p.patient]) if p.role is None and p.label(endpoint) is not None else p
        for p in patients
    )


def permuted(cohort: PreparedCohort, seed: int) -> PreparedCohort:
    """The cohort with its labels dealt out anew: what a procedure learns from it is nothing."""
    order = dealt_rows(cohort.labels.size, cohort.clusters, np.random.default_rng(seed))
    responses = tuple(cohort.responses[n] for n in order) if cohort.responses else ()
    return replace(cohort, labels=cohort.labels[order], responses=responses)


def draw_key(patient: str, seed: int) -> str:
    """Orders patients at random, each by itself."""
    return hashlib.sha256(f"{seed}:{patient}".encode()).hexdigest()
