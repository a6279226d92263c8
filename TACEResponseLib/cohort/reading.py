"""Read a cohort table: every problem of every row at once."""

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.clinical.record import ClinicalRecord, read_record
from TACEResponseLib.clinical.schema import load_schema
from TACEResponseLib.cohort.columns import (
    REQUIRED,
    SEQUENCES,
    clinical_column,
    is_answer,
    nearest_column,
)
from TACEResponseLib.cohort.patient import (
    NEGATIVE_WORDS,
    POSITIVE_WORDS,
    CohortPatient,
    Problem,
)
from TACEResponseLib.errors import InputError
from TACEResponseLib.terms import CohortRole, ImageSequence, ResponseClass

FIRST_ROW = 2
RESPONSES = (*ResponseClass, *POSITIVE_WORDS, *NEGATIVE_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTable:
    """A cohort file as it was read; `patients` holds the rows without a problem."""

    path: Path
    patients: tuple[CohortPatient, ...]
    problems: tuple[Problem, ...]


def read_cohort(path: Path) -> CohortTable:
    """Read a table and check its rows against each other; images are not opened.

    Args:
        path: CSV, UTF-8, one row a patient; paths in it are relative to it.
    Raises: InputError: no table can be read at all.
    """
    header, rows = _rows(path)
    problems = _header_problems(header)
    patients = []
    for number, row in enumerate(rows, start=FIRST_ROW):
        found, patient = _patient(number, row, path.parent)
        problems += found
        if patient is not None:
            patients.append(patient)
    problems += _shared(rows, patients)
    ordered = sorted(problems, key=lambda problem: (problem.row, problem.column))
    return CohortTable(path=path, patients=tuple(patients), problems=tuple(ordered))


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


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows; blank lines are skipped, cells are stripped."""
    where = f"--cohort {path.name}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [
                {key: (value or "").strip() for key, value in row.items() if key is not None}
                for row in reader
                if any(cell for cell in row.values() if isinstance(cell, str) and cell.strip())
            ]
    except OSError as error:
        raise InputError(where, "must be a readable file", got=error.strerror or "an error",
                         remedy="check the path") from error  # fmt: skip
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(where, "must be a CSV table in UTF-8", got=type(error).__name__,
                         remedy="save it as CSV UTF-8") from error  # fmt: skip
    if not rows:
        raise InputError(where, "must hold a header and at least one patient", got="none",
                         remedy="write one row a patient")  # fmt: skip
    return header, rows


def _header_problems(header: Sequence[str]) -> list[Problem]:
    """Columns that are missing, unknown or there twice."""
    problems = [_problem(1, name, "must be a column", "none", "add it")
                for name in REQUIRED if name not in header]  # fmt: skip
    if not any(name in SEQUENCES for name in header):
        problems.append(_problem(1, "images", f"one of {', '.join(SEQUENCES)} must be a column",
                                 "none", "add the column of paths"))  # fmt: skip
    for name, count in Counter(header).items():
        if count > 1:
            problems.append(_problem(1, name, "must be a column once", f"{count} times",
                                     "remove one"))  # fmt: skip
        elif _kind(name) == "unknown":
            near = nearest_column(name)
            meant = f"did you mean {near}?" if near else "remove it, or see the cohort format"
            problems.append(_problem(1, name or "(blank)", "must be a known column", repr(name),
                                     meant))  # fmt: skip
    return problems


def _kind(name: str) -> str:
    """What a column holds."""
    from TACEResponseLib.cohort.columns import OTHER

    if name in REQUIRED or name in SEQUENCES:
        return "ours"
    if is_answer(name):
        return "answer"
    if name in OTHER:
        return "other"
    return "clinical" if clinical_column(name) else "unknown"


def _patient(
    number: int, row: Mapping[str, str], folder: Path
) -> tuple[list[Problem], CohortPatient | None]:
    """One row, or everything that is wrong with it."""
    problems: list[Problem] = []
    if not row.get("case_id"):
        problems.append(_problem(number, "case_id", "must name the patient", "a blank",
                                 "give a study number"))  # fmt: skip
    role = row.get("role", "")
    if role not in set(CohortRole):
        problems.append(_problem(number, "role", f"must be one of {', '.join(CohortRole)}",
                                 repr(role), "correct it"))  # fmt: skip
    response = row.get("response", "")
    if response and response not in RESPONSES:
        problems.append(_problem(number, "response", f"must be one of {', '.join(RESPONSES)}",
                                 repr(response), "correct it, or leave it blank"))  # fmt: skip
    files = {name: folder / row[name] for name in (*SEQUENCES, "roi") if row.get(name)}
    if "roi" not in files:
        problems.append(_problem(number, "roi", "must name the tumor's file", "a blank",
                                 "give its path"))  # fmt: skip
    for name, path in files.items():
        if not path.exists():
            problems.append(_problem(number, name, "must be there", path.name,
                                     "correct the path; it is relative to the table"))  # fmt: skip
    clinical, found = _clinical(number, row)
    problems += found
    if problems or clinical is None:
        return problems, None
    patient = CohortPatient(
        row=number,
        case_id=row["case_id"],
        role=CohortRole(role),
        images={ImageSequence(n): path for n, path in files.items() if n != "roi"},
        roi=files["roi"],
        clinical=clinical,
        response=response,
        other={name: value for name, value in row.items() if _kind(name) == "other"},
    )
    return [], patient


def _clinical(number: int, row: Mapping[str, str]) -> tuple[ClinicalRecord | None, list[Problem]]:
    """The clinical record of a row; each bad value is a problem of its own column."""
    values: dict[str, object] = {}
    problems = []
    for column, text in row.items():
        parsed = clinical_column(column) if text else None
        if parsed is None:
            continue
        given = _given(*parsed, text)
        try:
            read_record({parsed[0]: given})
        except InputError as error:
            problems.append(_problem(number, column, error.rule, error.got, error.remedy))
            continue
        values[parsed[0]] = given
    try:
        return read_record(values), problems
    except InputError as error:
        problems.append(_problem(number, "clinical", error.rule, error.got, error.remedy))
        return None, problems


def _given(variable: str, unit: str | None, text: str) -> object:
    """A cell as a JSON record would have it."""
    if load_schema().by_name[variable].type in ("category", "boolean"):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return {"value": number, "unit": unit} if unit else number


def _shared(rows: Sequence[Mapping[str, str]], patients: Sequence[CohortPatient]) -> list[Problem]:
    """What no two rows may have in common: a patient, an image."""
    problems = []
    roles: dict[str, str] = {}
    for number, row in enumerate(rows, start=FIRST_ROW):
        name, role = row.get("case_id", ""), row.get("role", "")
        if name and name in roles:
            where = "in two roles" if roles[name] != role else "twice"
            problems.append(_problem(number, "case_id", "must name each patient once",
                                     f"{name} {where}", "keep one row a patient"))  # fmt: skip
        roles.setdefault(name, role)
    seen: dict[str, str] = {}
    for patient in patients:
        for sequence, path in patient.images.items():
            owner = seen.setdefault(_content(path), patient.case_id)
            if owner != patient.case_id:
                problems.append(_problem(patient.row, sequence.value,
                                         "must be this patient's own image",
                                         f"the image of {owner}", "correct the path"))  # fmt: skip
    return problems


def _content(path: Path) -> str:
    """Names a file by its bytes, a folder by its place."""
    if path.is_dir():
        return str(path.resolve())
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _problem(row: int, column: str, rule: str, got: str, remedy: str) -> Problem:
    return Problem(row=row, column=column, rule=rule, got=got, remedy=remedy)
