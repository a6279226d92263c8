"""Somebody else's model: a table of predictions and outcomes -> `Study`.

Columns: case_id, outcome (0 or 1), one of probabilities a model; what else the table knows (site,
follow-up, clinical variables) is used where it can be. `NAME#1`, `NAME#2` are repeats of a
cross-validation of the model NAME. Probabilities of four classes are read by `class_columns`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.cells import truth
from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.columns import (
    OTHER,
    PATIENT_ID,
    SEQUENCES,
    column_meant,
)
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.header import column_kind
from TACEResponseLib.cohort.population.facts import table_facts
from TACEResponseLib.evaluation.inputs import (
    Floats,
    checked_outcome,
    checked_probabilities,
    sample_warnings,
)
from TACEResponseLib.patient.context import PopulationLimits
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.patient.units import other_writing
from TACEResponseLib.validation.study.attributes import attributes
from TACEResponseLib.validation.study.baselines import baselines
from TACEResponseLib.validation.study.class_columns import POSITIVE_CLASS, of_classes, split_classes
from TACEResponseLib.validation.study.columns import (
    Columns,
    is_numeric,
    numbers,
    of_table,
    read_columns,
    refuse_twins,
    require,
)
from TACEResponseLib.validation.study.judged_roles import (
    Role,
    judged,
    roles_in_order,
    told_apart,
)
from TACEResponseLib.validation.study.several_rows import once_a_patient, row_warnings
from TACEResponseLib.validation.study.study import HALF, HALF_SET_ON, Model, Origin, Study
from TACEResponseLib.validation.study.table_patients import (
    clinical_records,
    failures_of,
    left_out_warnings,
    patients_of,
    roles_of,
    table_patients,
)
from TACEResponseLib.validation.study.timed_outcomes import timed_outcomes, unit_warnings

OPTION = "predictions"
ALIASES = {"age": "age_years"}
SIZES = {"lesion_volume_ml": "lesion volume, mL", "lesion_diameter_mm": "lesion diameter, mm"}
# Of our own `score --cohort`, and of cohort tables.
PASSED_OVER = {
    "case_id",
    PATIENT_ID,
    "outcome",
    "role",
    "roi",
    "response",
    "low_90",
    "high_90",
    "answer",
    # Of tables of before there were ranges.
    "low_95",
    "high_95",
    "call",
    "warnings",
    "problem",
    *SEQUENCES,
    *SIZES,
    *OTHER,
}
MODELS = ("unknown", "answer")
"""Kinds of columns that hold a model's probabilities; the known law of a simulation is one."""
REPEAT = "#"
NO_ROLE = "no role given"
NO_LIMITS = PopulationLimits(first_treatment_only=False)
"""A table of probabilities does not say whom its models are made for."""
Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """What a table can't say of itself."""

    threshold: float | None = None
    threshold_set_on: str = "a cut-off that the user gave"
    positive_class: str = "outcome 1"
    simulated: bool | None = None
    cross_validated: bool = False


def read_predictions(path: Path, options: TableOptions) -> Study:
    """The first of `read_prediction_studies`, which has the arguments and errors."""
    return next(iter(read_prediction_studies(path, options).values()))


def read_prediction_studies(path: Path, options: TableOptions) -> dict[Role, Study]:
    """Read and check a table of predictions; each role of it is a study of its own.

    Args:
        path: CSV, UTF-8, one row a patient, or several with `patient_id`.
        options: what the user says of it.
    Returns: by role, the one to believe first at the front: patients with outcome and all
        probabilities; the others are its failures.
    Raises: InputError: a rule is broken; names column and row, row 1 below the header.
    """
    raw = read_columns(path, option(OPTION))
    where = f"{option(OPTION)} {path.name}"
    _check_threshold(options)
    with of_table(where):
        roles_of(raw)
        rows = [CohortRole(cell) if cell else None for cell in raw.get("role", ())]
        rows = rows or [None] * len(next(iter(raw.values())))
        counts = Counter(rows)
        made, unjudged = judged(
            roles_in_order(counts, tests_alone=False),
            counts,
            lambda role: _checked(raw, where, options, np.array([r is role for r in rows])),
        )
    return told_apart(made, counts, unjudged)


def _checked(raw: Columns, where: str, options: TableOptions, chosen: Rows) -> Study:
    """The study of a table's columns, of the chosen rows (n,)."""
    columns, classes = split_classes({ALIASES.get(k, k): v for k, v in raw.items()}, where)
    require(columns, ("case_id", "outcome"), where)
    refuse_twins(columns["case_id"], where)
    patients_of(columns)
    names = _model_columns(columns, where)
    outcome = _outcome(columns)
    probabilities = {name: _probabilities(columns, name) for name in names}
    known = np.isfinite(outcome) & np.all([np.isfinite(p) for p in probabilities.values()], axis=0)
    own = {n for n, is_chosen in zip(columns["case_id"], chosen, strict=True) if is_chosen}
    missing, known = chosen & ~known, chosen & known
    kept = {
        name: [c for c, k in zip(cells, known, strict=True) if k] for name, cells in columns.items()
    }
    labels = checked_outcome(outcome[known])
    models = _models({name: p[known] for name, p in probabilities.items()}, options)
    responses, class_scores = of_classes(classes, known)
    timed_outcomes(columns)  # Refuses with the rows of the whole table.
    timed = once_a_patient(timed_outcomes(kept), patients_of(kept))
    clinical = clinical_records(kept)
    values = _numbers(kept, clinical)
    origin = _origin(kept, options, models)
    described = table_patients(kept, labels, clinical)
    patients = patients_of(kept)
    return Study(
        case_ids=tuple(kept["case_id"]),
        outcome=labels,
        positive_class=POSITIVE_CLASS if classes else options.positive_class,
        models=models,
        origin=origin,
        responses=responses,
        class_scores=class_scores,
        baselines=baselines({SIZES[k]: v for k, v in values.items() if k in SIZES}, clinical),
        timed=timed,
        attributes=attributes(kept, values),
        clinical=clinical,
        table_one=describe_cohort(
            described,
            Endpoint.OBJECTIVE_RESPONSE,
            without_role=NO_ROLE,
        ),
        facts=table_facts(described, NO_LIMITS),
        failures=tuple(
            one for one in failures_of(columns, outcome, probabilities) if one.case_id in own
        ),
        patients=patients,
        warnings=(
            *sample_warnings(labels, models[0].probabilities),
            *left_out_warnings(missing, chosen, outcome),
            *row_warnings(patients),
            *unit_warnings(timed, kept.get("site", ())),
        ),
    )


def _origin(columns: Columns, options: TableOptions, models: Sequence[Model]) -> Origin:
    """Where the numbers come from."""
    return Origin(
        source="a table of predictions",
        roles=roles_of(columns),
        simulated=options.simulated,
        cross_validated=options.cross_validated or any(m.repeats for m in models),
    )


def _check_threshold(options: TableOptions) -> None:
    if options.threshold is not None and not 0 < options.threshold < 1:
        raise InputError(
            option("threshold"),
            "must lie inside 0..1",
            got=options.threshold,
            remedy="give the model's own cut-off",
        )


def _model_columns(columns: Columns, where: str) -> list[str]:
    """Columns that are not known to be something else.

    Raises: InputError: none, or one without numbers.
    """
    others = [n for n in columns if n not in PASSED_OVER and column_kind(n) in MODELS]
    for name in others:
        if not is_numeric(columns[name]) or other_writing(name):
            raise InputError(
                f"{where}, {name}",
                "must be probabilities of a model or a known column",
                got=next((repr(c)[:40] for c in columns[name] if c), "blanks"),
                remedy=column_meant(name)
                or "write probabilities from 0 to 1, or remove the column",
            )
    if not others:
        raise InputError(
            where,
            "must hold a column of probabilities",
            got=", ".join(columns)[:80],
            remedy="add one column a model, named after it",
        )
    return others


def _outcome(columns: Columns) -> Floats:
    """0 and 1, nan where blank; gaps are filled for the check, to keep the rows' numbers."""
    words = {**columns, "outcome": [_outcome_number(cell) for cell in columns["outcome"]]}
    values = numbers(words, "outcome")
    if not np.isfinite(values).any():
        raise InputError(
            "outcome",
            "must be known of at least one patient",
            got="blanks",
            remedy="write 1 for the positive class and 0 for the other",
        )
    filled = np.where(np.isfinite(values), values, values[np.isfinite(values)][0])
    checked_outcome(filled, both_classes=False)
    return values


def _outcome_number(cell: str) -> str:
    """1 for yes and 0 for no; other cells as they are."""
    said = truth(cell)
    return cell if said is None else str(int(said))


def _probabilities(columns: Columns, name: str) -> Floats:
    """Within 0..1, nan where blank."""
    values = numbers(columns, name)
    filled = np.where(np.isfinite(values), values, np.nanmean(values))
    checked_probabilities(filled, np.zeros(values.size, dtype=np.int_), name=name)
    return values


def _models(columns: Mapping[str, Floats], options: TableOptions) -> tuple[Model, ...]:
    """One model a name; repeats of one are put together."""
    by_name: dict[str, list[Floats]] = {}
    for column, values in columns.items():
        by_name.setdefault(column.split(REPEAT)[0], []).append(values)
    given = options.threshold is not None
    return tuple(
        Model(
            name=name,
            probabilities=np.mean(repeats, axis=0),
            threshold=HALF if options.threshold is None else options.threshold,
            threshold_set_on=options.threshold_set_on if given else HALF_SET_ON,
            repeats=tuple(repeats) if len(repeats) > 1 or options.cross_validated else (),
        )
        for name, repeats in by_name.items()
    )


def _numbers(columns: Columns, clinical: Sequence[ClinicalRecord]) -> dict[str, Floats]:
    """Numbers that baselines and subgroups use."""
    values = {name: numbers(columns, name) for name in SIZES if name in columns}
    for name in ("age_years", "tumor_size_cm"):
        cells = [record.values.get(name) for record in clinical]
        values[name] = np.array([np.nan if c is None else float(c) for c in cells])
    return values
