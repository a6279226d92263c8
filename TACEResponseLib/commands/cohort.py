"""`tace-response cohort check | describe`: a user's own table."""

import argparse
import sys
from collections.abc import Sequence

from TACEResponseLib.cohort.checking import check_files
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.patient import Problem
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.errors import InputError
from TACEResponseLib.progress import shown
from TACEResponseLib.terms import Endpoint


def run_check(options: argparse.Namespace) -> None:
    """Print every problem of every row, files included; exit status 2 if there is one."""
    table = read_cohort(options.cohort)
    problems = list(table.problems)
    if not options.table_only:
        with shown("reading images and masks") as progress:
            problems += check_files(table.patients, progress)
    if not problems:
        sys.stdout.write(f"{len(table.patients)} patients, no problem\n")
        return
    ordered = sorted(problems, key=lambda problem: (problem.row, problem.column))
    sys.stdout.write(as_text(("line", "column", "rule", "got", "remedy"), _cells(ordered)))
    raise InputError(f"--cohort {options.cohort.name}", "must have no problem",
                     got=f"{len(problems)}", remedy="mend what the table above lists")  # fmt: skip


def run_describe(options: argparse.Namespace) -> None:
    """Print table 1."""
    table = describe_cohort(usable_cohort(options.cohort), Endpoint(options.endpoint))
    sys.stdout.write(as_text(table.header, table.rows))


def as_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns separated by two blanks, as wide as their longest cell."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def _cells(problems: Sequence[Problem]) -> list[tuple[str, ...]]:
    return [(str(p.row or ""), p.column, p.rule, p.got, p.remedy) for p in problems]
