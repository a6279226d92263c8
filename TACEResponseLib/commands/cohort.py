"""`tace-response cohort check | describe`: a user's own table."""

import argparse
import sys
from collections.abc import Sequence

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import one_line
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.cohort.checking import check_files, without_evidence
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort


def run_check(options: argparse.Namespace) -> None:
    """Print every problem of every row, files included; exit status 2 if there is one.

    Patients whom a training would leave out are no problem, and told as notes.
    """
    table = read_cohort(options.cohort)
    problems = list(table.problems)
    notes: list[str] = []
    if not options.table_only:
        with shown("reading images and masks") as progress:
            checked = check_files(table.patients, progress)
        problems += checked.problems
        notes = list(checked.remarks)
    if problems:
        ordered = sorted(problems, key=lambda problem: (problem.row, problem.column))
        sys.stdout.write(as_text(("line", "column", "rule", "got", "remedy"), _cells(ordered)))
    notes += _notes(options.recipe, table.patients)
    sys.stdout.write("".join(f"note: {one}\n" for one in notes))
    if problems:
        raise InputError(
            f"--cohort {options.cohort.name}",
            "must have no problem",
            got=len(problems),
            remedy="mend what the table above lists",
        )
    sys.stdout.write(f"{len(table.patients)} patients, no problem\n")


def _notes(recipe: str | None, patients: Sequence[CohortPatient]) -> list[str]:
    """Who would be left out by a recipe, or by recipes that read images or features.

    Raises: InputError: no such recipe, or it would leave out too many.
    """
    if recipe is None:
        return [
            f"{p.case_id} (line {p.row}) has neither images nor features; recipes that read them "
            "leave this patient out"
            for p in without_evidence(patients)
        ]
    from TACEResponseLib.recipe.reading import find_recipe, read_recipe
    from TACEResponseLib.training.usable import usable_for

    return [str(one) for one in usable_for(read_recipe(find_recipe(recipe)), patients).left_out]


def run_describe(options: argparse.Namespace) -> None:
    """Print table 1."""
    table = describe_cohort(usable_cohort(options.cohort), Endpoint(options.endpoint))
    sys.stdout.write(as_text(table.header, table.rows))


def as_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns separated by two blanks, as wide as their longest cell."""
    lines = [tuple(map(one_line, line)) for line in (header, *rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def _cells(problems: Sequence[Problem]) -> list[tuple[str, ...]]:
    return [(str(p.row or ""), p.column, p.rule, p.got, p.remedy) for p in problems]
