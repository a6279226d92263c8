"""How well do volume and clinical variables do on real patients? The whole procedure, judged.

The cohort is too small to be split once: each number is the mean over repeats of a cross-validation
in which gaps, scaling and coefficients are learned on the other folds alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.evaluation.discrimination.cross_validated import (
    permutation_test,
    procedure_estimate,
)
from TACEResponseLib.evaluation.discrimination.discrimination import area, score_levels
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Labels
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evidence.branch import Prepared
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.recipe.recipe import Recipe

FOLDS = 5
MAJORITY = "majority"
PARTS = BOTH, VOLUME, CLINICAL = "volume and clinical", "log volume alone", "clinical alone"


@dataclass(frozen=True, slots=True)
class CrossValidatedAuc:
    """Mean AUC over the folds of one stratified cross-validation of a clinical branch."""

    settings: BranchSettings
    prepared: Sequence[Prepared]

    def __call__(self, rows: NDArray[np.intp], labels: Labels, rng: np.random.Generator) -> float:
        """Split, fit and judge; copies of one patient fall into one fold.

        Returns: nan where no fold has both classes inside and outside.
        """
        fold = _patient_folds(rows, labels, int(rng.integers(2**31)))
        areas = []
        for number in range(FOLDS):
            inside, outside = fold != number, fold == number
            if min(np.unique(labels[part]).size for part in (inside, outside)) < 2:
                continue
            branch = branch_recipe(self.settings).fit(
                self._of(rows[inside]), np.asarray(labels[inside], dtype=np.int64), seed=0
            )
            levels = score_levels(branch.logits(self._of(rows[outside])))
            areas.append(area(labels[outside], levels))
        return float(np.mean(areas)) if areas else float("nan")

    def _of(self, rows: NDArray[np.intp]) -> list[Prepared]:
        return [self.prepared[row] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one set of predictors achieves against one reading."""

    predictors: str
    reading: str
    """`majority`, or `reader 1` and so on."""
    auc: Estimate
    chance: Significance | None
    """`None` if no permutation was asked for."""
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How often everything is done again."""

    repeats: int = 20
    resamples: int = 200
    permutations: int = 200
    """At least 200, or 0 for none."""
    permutation_repeats: int = 3
    """Cross-validations that each permutation's mean is taken over."""


def judge(
    settings: BranchSettings,
    patients: Sequence[CohortPatient],
    seed: int,
    *,
    effort: Effort = Effort(),
    jobs: int = 1,
    progress: Progress = silent,
) -> tuple[Judgement, ...]:
    """Every set of predictors against every reading.

    Args:
        settings: of the clinical branch; volume and variables are also judged alone.
        patients: with their features and readings, in any order.
        seed: of splits, resamples and permutations, the same for each judgement.
        effort: how often.
        jobs: worker processes; the result does not depend on their number.
        progress: told each judgement.
    """
    ordered = sorted(patients, key=lambda patient: patient.case_id)
    with worker_pool.workers(jobs) as pool:
        waiting = [
            pool.submit(_judged, (name, part), reading, ordered, seed, effort)
            for reading in (MAJORITY, *_readers(ordered))
            for name, part in parts_of(settings).items()
        ]
        judgements = []
        for number, answer in enumerate(waiting, start=1):
            judgements.append(answer.result())
            progress(f"{number} of {len(waiting)} judged")
    return tuple(judgements)


def _judged(
    predictors: tuple[str, BranchSettings],
    reading: str,
    patients: Sequence[CohortPatient],
    seed: int,
    effort: Effort,
) -> Judgement:
    """One set of predictors against one reading; runs in a worker."""
    name, settings = predictors
    labels = {
        p.case_id: label for p in patients if (label := reading_label(p, reading)) is not None
    }
    read = [patient for patient in patients if patient.case_id in labels]
    outcome = np.array([labels[patient.case_id] for patient in read])
    procedure = CrossValidatedAuc(settings, evidence(settings, read))
    auc = procedure_estimate(
        procedure,
        outcome,
        np.random.default_rng(seed),
        repeats=effort.repeats,
        resamples=effort.resamples,
    )
    chance = None
    if effort.permutations:
        chance = permutation_test(
            procedure,
            outcome,
            np.random.default_rng(seed),
            repeats=effort.permutation_repeats,
            permutations=effort.permutations,
        )
    return Judgement(
        predictors=name, reading=reading, auc=auc, chance=chance, events=int(outcome.sum())
    )


def clinical_branch(recipe: Recipe) -> BranchSettings:
    """The one branch of the recipe.

    Raises: InputError: it has others, or one whose halves can't be judged alone.
    """
    settings = recipe.branches[0]
    if len(recipe.branches) > 1 or len(parts_of(settings)) < len(PARTS):
        raise InputError(
            f"recipe {recipe.name}",
            "must have one clinical branch alone",
            got=", ".join(b.name for b in recipe.branches),
            remedy="use tace-response train",
        )
    return settings


def parts_of(settings: BranchSettings) -> Mapping[str, BranchSettings]:
    """The branch as it is, and its halves where it has any."""
    parts = (settings, settings.of_tumor_alone, settings.of_record_alone)
    return {name: part for name, part in zip(PARTS, parts, strict=True) if part is not None}


def evidence(settings: BranchSettings, patients: Sequence[CohortPatient]) -> tuple[Prepared, ...]:
    """What the branch needs of each patient, from the table.

    Raises: InputError: a patient lacks a feature.
    """
    recipe = branch_recipe(settings)
    rows = []
    for patient in patients:
        prepared = recipe.from_features(patient.clinical, patient.features)
        if prepared is None:
            raise InputError(
                f"line {patient.row}",
                "must hold the shape features measured",
                got="a blank",
                remedy=f"import the cohort with {option('features')}",
            )
        rows.append(prepared)
    return tuple(rows)


def reading_label(patient: CohortPatient, reading: str) -> int | None:
    """1 for CR or PR; `None` if it was not read."""
    if reading == MAJORITY:
        return patient.label(Endpoint.OBJECTIVE_RESPONSE)
    call = patient.readings.get(f"response_{reading.replace(' ', '')}")
    if not call:
        return None
    return int(ResponseClass(call) in Endpoint.OBJECTIVE_RESPONSE.positive_classes)


def read_by_majority(
    patients: Sequence[CohortPatient],
) -> tuple[list[CohortPatient], NDArray[np.int64]]:
    """Patients whom every reader has read, by id, and the majority's label of each, (n,).

    Raises: InputError: none has been read.
    """
    known = {
        p.case_id: label for p in patients if (label := reading_label(p, MAJORITY)) is not None
    }
    read = sorted((p for p in patients if p.case_id in known), key=lambda p: p.case_id)
    if not read:
        raise InputError(
            option("cohort"),
            "must hold patients with a response and shape features",
            got="none",
            remedy=f"import the cohort with {option('features')}",
        )
    return read, np.array([known[patient.case_id] for patient in read], dtype=np.int64)


def _readers(patients: Sequence[CohortPatient]) -> list[str]:
    """Readers whose calls stand in the table, as words."""
    columns = {column for patient in patients for column in patient.readings}
    return [f"reader {column[-1]}" for column in sorted(columns)]


def _patient_folds(rows: NDArray[np.intp], labels: Labels, seed: int) -> NDArray[np.intp]:
    """Fold of each row, (n,): classes spread evenly, copies of a patient together."""
    _, first, patient = np.unique(rows, return_index=True, return_inverse=True)
    fold = stratified_folds(np.asarray(labels[first], dtype=np.int64), FOLDS, seed)
    return np.asarray(fold[patient])
