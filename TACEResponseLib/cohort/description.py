"""Table 1: a cohort by role and response, missing values counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.patient.criterion import criterion_name
from TACEResponseLib.patient.record import ClinicalValue
from TACEResponseLib.patient.schema import Variable, load_schema

OUTCOMES = {1: "positive", 0: "negative", None: "no response read"}

# From here on a fourth digit says nothing, and an exponent would be unreadable.
FULL_FROM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOne:
    """Columns are roles by response; rows are characteristics."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def describe_cohort(
    patients: Sequence[CohortPatient], endpoint: Endpoint, without_role: str = "role to be drawn"
) -> TableOne:
    """Count and summarize.

    Args:
        patients: of a table.
        endpoint: says who is positive.
        without_role: heads those whose role is blank; training would draw one.
    Returns: a column for each role and outcome that somebody has.

    Numbers are median (quartiles), categories are n (%) of the known; every row with a missing
    value says how many. Categories that nobody has are left out.
    Patients without a response are a column of their own.
    """
    groups = {
        f"{role.value.replace('_', ' ') if role else without_role}, {word}": [
            p for p in patients if p.role is role and p.label(endpoint) == label
        ]
        for role in (*CohortRole, None)
        for label, word in OUTCOMES.items()
    }
    groups = {name: group for name, group in groups.items() if group}
    people = [str(len({p.patient for p in group})) for group in groups.values()]
    rows = [("patients", *people)]
    if len({p.patient for p in patients}) < len(patients):
        rows.insert(0, ("rows", *(str(len(group)) for group in groups.values())))
    for variable in load_schema().variables:
        if any(variable.name in p.clinical.values for p in patients):
            rows += _rows_of(variable, list(groups.values()))
    rows += _course_rows(list(groups.values()))
    return TableOne(header=("", *groups), rows=tuple(rows))


def _rows_of(
    variable: Variable, groups: Sequence[Sequence[CohortPatient]]
) -> list[tuple[str, ...]]:
    """The row, or rows, of one variable."""
    columns = [[p.clinical.values.get(variable.name) for p in group] for group in groups]
    if variable.type in ("number", "integer"):
        unit = "" if variable.unit in (None, "1") else f", {variable.unit}"
        label = f"{variable.label}{unit}, median (quartiles)"
        return [(label, *(_number(values) for values in columns))]
    stored: Sequence[ClinicalValue] = (
        (True, False) if variable.type == "boolean" else tuple(variable.categories)
    )
    words = {True: "yes", False: "no"}
    seen = {value for values in columns for value in values}
    return [
        (
            f"{variable.label}: {words[value] if isinstance(value, bool) else _plain(value)}",
            *(_share(values, value) for values in columns),
        )
        for value in stored
        if value in seen
    ]


def _course_rows(groups: Sequence[Sequence[CohortPatient]]) -> list[tuple[str, ...]]:
    """Criterion, days of read-out and image, and what a column of the context alone says."""
    rows: list[tuple[str, ...]] = []
    for label, known_of in NAMED.items():
        columns = [[known_of(p) or None for p in group] for group in groups]
        for level in sorted({value for column in columns for value in column if value}):
            rows.append((f"{label}: {level}", *(_share(column, level) for column in columns)))
    for label, days_of in DAYS_OF.items():
        columns_of_days = [[days_of(p) for p in group] for group in groups]
        if any(day is not None for column in columns_of_days for day in column):
            numbers = (_number(column) for column in columns_of_days)
            rows.append((f"{label}, days, median (quartiles)", *numbers))
    return rows


def _of_context(key: str, variable: str) -> Callable[[CohortPatient], str]:
    """What the context says where the clinical variable of the same doesn't have rows already."""

    def known(patient: CohortPatient) -> str:
        if patient.context is None or variable in patient.clinical.values:
            return ""
        return str(getattr(patient.context, key) or "")

    return known


def _first(patient: CohortPatient) -> str:
    said = None if patient.context is None else patient.context.is_first_treatment
    if said is None or "earlier_treatment" in patient.clinical.values:
        return ""
    return "yes" if said else "no"


def _image_days(patient: CohortPatient) -> float | None:
    return None if patient.context is None else patient.context.days_to_treatment


NAMED: Mapping[str, Callable[[CohortPatient], str]] = {
    "criterion": lambda patient: criterion_name(patient.other.get("criterion", "")),
    "planned treatment": _of_context("planned_treatment", "treatment"),
    "first treatment": _first,
    "BCLC stage": _of_context("bclc_stage", "bclc"),
}
DAYS_OF: Mapping[str, Callable[[CohortPatient], float | None]] = {
    "treatment to read-out": attrgetter("readout_days"),
    "image to treatment": _image_days,
}


def _plain(level: ClinicalValue) -> str:
    """A level as a reader would write it."""
    return str(level).replace("_", " ")


def _number(values: Sequence[ClinicalValue | None]) -> str:
    known = [float(v) for v in values if v is not None]
    if not known:
        return _missing(values) or "-"
    low, middle, high = np.percentile(known, (25, 50, 75))
    return f"{_digits(middle)} ({_digits(low)} to {_digits(high)})" + _note(values)


def _digits(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:.0f}" if abs(value) >= FULL_FROM else f"{value:.3g}"


def _share(values: Sequence[ClinicalValue | None], value: ClinicalValue) -> str:
    known = [v for v in values if v is not None]
    if not known:
        return _missing(values) or "-"
    n = sum(v == value for v in known)
    return f"{n} ({100 * n / len(known):.0f} %)" + _note(values)


def _note(values: Sequence[ClinicalValue | None]) -> str:
    missing = _missing(values)
    return f"; {missing}" if missing else ""


def _missing(values: Sequence[ClinicalValue | None]) -> str:
    absent = sum(v is None for v in values)
    return f"{absent} missing" if absent else ""
