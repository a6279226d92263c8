"""Several validations side by side; on the same patients, tested against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import cell_text, printable
from TACEResponseLib.basics.reading.json_reading import read_json_object
from TACEResponseLib.cohort.columns import PATIENT_ID
from TACEResponseLib.evaluation.discrimination.auc_difference import auc_difference
from TACEResponseLib.evaluation.inputs import Floats, Labels
from TACEResponseLib.evaluation.significance import holm
from TACEResponseLib.validation.report.names import FORMAT, METRICS, PREDICTIONS
from TACEResponseLib.validation.study.columns import (
    Columns,
    numbers,
    of_table,
    read_columns,
    require,
)
from TACEResponseLib.validation.style.words import number, p_value

Rows = tuple[tuple[str, ...], ...]
COLUMNS = (
    "validation",
    "model",
    "positive class",
    "n",
    "events",
    "AUC",
    "slope",
    "observed/expected",
    "Brier",
    "sensitivity",
    "specificity",
)
PAIR_COLUMNS = ("first", "second", "difference of AUC", "p", "p (Holm)", "n")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Validation:
    """What was read of one folder."""

    name: str
    metrics: Mapping[str, Any]
    outcome: Mapping[str, int]
    """By case id."""
    probabilities: Mapping[str, Floats]
    """By model, in the order of `outcome`."""
    patients: tuple[str, ...] = ()
    """Who each row is of, in that order; empty where each is a patient of its own."""


def read_validation(folder: Path) -> Validation:
    """Read the folder that `validate` wrote.

    Raises: InputError: no such folder, or one of another format.
    """
    where = folder.name or str(folder)
    try:
        metrics = read_json_object(folder / METRICS, f"{where}/{METRICS}", example="by validate")
    except InputError as error:
        got = f"one whose {METRICS} {error.rule}, not {error.got}"
        raise InputError(
            where,
            f"must be a folder that validate wrote, with {METRICS}",
            got=got if folder.is_dir() else "no such folder",
            remedy="run tace-response validate",
        ) from error
    if metrics.get("format") != FORMAT:
        raise InputError(
            where,
            f"must be of format {FORMAT}",
            got="another",
            remedy="validate again with this version",
        )
    columns = read_columns(folder / PREDICTIONS, where)
    require(columns, ("case_id", "outcome"), where)
    try:
        with of_table(f"{where}/{PREDICTIONS}"):
            return _validation(where, metrics, columns)
    except (LookupError, TypeError, AttributeError) as error:
        raise InputError(
            where,
            f"{METRICS} and {PREDICTIONS} must be as validate wrote them",
            got=f"something else at {str(error)[:60]}",
            remedy="run tace-response validate",
        ) from error


def _validation(where: str, metrics: Mapping[str, Any], columns: Columns) -> Validation:
    """Both files as one; every key that is needed later is asked for now."""
    outcome = np.nan_to_num(numbers(columns, "outcome")).astype(int).tolist()
    names = [model["name"] for model in metrics["results"]["models"]]
    validation = Validation(
        name=where,
        metrics=metrics,
        outcome=dict(zip(columns["case_id"], outcome, strict=True)),
        # As written, a name that a spreadsheet would compute has an apostrophe before it.
        probabilities={name: numbers(columns, cell_text(printable(name))) for name in names},
        patients=tuple(columns.get(PATIENT_ID, ())),
    )
    side_by_side([validation])
    paired([validation])
    return validation


def side_by_side(validations: Sequence[Validation]) -> Rows:
    """A row for each model of each validation."""
    return tuple(_row(v, model) for v in validations for model in v.metrics["results"]["models"])


def paired(validations: Sequence[Validation]) -> Rows:
    """DeLong's paired test of every two models on the same patients, corrected by Holm.

    Validations of other patients, of another positive class, or of out-of-fold predictions are
    left out: no paired test holds there.
    """
    models = [
        (v, name)
        for v in validations
        for name in v.probabilities
        if not v.metrics["origin"]["cross_validated"]
    ]
    rows, p_values = [], []
    for (one, first), (other, second) in combinations(models, 2):
        if not _same_patients(one, other):
            continue
        labels, order = _aligned(one, other)
        test = auc_difference(
            labels,
            one.probabilities[first],
            other.probabilities[second][order],
            clusters=one.patients or None,
        )
        gap = test.difference
        rows.append(
            (
                f"{one.name}: {first}",
                f"{other.name}: {second}",
                f"{number(gap.value, 3)} ({number(gap.low, 3)} to {number(gap.high, 3)})",
                p_value(test.significance),
                str(gap.n),
            )
        )
        p_values.append(test.significance.p)
    known = [p for p in p_values if p == p]  # nan
    adjusted = iter(holm(known))
    return tuple(
        (*row[:4], p_value(float(next(adjusted))) if p == p else "no test", row[4])
        for row, p in zip(rows, p_values, strict=True)
    )


def _row(validation: Validation, model: Mapping[str, Any]) -> tuple[str, ...]:
    metrics, calls = validation.metrics, model["threshold"]
    return (
        validation.name,
        model["name"],
        metrics["positive_class"],
        str(metrics["n"]),
        str(metrics["events"]),
        _in_words(model["auc"]),
        _in_words(model["slope"]),
        _in_words(model["recalibrated"]["observed_to_expected"]),
        _in_words(model["brier"]),
        _in_words(calls["sensitivity"]),
        _in_words(calls["specificity"]),
    )


def _in_words(estimate: Mapping[str, Any]) -> str:
    """As `words.interval`, from JSON."""
    values = [estimate[key] for key in ("value", "low", "high")]
    if not all(isinstance(value, int | float) for value in values):
        return "not estimable"
    return f"{number(values[0], 3)} ({number(values[1], 3)} to {number(values[2], 3)})"


def _same_patients(one: Validation, other: Validation) -> bool:
    """Same ids, same outcomes, same question."""
    same_class = one.metrics["positive_class"] == other.metrics["positive_class"]
    return same_class and dict(one.outcome) == dict(other.outcome)


def _aligned(one: Validation, other: Validation) -> "tuple[Labels, Labels]":
    """Outcomes in the first's order, and where each of its patients stands in the other."""
    place = {case_id: row for row, case_id in enumerate(other.outcome)}
    return (
        np.array(list(one.outcome.values()), dtype=np.int_),
        np.array([place[case_id] for case_id in one.outcome], dtype=np.int_),
    )
