"""Bundles and a cohort table -> `Study`: scores, size baselines, drift, readers, wrong cases."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.terms import TEST_ROLES, CohortRole, Endpoint
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.bundle.counted import imputed_words
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.reading import read_fusion, read_metadata
from TACEResponseLib.bundle.words import cohort_sentence, simulated_banner
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.cohort.traces.sharing import refuse_shared
from TACEResponseLib.cohort.traces.traced_row import TracedRow, rows_of_patients
from TACEResponseLib.evaluation.inputs import Floats, Labels, checked_outcome, sample_warnings
from TACEResponseLib.validation.study.attributes import NAMED, attributes
from TACEResponseLib.validation.study.baselines import baselines
from TACEResponseLib.validation.study.class_scores import class_scores, observed_class
from TACEResponseLib.validation.study.cohort_scoring import ScoredPatient, score_patients
from TACEResponseLib.validation.study.drift import drift
from TACEResponseLib.validation.study.judged import (
    check_responses,
    inside_limits,
    judged_facts,
)
from TACEResponseLib.validation.study.judged_roles import (
    Role,
    judged,
    roles_in_order,
    told_apart,
)
from TACEResponseLib.validation.study.known_again import check_overlap
from TACEResponseLib.validation.study.promises import promises
from TACEResponseLib.validation.study.second_roi import read_once_warnings, second_readings
from TACEResponseLib.validation.study.several_rows import once_a_patient, row_warnings
from TACEResponseLib.validation.study.study import Failure, Model, Origin, Study
from TACEResponseLib.validation.study.timed_outcomes import COLUMNS, timed_outcomes, unit_warnings

LEARNED_FROM = (CohortRole.TRAINING, CohortRole.TUNING)
Pair = tuple[CohortPatient, ScoredPatient]
"""A row of the table, and what bundles say of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredStudy:
    """What is judged of one role, and its patients in the study's order."""

    study: Study
    patients: tuple[CohortPatient, ...]


def score_studies(
    bundles: Sequence[str],
    cohort: Path,
    *,
    role: CohortRole | None,
    device: str,
    jobs: int,
    progress: Progress,
) -> dict[Role, ScoredStudy]:
    """Score a cohort and collect everything that a validation needs, of each role by itself.

    Args:
        bundles: names or paths; the first is judged, the others are compared with it.
        cohort: the table.
        role: patients to take; those of test cohorts if not given, else everybody.
        device: of networks.
        jobs: worker processes.
        progress: told each stage.
    Returns: by role, the one to believe first at the front; no two are pooled.
    Raises: InputError: a problem of the table, bundles of different endpoints, nobody to judge, two
        patients who are one, or some who trained a bundle.
    """
    metadata = [read_metadata(bundle) for bundle in bundles]
    _check_bundles(metadata)
    endpoint, where = metadata[0].endpoint, f"{option('cohort')} {cohort.name}"
    chosen = _chosen(usable_cohort(cohort), role, where)
    check_responses(metadata, chosen)
    labeled = [p for p in chosen if p.label(endpoint) is not None]
    scored = score_patients(bundles, labeled, device=device, jobs=jobs, progress=progress)
    pairs = [(p, s) for p, s in zip(labeled, scored, strict=True) if s.scores]
    traced = rows_of_patients([p for p, _ in pairs], [s.scores[0].trace for _, s in pairs])
    refuse_shared(traced, where)
    remarks = [] if role in LEARNED_FROM else _overlaps(bundles, traced, pairs, where)
    failures = [Failure(case_id=s.case_id, reason=s.problem) for s in scored if s.problem]
    failures += [
        Failure(case_id=p.case_id, reason="no response in the table")
        for p in chosen
        if p.label(endpoint) is None
    ]

    def of_role(one: Role) -> ScoredStudy:
        ids = {p.case_id for p in chosen if p.role is one}
        own = [(p, s) for p, s in pairs if p.case_id in ids]
        lost = tuple(failure for failure in failures if failure.case_id in ids)
        if not own:
            raise _nobody(lost, where)
        study = _study(metadata, own, lost, remarks)
        return _measured_further(
            study, own, bundles, metadata, device=device, jobs=jobs, progress=progress
        )

    counts = Counter(p.role for p in chosen)
    roles = roles_in_order(counts, tests_alone=True)
    made, unjudged = judged(roles, counts, of_role)
    studies = told_apart({r: one.study for r, one in made.items()}, counts, unjudged)
    return {r: replace(one, study=studies[r]) for r, one in made.items()}


def score_study(
    bundles: Sequence[str],
    cohort: Path,
    *,
    role: CohortRole | None,
    device: str,
    jobs: int,
    progress: Progress,
) -> tuple[Study, tuple[CohortPatient, ...]]:
    """The first of `score_studies`, which has the arguments and errors, and its patients."""
    studies = score_studies(bundles, cohort, role=role, device=device, jobs=jobs, progress=progress)
    first = next(iter(studies.values()))
    return first.study, first.patients


def _overlaps(
    bundles: Sequence[str],
    traced: Sequence[TracedRow],
    pairs: Sequence[Pair],
    where: str,
) -> list[CaseWarning]:
    """Refuse training patients among those who are no such patients by the table."""
    others = {p.case_id for p, _ in pairs if p.role not in LEARNED_FROM}
    rows = [row for row in traced if row.case_id in others]
    if not rows:
        return []
    return [warning for bundle in bundles for warning in check_overlap(bundle, rows, where)]


def _nobody(failures: Sequence[Failure], where: str) -> InputError:
    """What to say where nobody could be scored."""
    return InputError(
        where,
        "must hold a patient that can be scored",
        got=failures[0].reason if failures else "nobody",
        remedy="see tace-response cohort check",
    )


def _measured_further(
    study: Study,
    pairs: Sequence[Pair],
    bundles: Sequence[str],
    metadata: Sequence[BundleMetadata],
    *,
    device: str,
    jobs: int,
    progress: Progress,
) -> ScoredStudy:
    """With second readings and drift."""
    patients, scores = tuple(p for p, _ in pairs), [s for _, s in pairs]
    of_first = [s.scores[0] for s in scores]
    again = second_readings(
        bundles[0], metadata[0], patients, of_first, device=device, jobs=jobs, progress=progress
    )
    study = replace(
        study,
        second_readings=again,
        drift=tuple(
            input_drift
            for place, (bundle, m) in enumerate(zip(bundles, metadata, strict=True))
            for input_drift in drift(
                m, read_fusion(bundle), [s.scores[place] for s in scores], study.clinical
            )
        ),
        warnings=(*study.warnings, *read_once_warnings(metadata[0], again)),
    )
    return ScoredStudy(study=study, patients=patients)


def _study(
    metadata: Sequence[BundleMetadata],
    pairs: Sequence[Pair],
    failures: tuple[Failure, ...],
    remarks: Sequence[CaseWarning],
) -> Study:
    """Everything put together."""
    first, patients, scores = metadata[0], [p for p, _ in pairs], [s for _, s in pairs]
    labels = checked_outcome([int(p.label(first.endpoint) or 0) for p in patients])
    models = tuple(_model(m, i, scores) for i, m in enumerate(metadata))
    columns = _other_columns(patients)
    timed = once_a_patient(timed_outcomes(columns), [p.patient for p in patients])
    sizes = _sizes(scores)
    clinical = tuple(p.clinical for p in patients)
    classes = class_scores([m.bundle_id for m in metadata], scores)
    values = {"lesion_diameter_mm": sizes["lesion diameter, mm"]} | {
        name: np.array([float(c.values.get(name, math.nan)) for c in clinical])
        for name in ("age_years", "tumor_size_cm")
    }
    return Study(
        case_ids=tuple(p.case_id for p in patients),
        outcome=labels,
        positive_class=first.positive_class,
        models=models,
        origin=_origin(metadata, patients),
        responses=tuple(observed_class(p) for p in patients) if classes else (),
        class_scores=classes,
        baselines=baselines(sizes, clinical),
        timed=timed,
        attributes=attributes(_names(patients, columns), values),
        clinical=clinical,
        table_one=describe_cohort(patients, first.endpoint),
        facts=judged_facts(first, patients),
        inside=inside_limits(first, patients),
        failures=failures,
        candidates=tuple(row.model_dump(mode="json") for row in first.candidates),
        promises=tuple(promise for m in metadata for promise in promises(m)),
        patients=tuple(p.patient for p in patients),
        warnings=(
            *_model_warnings(metadata),
            *_role_warnings(patients),
            *remarks,
            *row_warnings([p.patient for p in patients]),
            *sample_warnings(labels, models[0].probabilities),
            *unit_warnings(timed, columns.get("site", ())),
        ),
    )


def cohort_readers(
    patients: Sequence[CohortPatient], endpoint: Endpoint
) -> dict[str, Labels] | None:
    """Each reader's own reading, where the table has those of several; -1 where not read."""
    names = sorted({name for p in patients for name, text in p.readings.items() if text})
    if len(names) < 2:
        return None

    def call(patient: CohortPatient, name: str) -> int:
        label = replace(patient, response=patient.readings.get(name, "")).label(endpoint)
        return -1 if label is None else label

    return {
        name.removeprefix("response_"): np.array([call(p, name) for p in patients])
        for name in names
    }


def _check_bundles(metadata: Sequence[BundleMetadata]) -> None:
    """Bundles must answer one question, and have names of their own."""
    ids = [m.bundle_id for m in metadata]
    if len(set(ids)) < len(ids):
        raise InputError(
            option("bundle"),
            "must name each bundle once",
            got=", ".join(ids),
            remedy="leave out the second",
        )
    questions = {(m.endpoint, m.positive_class) for m in metadata}
    if len(questions) > 1:
        raise InputError(
            option("bundle"),
            "must predict the same positive class",
            got="; ".join(f"{e.value}: {c}" for e, c in sorted(questions)),
            remedy="validate them one by one",
        )


def _chosen(
    patients: Sequence[CohortPatient], role: CohortRole | None, where: str
) -> list[CohortPatient]:
    """Patients of the role asked for; test patients where there are any, else everybody."""
    tested = [p for p in patients if p.role in TEST_ROLES]
    chosen = [p for p in patients if p.role and p.role.value == role] if role else tested
    if role and not chosen:
        raise InputError(
            where,
            f"must hold patients of role {role}",
            got="none",
            remedy=f"choose another {option('role')}",
        )
    return chosen or list(patients)


def _model(metadata: BundleMetadata, place: int, scores: Sequence[ScoredPatient]) -> Model:
    """One bundle's probabilities, with its own cut-off."""
    of = [s.scores[place] for s in scores]
    return Model(
        name=metadata.bundle_id,
        probabilities=np.array([s.probability for s in of]),
        threshold=metadata.threshold,
        threshold_set_on=metadata.threshold_set_on,
        branches={
            name: np.array([s.branches[name] for s in of])
            for name in metadata.branch_names
            if all(name in s.branches for s in of)
        },
    )


def _other_columns(patients: Sequence[CohortPatient]) -> dict[str, list[str]]:
    """Columns that no model reads, by name."""
    names = dict.fromkeys(name for p in patients for name in p.other)
    pairs = {column for pair in COLUMNS.values() for column in pair}
    return {
        name: [p.other.get(name, "") for p in patients]
        for name in names
        if name not in pairs or any(p.other.get(name) for p in patients)
    }


def _names(
    patients: Sequence[CohortPatient], columns: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """Text of attributes, from the table or from the clinical record."""
    names: dict[str, Sequence[str]] = dict(columns)
    for name in NAMED:
        cells = [p.clinical.values.get(name) for p in patients]
        if name not in names and any(cell is not None for cell in cells):
            names[name] = ["" if cell is None else str(cell) for cell in cells]
    return names


def _sizes(scores: Sequence[ScoredPatient]) -> dict[str, Floats]:
    """Volume and diameter of each patient's tumor, nan where unknown."""
    first = [s.scores[0] for s in scores]
    return {
        "lesion volume, mL": np.array([s.volume_ml or math.nan for s in first]),
        "lesion diameter, mm": np.array([s.diameter_mm or math.nan for s in first]),
    }


def _origin(metadata: Sequence[BundleMetadata], patients: Sequence[CohortPatient]) -> Origin:
    """Where everything comes from."""
    present = {p.role for p in patients}
    return Origin(
        source=f"{', '.join(m.bundle_id for m in metadata)} on a cohort table",
        roles=tuple(role for role in CohortRole if role in present),
        simulated=True if all(p.case_id.startswith("SIM-") for p in patients) else None,
        training=tuple(f"{m.bundle_id}: {cohort_sentence(m)}" for m in metadata),
        training_missing=imputed_words(metadata[0].facts) if metadata[0].facts else "",
        development=metadata[0].development.words if metadata[0].development else "",
    )


def _model_warnings(metadata: Sequence[BundleMetadata]) -> tuple[CaseWarning, ...]:
    """Models that saw simulated patients only."""
    return tuple(
        CaseWarning(code="simulated_model", message=f"{m.bundle_id}: {banner}")
        for m in metadata
        if (banner := simulated_banner(m))
    )


def _role_warnings(patients: Sequence[CohortPatient]) -> tuple[CaseWarning, ...]:
    """Patients that nobody gave a role."""
    without = sum(p.role is None for p in patients)
    if not without:
        return ()
    message = f"{without} patients have no role: whether they trained the model is not said."
    return (CaseWarning(code="no_role", message=message),)
