"""A clinical form as a person fills it in: texts with units, blanks that stay blank."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import PLAIN_NUMBER
from TACEResponseLib.basics.reading.strict_numbers import read_number
from TACEResponseLib.basics.vocabulary import spoken, vocabulary
from TACEResponseLib.patient.record import ClinicalRecord, read_record
from TACEResponseLib.patient.schema import Schema, Variable, load_schema
from TACEResponseLib.patient.scores import SURVIVAL_NOTE, DerivedScore, derived_scores

Field = Mapping[str, str]
"""`text` as typed, and `unit` where the variable has one."""
# Shown beside any form; others need values that few forms ask for.
SHOWN_SCORES = ("ALBI", "Child-Pugh", "NLR", "PLR")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCheck:
    """What to show beside one field."""

    problem: str | None
    """A sentence, if anything is wrong."""
    stated: str
    """The value in the storage unit ("4.2 g/dL = 42 g/L"), where another was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCheck:
    """What to show of a form."""

    fields: Mapping[str, FieldCheck]
    """By the name of the variable."""
    problem: str | None
    """Contradictions of fields that are each right."""
    scores: tuple[DerivedScore, ...]
    scores_note: str
    """What the scores predict."""


def form_record(form: Mapping[str, Field]) -> ClinicalRecord:
    """The record of a form.

    Args:
        form: field by variable name; one without text is absent.
    Raises: InputError: every problem of the form at once.
    """
    schema = load_schema()
    return _read({name: _given(schema, name, field) for name, field in form.items()})


def check_form(form: Mapping[str, Field], names: Iterable[str] = ()) -> FormCheck:
    """What to show beside each field while a person types.

    Args:
        form: as `form_record` takes.
        names: of variables to report on; by default those of the form.
    """
    schema = load_schema()
    fields = {}
    values = {}
    for name in dict.fromkeys([*names, *form]):
        field = form.get(name, {"text": ""})
        problem, value = _checked(schema, name, field)
        fields[name] = FieldCheck(problem=problem, stated=_stated(schema, name, field, value))
        if problem is None and value is not None:
            values[name] = value
    contradiction = _contradiction(values)
    scores = () if contradiction else derived_scores(ClinicalRecord(values=values))
    return FormCheck(
        fields=fields,
        problem=contradiction,
        scores=tuple(score for score in scores if score.name in SHOWN_SCORES),
        scores_note=SURVIVAL_NOTE,
    )


def _read(values: Mapping[str, object]) -> ClinicalRecord:
    """The record; what is unknown is no `null` in a form, but a blank."""
    with spoken(replace(vocabulary(), unknown="or leave it blank")):
        return read_record(values)


def _given(schema: Schema, name: str, field: Field) -> object:
    """A field as a JSON record would have it."""
    text = field.get("text", "").strip()
    if not text:
        return None
    variable = schema.by_name.get(name)
    if variable is None or variable.type in ("category", "boolean"):
        return text
    try:
        number = read_number(text)
    except ValueError:
        # Refused by the record's reader, in its words; a comma might mean thousands or tenths.
        return text
    unit = field.get("unit") or variable.unit
    return number if unit == variable.unit else {"value": number, "unit": unit}


def _checked(schema: Schema, name: str, field: Field) -> tuple[str | None, Any]:
    """The problem of one field alone in a form's words, and its value in the storage unit."""
    try:
        record = _read({name: _given(schema, name, field)})
    except InputError as error:
        return _in_words(schema.by_name.get(name), field, error), None
    return None, record.values.get(name)


def _in_words(variable: Variable | None, field: Field, error: InputError) -> str:
    """What to do in a form, where units are chosen and not written."""
    text, unit = field.get("text", "").strip(), field.get("unit", "")
    rule = error.rule.removeprefix(f"{variable.name} ") if variable else error.rule
    if "," in text:
        return f"{rule}, got {text}; write a decimal point"
    slip = variable.unit_slip if variable else None
    is_stored_unit = variable is not None and unit in ("", variable.unit)
    if slip and is_stored_unit and PLAIN_NUMBER.fullmatch(text) and slip.suspects(float(text)):
        return (
            f"{text} is hardly possible in {variable.unit if variable else unit}; "
            f"if it is {slip.probably}, choose that unit"
        )
    return f"{rule}, got {error.got}; {error.remedy}"


def _stated(schema: Schema, name: str, field: Field, value: Any) -> str:
    """The typed value beside its storage unit, if that is another."""
    variable: Variable | None = schema.by_name.get(name)
    unit = field.get("unit")
    if variable is None or value is None or not unit or unit == variable.unit:
        return ""
    return f"{field['text'].strip()} {unit} = {value:g} {variable.unit}"


def _contradiction(values: Mapping[str, Any]) -> str | None:
    """What values that are right each can't be together."""
    try:
        read_record(values)
    except InputError as error:
        return f"{error.rule}, got {error.got}; {error.remedy}"
    return None
