"""Bundles and a cohort table -> `Study`: scores, size baselines, drift, readers, wrong cases."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.terms import TEST_ROLES, CohortRole, Endpoint
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.reading import read_fusion, read_metadata
from TACEResponseLib.bundle.words import cohort_sentence, simulated_banner
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.evaluation.inputs import Floats, Labels, checked_outcome, sample_warnings
from TACEResponseLib.validation.study.attributes import NAMED, attributes
from TACEResponseLib.validation.study.baselines import baselines
from TACEResponseLib.validation.study.class_scores import class_scores, observed_class
from TACEResponseLib.validation.study.cohort_scoring import ScoredPatient, score_patients
from TACEResponseLib.validation.study.drift import drift
from TACEResponseLib.validation.study.promises import promises
from TACEResponseLib.validation.study.second_roi import read_once_warnings, second_readings
from TACEResponseLib.validation.study.study import Failure, Model, Origin, Study
from TACEResponseLib.validation.study.timed_outcomes import COLUMNS, timed_outcomes, unit_warnings


def score_study(
    bundles: Sequence[str],
    cohort: Path,
    *,
    role: str | None,
    device: str,
    jobs: int,
    progress: Progress,
) -> tuple[Study, tuple[CohortPatient, ...]]:
    """Score a cohort and collect everything that a validation needs.

    Args:
        bundles: names or paths; the first is judged, the others are compared with it.
        cohort: the table.
        role: patients to take; those of test cohorts if not given, else everybody.
        device: of networks.
        jobs: worker processes.
        progress: told each stage.
    Returns: the study, and the patients in its order.
    Raises: InputError: a problem of the table, bundles of different endpoints, nobody to judge.
    """
    metadata = [read_metadata(bundle) for bundle in bundles]
    _check_bundles(metadata)
    endpoint = metadata[0].endpoint
    chosen = _chosen(usable_cohort(cohort), role, cohort)
    labeled = [p for p in chosen if p.label(endpoint) is not None]
    scored = score_patients(bundles, labeled, device=device, jobs=jobs, progress=progress)
    pairs = [(p, s) for p, s in zip(labeled, scored, strict=True) if s.scores]
    failures = [Failure(case_id=s.case_id, reason=s.problem) for s in scored if s.problem]
    failures += [
        Failure(case_id=p.case_id, reason="no response in the table")
        for p in chosen
        if p.label(endpoint) is None
    ]
    if not pairs:
        raise InputError(
            f"{option('cohort')} {cohort.name}",
            "must hold a patient that can be scored",
            got=failures[0].reason if failures else "nobody",
            remedy="see tace-response cohort check",
        )
    patients, scores = tuple(p for p, _ in pairs), tuple(s for _, s in pairs)
    study = _study(metadata, patients, scores, tuple(failures))
    of_first = [s.scores[0] for s in scores]
    again = second_readings(
        bundles[0], metadata[0], patients, of_first, device=device, jobs=jobs, progress=progress
    )
    return replace(
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
    ), patients


def _study(
    metadata: Sequence[BundleMetadata],
    patients: Sequence[CohortPatient],
    scores: Sequence[ScoredPatient],
    failures: tuple[Failure, ...],
) -> Study:
    """Everything put together."""
    first = metadata[0]
    labels = checked_outcome([int(p.label(first.endpoint) or 0) for p in patients])
    models = tuple(_model(m, i, scores) for i, m in enumerate(metadata))
    columns = _other_columns(patients)
    timed = timed_outcomes(columns)
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
        origin=_origin(metadata, patients, columns),
        responses=tuple(observed_class(p) for p in patients) if classes else (),
        class_scores=classes,
        baselines=baselines(sizes, clinical),
        timed=timed,
        attributes=attributes(_names(patients, columns), values),
        clinical=clinical,
        table_one=describe_cohort(patients, first.endpoint),
        failures=failures,
        candidates=tuple(row.model_dump(mode="json") for row in first.candidates),
        promises=tuple(promise for m in metadata for promise in promises(m)),
        warnings=(
            *_model_warnings(metadata),
            *_role_warnings(patients),
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
    patients: Sequence[CohortPatient], role: str | None, cohort: Path
) -> list[CohortPatient]:
    """Patients of the role asked for; test patients where there are any, else everybody."""
    tested = [p for p in patients if p.role in TEST_ROLES]
    chosen = [p for p in patients if p.role and p.role.value == role] if role else tested
    if role and not chosen:
        raise InputError(
            f"{option('cohort')} {cohort.name}",
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


def _origin(
    metadata: Sequence[BundleMetadata],
    patients: Sequence[CohortPatient],
    columns: Mapping[str, Sequence[str]],
) -> Origin:
    """Where everything comes from."""
    named = sorted({c for c in columns.get("criterion", ()) if c})
    present = {p.role for p in patients}
    return Origin(
        source=f"{', '.join(m.bundle_id for m in metadata)} on a cohort table",
        roles=tuple(role for role in CohortRole if role in present),
        simulated=True if all(p.case_id.startswith("SIM-") for p in patients) else None,
        criterion=", ".join(named) or f"{metadata[0].criterion} (as the model's training)",
        readout=metadata[0].readout,
        training=tuple(f"{m.bundle_id}: {cohort_sentence(m)}" for m in metadata),
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
