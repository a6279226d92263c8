"""Days and events of a table: what each cell means, and what two of them can't both say."""

from collections.abc import Mapping

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.basics.reading import cells
from TACEResponseLib.cohort.columns import DAYS, EVENTS
from TACEResponseLib.cohort.patient import Problem

PROGRESSION = ("time_to_progression_days", "progressed")
SURVIVAL = ("survival_days", "died")
# Images are of the days before treatment, which some count as negative.
OF_ANY_SIGN = "image_to_treatment_days"
# Days that were computed from months differ in their last digits.
ROUNDING = 1e-9


def follow_up_number(column: str, text: str) -> float:
    """What a filled cell says: days, or 1 for an event that was seen and 0 for none.

    Args:
        column: one of `DAYS` or `EVENTS`.
        text: of the cell.
    Raises: InputError: no number, days below 0, an event that is neither yes nor no.
    """
    if column in EVENTS:
        said = cells.truth(text)
        if said is None:
            raise InputError(
                column,
                "must be yes or no (1 or 0)",
                got=repr(text)[:40],
                remedy="write 1 if it was seen, else 0, or a blank",
            )
        return float(said)
    days = cells.number_in(text)
    if days is None:
        raise InputError(
            column,
            "must be a number of days",
            got=repr(text)[:40],
            remedy=cells.number_remedy(text),
        )
    if days < 0 and column != OF_ANY_SIGN:
        raise InputError(
            column,
            "must be 0 days or more",
            got=past(days, 0, ".6g"),
            remedy="count from the treatment, or leave it blank",
        )
    return days


def progressed_after_the_end(to_progression: float, survival: float) -> bool:
    """Whether a time to progression is longer than the life in which it was seen."""
    return to_progression > survival * (1 + ROUNDING)


def read_follow_up(number: int, row: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Follow-up of one patient in plain cells, events as 1 and 0; and what is wrong with it.

    Args:
        number: line of the file.
        row: texts by column.
    """
    numbers: dict[str, float] = {}
    plain: dict[str, str] = {}
    problems = []
    for column in filter(row.get, (*DAYS, *EVENTS)):
        try:
            numbers[column] = follow_up_number(column, row[column])
        except InputError as error:
            problems.append(_problem(number, error))
            continue
        plain[column] = str(int(numbers[column])) if column in EVENTS else row[column]
    if {*PROGRESSION, *SURVIVAL} <= set(numbers):
        first, last = numbers[PROGRESSION[0]], numbers[SURVIVAL[0]]
        if progressed_after_the_end(first, last):
            problems.append(_problem(number, contradiction(first, last)))
    return plain, problems


def contradiction(to_progression: float, survival: float) -> InputError:
    """What to say of a progression after the end of life."""
    return InputError(
        PROGRESSION[0],
        f"must not exceed {SURVIVAL[0]}",
        got=f"{past(to_progression, survival, '.6g')} against {survival:g} days",
        remedy="check that both columns have the same unit and the same start",
    )


def _problem(number: int, error: InputError) -> Problem:
    return Problem(
        row=number, column=error.where, rule=error.rule, got=error.got, remedy=error.remedy
    )
