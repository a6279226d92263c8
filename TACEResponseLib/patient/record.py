"""A patient's clinical values, checked against the schema, in the schema's units."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.cells import number_remedy, truth
from TACEResponseLib.basics.reading.json_reading import read_json_object
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind, vocabulary
from TACEResponseLib.patient.doubts import doubts, if_impossible
from TACEResponseLib.patient.schema import Schema, Variable, load_schema
from TACEResponseLib.patient.units import in_json, meant_variable

ClinicalValue = float | int | str | bool
# A ratio given and the ratio of the given counts may differ by their rounding, not by more.
RATIO_TOLERANCE = 0.1
WHOLE = re.compile(r"^(\d+)\.0+$", re.ASCII)
"""As programs write a column of whole numbers with blanks."""
CHILD_PUGH_CLASS_POINTS = {"A": (5, 6), "B": (7, 9), "C": (10, 15)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalRecord:
    """Values by schema name, in storage units; a blank is absent, never a number."""

    values: Mapping[str, ClinicalValue] = field(default_factory=dict)
    warnings: tuple[CaseWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class _Problem:
    """One broken rule."""

    rule: str
    got: str
    remedy: str


def read_record(
    source: Path | Mapping[str, Any],
    *,
    for_pre_treatment_model: bool = True,
    in_table: bool = False,
) -> ClinicalRecord:
    """Read a record from a JSON file or a mapping.

    A value is a number, a word, true or false; `null` is absent; another unit is written
    `{"value": 4.2, "unit": "g/dL"}`.

    Args:
        source: the file, or what stood in one.
        for_pre_treatment_model: refuse variables that are known only after treatment.
        in_table: whether the values are a table's, for remedies that can be followed there.
    Raises: InputError: every problem of the record at once, in one line.
    """
    where = Subject(SubjectKind.CLINICAL, text=_place(source))
    content = (
        read_json_object(source, where, example='{"age_years": 63, ...}')
        if isinstance(source, Path)
        else source
    )
    schema = load_schema()
    values: dict[str, ClinicalValue] = {}
    problems: list[_Problem] = []
    wrong: list[str] = []
    for name, given in content.items():
        read = _read_value(schema, name, given, for_pre_treatment_model, in_table)
        if isinstance(read, _Problem):
            problems.append(read)
            wrong.append(name)
        elif read is not None:
            values[name] = read
    problems += _contradictions(values)
    if problems:
        alone = wrong[0] if len(wrong) == len(problems) == 1 else ""
        raise _all_at_once(Subject(where.kind, alone, text=where), problems)
    return ClinicalRecord(values=values, warnings=doubts(values))


def _place(source: Path | Mapping[str, Any]) -> str:
    """How messages call a record."""
    name = source.name if isinstance(source, Path) else ""
    return vocabulary().subject(SubjectKind.CLINICAL, name)


def _all_at_once(where: str, problems: list[_Problem]) -> InputError:
    """One error for all problems; the first fills the sentence, the others follow it."""
    first, *rest = problems
    more = "".join(f"; also {p.rule}, got {p.got}; {p.remedy}" for p in rest)
    return InputError(where, first.rule, got=first.got, remedy=first.remedy + more)


def _read_value(
    schema: Schema, name: str, given: object, pre_treatment: bool, in_table: bool
) -> ClinicalValue | _Problem | None:
    """One value in its storage unit, `None` for a blank, or what is wrong with it."""
    variable = schema.by_name.get(name)
    if variable is None:
        near = meant_variable(name)
        meant = in_json(near) if near else "see the clinical schema for the names"
        return _Problem("must name a known variable", repr(name)[:60], meant)
    if variable.post_treatment and pre_treatment:
        return _Problem(
            f"{name} is no input of a pre-treatment model",
            repr(given)[:40],
            f"leave it out: {variable.post_treatment}",
        )
    if given is None:
        return None
    if variable.type == "category":
        return _read_category(variable, given)
    if variable.type == "boolean":
        return _read_boolean(variable, given, in_table)
    return _read_number(variable, given, in_table)


def _read_category(variable: Variable, given: object) -> str | _Problem:
    """The stored form of a category or one of its synonyms, in any case."""
    word = str(given).strip().lower() if isinstance(given, str | int | float) else ""
    word = WHOLE.sub(r"\1", word)
    for stored, synonyms in variable.categories.items():
        if word in {stored.lower(), *(s.lower() for s in synonyms)}:
            return stored
    known = ", ".join(variable.categories)
    return _Problem(f"{variable.name} must be one of {known}", repr(given)[:40], "choose one")


def _read_boolean(variable: Variable, given: object, in_table: bool) -> bool | _Problem:
    """True or false, or the words for them."""
    if isinstance(given, bool):
        return given
    said = truth(given) if isinstance(given, str) else None
    if said is not None:
        return said
    words = "yes or no" if in_table else "true or false"
    return _Problem(f"{variable.name} must be {words}", repr(given)[:40], "write one of them")


def _read_number(variable: Variable, given: object, in_table: bool) -> float | int | _Problem:
    """A number in its storage unit."""
    value, unit = given, str(variable.unit)
    if isinstance(given, dict) and set(given) == {"value", "unit"}:
        value, written = given["value"], str(given["unit"])
        unit = variable.unit_written(written) or written
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        remedy = f"write the number alone, {vocabulary().unknown}"
        unit = "" if variable.is_pure else f" in {variable.unit}"
        return _Problem(
            f"{variable.name} must be a number{unit}",
            repr(given)[:40],
            number_remedy(str(given)) if in_table else remedy,
        )
    if unit not in variable.units:
        known = ", ".join(variable.units)
        remedy = f"name the column {variable.name} [UNIT] with one of them, or convert it"
        return _Problem(
            f"{variable.name} must be in one of {known}",
            repr(unit)[:20],
            remedy if in_table else "convert it",
        )
    stored = value * variable.units[unit]
    if variable.type == "integer" and stored != int(stored):
        return _Problem(f"{variable.name} must be a whole number", repr(value), "round it")
    shown = f"{value:g}" if variable.is_pure else f"{value:g} {unit}"
    return _in_range(variable, stored, shown, unit == variable.unit, in_table)


def _in_range(
    variable: Variable, stored: float, shown: str, is_own_unit: bool, in_table: bool
) -> float | int | _Problem:
    """The value if it is possible in its unit; a slip of the unit is named before the range."""
    slip = variable.unit_slip
    if is_own_unit and slip is not None and slip.suspects(stored):
        meant = f'write {{"value": {stored:g}, "unit": "{slip.probably}"}}'
        if in_table:
            meant = f"name the column {variable.name} [{slip.probably}]"
        return _Problem(
            f"{variable.name} must be in {variable.unit}",
            shown,
            f"if it is {slip.probably}, {meant}",
        )
    low, high = variable.range or (-math.inf, math.inf)
    if not low <= stored <= high:
        rule = f"{variable.name} must lie in {low:g} to {variable.with_unit(high)}"
        return _Problem(rule, shown, if_impossible(variable.name, stored))
    return int(stored) if variable.type == "integer" else float(stored)


def _contradictions(values: Mapping[str, ClinicalValue]) -> list[_Problem]:
    """Values that can't all be true."""
    problems = []
    for ratio, over in (("nlr", "neutrophils_1e9_per_l"), ("plr", "platelets_1e9_per_l")):
        given, top = values.get(ratio), values.get(over)
        bottom = values.get("lymphocytes_1e9_per_l")
        if given is None or top is None or not bottom:
            continue
        computed = float(top) / float(bottom)
        if abs(float(given) - computed) > RATIO_TOLERANCE * max(computed, 0.1):
            problems.append(
                _Problem(
                    f"{ratio} must be {over} / lymphocytes, {computed:.3g}",
                    f"{given:g}",
                    "leave one of them out",
                )
            )
    if values.get("multinodular") is not None and values.get("tumor_number") is not None:
        several = int(values["tumor_number"]) > 1
        if several != values["multinodular"]:
            word = "true" if several else "false"
            problems.append(
                _Problem(
                    f"multinodular must be {word} with a tumor_number of {values['tumor_number']}",
                    str(values["multinodular"]),
                    "leave one of them out",
                )
            )
    letter, points = values.get("child_pugh_class"), values.get("child_pugh_points")
    if letter is not None and points is not None:
        low, high = CHILD_PUGH_CLASS_POINTS[str(letter)]
        if not low <= int(points) <= high:
            problems.append(
                _Problem(
                    f"Child-Pugh class {letter} has {low} to {high} points",
                    f"{points}",
                    "correct one of them",
                )
            )
    return problems
