"""Read a cohort table: every problem of every row at once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.cohort.header import header_problems
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.cohort.row_reading import read_row
from TACEResponseLib.cohort.table_rows import table_rows
from TACEResponseLib.errors import InputError
from TACEResponseLib.ids import shown, twins
from TACEResponseLib.regular_file import open_regular

FIRST_ROW = 2
# The largest image that is read.
MOST_IMAGE_BYTES = 4 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTable:
    """A cohort file as it was read; `patients` holds the rows without a problem."""

    path: Path
    patients: tuple[CohortPatient, ...]
    problems: tuple[Problem, ...]


def read_cohort(path: Path) -> CohortTable:
    """Read a table and check its rows against each other; images are not opened.

    Args:
        path: CSV, UTF-8, or .xlsx, one row a patient; paths in it are relative to it.
    Raises: InputError: no table can be read at all.
    """
    header, rows = table_rows(path)
    problems = header_problems(header)
    patients = []
    for number, row in enumerate(rows, start=FIRST_ROW):
        found, patient = read_row(number, row, path.parent)
        problems += found
        if patient is not None:
            patients.append(patient)
    problems += _shared(rows, patients)
    ordered = sorted(problems, key=lambda problem: (problem.row, problem.column))
    wrong = {problem.row for problem in problems}
    usable = tuple(patient for patient in patients if patient.row not in wrong)
    return CohortTable(path=path, patients=usable, problems=tuple(ordered))


def usable_cohort(path: Path) -> tuple[CohortPatient, ...]:
    """The patients of a table without any problem.

    Raises: InputError: there is one; names the first and how many more.
    """
    table = read_cohort(path)
    if table.problems:
        first, more = table.problems[0], len(table.problems) - 1
        rest = f" ({more} more: tace-response cohort check {path.name})" if more else ""
        where = f"{path.name} line {first.row}" if first.row else path.name
        raise InputError(f"{where}, {first.column}", first.rule, got=first.got,
                         remedy=first.remedy + rest)  # fmt: skip
    return table.patients


def _shared(rows: Sequence[Mapping[str, str]], patients: Sequence[CohortPatient]) -> list[Problem]:
    """What no two rows may have in common: a patient, an image, every feature."""
    return [*_same_patient(rows), *_same_image(patients), *_same_features(patients)]


def _same_patient(rows: Sequence[Mapping[str, str]]) -> list[Problem]:
    """Patients that have two rows; capitals make no other patient."""
    problems = []
    named = [(number, row) for number, row in enumerate(rows, start=FIRST_ROW) if
             row.get("case_id")]  # fmt: skip
    for place, owner in twins(row["case_id"] for _, row in named):
        (number, row), (_, first) = named[place], named[owner]
        name, other = row["case_id"], first["case_id"]
        where = "in two roles" if first.get("role", "") != row.get("role", "") else "twice"
        got = f"{shown(name)} {where}" if name == other else f"{shown(name)} beside {shown(other)}"
        problems.append(
            Problem(row=number, column="case_id", rule="must name each patient once",
                    got=got, remedy="keep one row a patient")
        )  # fmt: skip
    return problems


def _same_image(patients: Sequence[CohortPatient]) -> list[Problem]:
    """Images that two patients share, under one name or as a copy."""
    problems = []
    seen: dict[str, str] = {}
    for patient in patients:
        for sequence, path in patient.images.items():
            owner = seen.setdefault(_content(path), patient.case_id)
            if owner != patient.case_id:
                problems.append(
                    Problem(row=patient.row, column=sequence.value,
                            rule="must be this patient's own image",
                            got=f"the image of {owner}", remedy="correct the path")
                )  # fmt: skip
    return problems


def _same_features(patients: Sequence[CohortPatient]) -> list[Problem]:
    """Patients whose features agree to the last digit are one."""
    problems = []
    seen: dict[frozenset[tuple[str, float]], str] = {}
    for patient in patients:
        if not patient.features:
            continue
        owner = seen.setdefault(frozenset(patient.features.items()), patient.case_id)
        if owner != patient.case_id:
            problems.append(
                Problem(row=patient.row, column="features", rule="must be this patient's own",
                        got=f"every feature of {owner}", remedy="keep one row a patient")
            )  # fmt: skip
    return problems


def _content(path: Path) -> str:
    """Names a file by its bytes, a folder by its place."""
    if path.is_dir():
        return str(path.resolve())
    with open_regular(path, path.name, most_bytes=MOST_IMAGE_BYTES) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
