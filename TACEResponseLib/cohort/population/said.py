"""What all columns of a row together say of dates, treatment and stage."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.columns import IMAGE_DAYS
from TACEResponseLib.cohort.patient import Problem
from TACEResponseLib.patient.context import BclcStage, CaseContext, Treatment, check_dates
from TACEResponseLib.patient.record import ClinicalRecord

# Columns of the context, and the clinical variables that say the same.
TWICE = {
    "planned_treatment": "treatment",
    "is_first_treatment": "earlier_treatment",
    "bclc_stage": "bclc",
}


def joined_context(
    number: int,
    context: CaseContext | None,
    clinical: ClinicalRecord,
    follow_up: Mapping[str, str],
) -> tuple[CaseContext | None, list[Problem]]:
    """The context of a row, gaps filled from its clinical values and days; and what clashes.

    Args:
        number: line of the file.
        context: of the columns that are made for it.
        clinical: of the row.
        follow_up: plain cells of its days.
    Returns: `None` where no column says anything, for then nobody was asked.
    """
    known: dict[str, Any] = {key: value for key, value in _of_record(clinical) if value is not None}
    if IMAGE_DAYS in follow_up:
        known[IMAGE_DAYS] = float(follow_up[IMAGE_DAYS])
    if not known:
        return context, []
    own = context or CaseContext()
    problems = [
        Problem(
            row=number,
            column=key,
            rule=f"must say what column {TWICE[key]} says",
            got=f"{_words(getattr(own, key))} beside {_words(value)}",
            remedy="correct one of them, or leave one blank",
        )
        for key, value in known.items()
        if key in TWICE and getattr(own, key) not in (None, value)
    ]
    gaps = {key: value for key, value in known.items() if getattr(own, key) is None}
    joined = replace(own, **gaps)
    return joined, [*problems, *_clashing_days(number, joined)]


def _clashing_days(number: int, context: CaseContext) -> list[Problem]:
    """Days that aren't those between the dates."""
    try:
        check_dates(context, date.today())
    except InputError as error:
        said = Problem(
            row=number, column=IMAGE_DAYS, rule=error.rule, got=error.got, remedy=error.remedy
        )
        return [said]
    return []


def _of_record(clinical: ClinicalRecord) -> Iterator[tuple[str, Any]]:
    """Treatment, its number and stage by the keys of the context; `None` where unknown."""
    values = clinical.values
    treatment, stage = values.get("treatment"), values.get("bclc")
    # The schema tells doses of HAIC apart, which make no other treatment.
    plain = None if treatment is None else str(treatment).split(" ")[0]
    yield "planned_treatment", Treatment(plain) if plain in set(Treatment) else None
    yield "bclc_stage", None if stage is None else BclcStage(str(stage))
    earlier = values.get("earlier_treatment")
    yield "is_first_treatment", None if earlier is None else not earlier


def _words(value: object) -> str:
    """An answer as the table would have it."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
