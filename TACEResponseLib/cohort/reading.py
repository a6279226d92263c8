"""Read a cohort table: every problem of every row at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import shown, twins
from TACEResponseLib.basics.log import LOG
from TACEResponseLib.basics.reading.regular_file import check_regular
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.columns import LIVER, REQUIRED, ROI, ROI_READER2
from TACEResponseLib.cohort.header import header_problems, header_remarks
from TACEResponseLib.cohort.patient import CohortPatient, Known, Problem
from TACEResponseLib.cohort.row_reading import known_of, read_row
from TACEResponseLib.cohort.table_rows import table_rows
from TACEResponseLib.cohort.unit_remarks import unit_remarks
from TACEResponseLib.imaging.files.content import content_digest

# The largest image that is read.
MOST_IMAGE_BYTES = 4 * 1024**3
# Line of problems of the header, whatever blank lines stand before it.
HEADER = 1
Numbered = tuple[int, Mapping[str, str]]
"""A row with its line of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTable:
    """A cohort file as it was read; `patients` holds the rows without a problem."""

    path: Path
    patients: tuple[CohortPatient, ...]
    problems: tuple[Problem, ...]
    known: Mapping[int, Known] = field(default_factory=dict)
    """Of each row by its line of the file, those with a problem too."""
    remarks: tuple[str, ...] = ()
    """What was assumed or looks odd, and is no problem; logged as warnings too."""


def read_cohort(path: Path, needed: Sequence[str] = REQUIRED) -> CohortTable:
    """Read a table and check its rows against each other; images are not opened.

    Args:
        path: text or .xlsx, one row a patient; paths in it are relative to it.
        needed: columns that must be there; to be scored, patients need no role and no response.
    Raises: InputError: no table can be read at all.
    """
    table, rows = table_rows(path)
    numbered = list(zip(table.numbers, rows, strict=True))
    problems = header_problems(table.header, needed)
    patients = []
    for number, row in numbered:
        row_problems, patient = read_row(number, row, path.parent)
        problems += row_problems
        if patient is not None:
            patients.append(patient)
    problems += _shared(numbered, patients)
    wrong = {problem.row for problem in problems}
    remarks = [*header_remarks(table.header), *unit_remarks(rows)]
    for remark in remarks:
        LOG.warning("%s %s: %s", option("cohort"), path.name, remark)
    return CohortTable(
        path=path,
        patients=tuple(patient for patient in patients if patient.row not in wrong),
        problems=tuple(sorted(problems, key=lambda problem: (problem.row, problem.column))),
        known={number: known_of(row) for number, row in numbered},
        remarks=(*table.remarks, *remarks),
    )


def usable_cohort(path: Path) -> tuple[CohortPatient, ...]:
    """The patients of a table without any problem.

    Raises: InputError: there is one; names the first and how many more.
    """
    table = read_cohort(path)
    _refuse(table, table.problems)
    return table.patients


def refuse_header(table: CohortTable) -> None:
    """Refuse a table whose columns can't all be read; what one of them lacks, every row does.

    Raises: InputError: names the first column and how many more.
    """
    _refuse(table, [problem for problem in table.problems if problem.row <= HEADER])


def _refuse(table: CohortTable, problems: Sequence[Problem]) -> None:
    """Name the first problem, and how many more there are."""
    if not problems:
        return
    first, more, name = problems[0], len(table.problems) - 1, table.path.name
    rest = f" ({more} more: tace-response cohort check {name})" if more else ""
    known = table.known.get(first.row)
    owner = f" ({known.case_id})" if known and known.case_id else ""
    where = f"{name} line {first.row}{owner}" if first.row else name
    raise InputError(
        f"{where}, {first.column}", first.rule, got=first.got, remedy=first.remedy + rest
    )


def _shared(rows: Sequence[Numbered], patients: Sequence[CohortPatient]) -> list[Problem]:
    """What no two rows may have in common: a patient, an image, every feature."""
    return [*_same_patient(rows), *_same_file(patients), *_same_features(patients)]


def _same_patient(rows: Sequence[Numbered]) -> list[Problem]:
    """Patients that have two rows; capitals make no other patient."""
    problems = []
    named = [(number, row) for number, row in rows if row.get("case_id")]
    for place, owner in twins(row["case_id"] for _, row in named):
        (number, row), (_, first) = named[place], named[owner]
        name, other = row["case_id"], first["case_id"]
        where = "in two roles" if first.get("role", "") != row.get("role", "") else "twice"
        got = f"{shown(name)} {where}" if name == other else f"{shown(name)} beside {shown(other)}"
        problems.append(
            Problem(
                row=number,
                column="case_id",
                rule="must name each patient once",
                got=got,
                remedy="keep one row a patient",
            )
        )
    return problems


def _same_file(patients: Sequence[CohortPatient]) -> list[Problem]:
    """Images and masks that two patients share, under one name or as a copy.

    Nor is one image two sequences, or one mask the drawing of two readers.
    """
    problems = []
    seen: dict[str, tuple[str, str]] = {}
    for patient in patients:
        for column, path in patient.files.items():
            owner, other = seen.setdefault(_content(path), (patient.case_id, column))
            if owner != patient.case_id:
                problems.append(not_own(patient, column, owner, other))
            elif other != column and (column == ROI_READER2 or not column.startswith(ROI)):
                rule = f"must be another file than {other}"
                problems.append(
                    Problem(
                        row=patient.row,
                        column=column,
                        rule=rule,
                        got="the same content",
                        remedy="correct the path, or leave it blank",
                    )
                )
    return problems


def not_own(patient: CohortPatient, column: str, owner: str, other: str = "") -> Problem:
    """An image or mask that is another patient's, in whose row `other` names its column."""
    what, theirs = (
        "mask" if c.startswith((ROI, LIVER)) else "image" for c in (column, other or column)
    )
    return Problem(
        row=patient.row,
        column=column,
        rule=f"must be this patient's own {what}",
        got=f"the {theirs} of {owner}",
        remedy="correct the path",
    )


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
                Problem(
                    row=patient.row,
                    column="features",
                    rule="must be this patient's own",
                    got=f"every feature of {owner}",
                    remedy="keep one row a patient",
                )
            )
    return problems


def _content(path: Path) -> str:
    """Names a file by its bytes and those of what it stands for, a folder by its place."""
    if path.is_dir():
        return str(path.resolve())
    check_regular(path, path.name, most_bytes=MOST_IMAGE_BYTES)
    try:
        return content_digest(path)
    except OSError as error:
        raise InputError(
            path.name, "must be readable", got=error.strerror, remedy="check its permissions"
        ) from error
