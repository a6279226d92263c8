"""What the options of `score` say of one patient, as a table says it of each: ROI and context."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.cells import truth
from TACEResponseLib.cohort.columns import CONTEXT, LIVER, ROI_CHOICE
from TACEResponseLib.cohort.patient import Problem
from TACEResponseLib.imaging.roi.roi_choice import COLUMNS, RoiChoice, choice_of
from TACEResponseLib.patient.context import CaseContext, check_dates, read_context

SEPARATOR = ";"
_USE = {LIVER: "is compared with"}
# Labels that are separated by something else, or by what a spreadsheet made of it.
WHOLE = re.compile(r"^([1-9]\d*)\.0$", re.ASCII)
"""As programs write a column of whole numbers with blanks."""
OTHERWISE_SEPARATED = re.compile(r"\d+(?:\s*[,./+&|\\:-]\s*\d+|\s+\d+)+", re.ASCII)


def read_choice(number: int, row: Mapping[str, str]) -> tuple[RoiChoice, list[Problem]]:
    """Labels, segments and whether a large ROI is meant; nothing said where a problem is.

    Args:
        number: line of the file.
        row: texts by column.
    """
    labels, segments, large = (row.get(name, "") for name in ROI_CHOICE)
    is_large = truth(large) if large else False
    if is_large is None:
        problem = Problem(
            row=number,
            column="large_roi",
            rule="must be yes or no",
            got=repr(large)[:40],
            remedy="write yes if the ROI is tumor alone, else leave it blank",
        )
        return RoiChoice(words=COLUMNS), [problem]
    try:
        choice = choice_of(
            [WHOLE.sub(r"\1", label) for label in _values(labels)],
            _values(segments),
            is_large_meant=is_large,
            words=COLUMNS,
        )
    except InputError as error:
        problem = _problem(number, error.where, error)
        if OTHERWISE_SEPARATED.fullmatch(labels):
            problem = replace(problem, remedy=_separated(labels))
        return RoiChoice(words=COLUMNS), [problem]
    return choice, []


def unused_without_roi(number: int, row: Mapping[str, str]) -> list[Problem]:
    """Problems of a choice, or of a liver mask, in a row that has no ROI.

    Args:
        number: line of the file.
        row: texts by column.
    """
    return [
        Problem(
            row=number,
            column=name,
            rule=f"{_USE.get(name, 'chooses from')} the ROI, and the row has none",
            got=repr(row[name])[:40],
            remedy="leave it blank, or give the path in column roi",
        )
        for name in (*ROI_CHOICE, LIVER)
        if row.get(name) and not (name == "large_roi" and truth(row[name]) is False)
    ]


def read_row_context(
    number: int, row: Mapping[str, str]
) -> tuple[CaseContext | None, list[Problem]]:
    """What is said of dates, treatment and stage; `None` in a table without these columns.

    Args:
        number: line of the file.
        row: texts by column.
    """
    given = {name: row[name] for name in CONTEXT if name in row}
    if not given:
        return None, []
    answers: dict[str, object] = {}
    problems = []
    for name, text in given.items():
        said = truth(text) if name == "is_first_treatment" else None
        answers[name] = text if said is None else said
        try:
            read_context({name: answers[name]})
        except InputError as error:
            problems.append(
                Problem(
                    row=number,
                    column=name,
                    rule=error.rule.removeprefix(f"{name} ").replace("true or false", "yes or no"),
                    got=error.got,
                    remedy="correct it, or leave it blank",
                )
            )
    if problems:
        return None, problems
    context = read_context(answers)
    try:
        check_dates(context, date.today())
    except InputError as error:
        return None, [_problem(number, "image_date", error)]
    return context, []


def _separated(labels: str) -> str:
    """How several labels are written."""
    shown = SEPARATOR.join(re.findall(r"\d+", labels))
    return f'separate labels by a semicolon: "{shown}"'


def _values(cell: str) -> list[str]:
    """Values of a cell."""
    return [value for part in cell.split(SEPARATOR) if (value := part.strip())]


def _problem(number: int, column: str, error: InputError) -> Problem:
    return Problem(row=number, column=column, rule=error.rule, got=error.got, remedy=error.remedy)
