"""Table 1: a cohort by role and response, missing values counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.cohort.patient import CohortPatient
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
