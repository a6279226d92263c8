"""What all columns of a row together say of dates, treatment and stage."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.columns import IMAGE_DAYS
from TACEResponseLib.cohort.patient import Problem
from TACEResponseLib.patient.context import CaseContext, check_dates
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.patient.said_twice import filled_context


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
    joined, clashes = filled_context(context, clinical)
    problems = [
        Problem(
            row=number,
            column=clash.key,
            rule=f"must say what column {clash.variable} says",
            got=clash.got,
            remedy="correct one of them, or leave one blank",
        )
        for clash in clashes
    ]
    if IMAGE_DAYS in follow_up:
        joined = replace(
            joined or CaseContext(), image_to_treatment_days=float(follow_up[IMAGE_DAYS])
        )
        problems += _clashing_days(number, joined)
    return joined, problems


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
