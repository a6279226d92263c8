"""What each column of a cohort table holds, and what is wrong with a header."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from TACEResponseLib.cohort.columns import (
    CONTEXT,
    FILES,
    NUMBERS,
    OTHER,
    PATIENT_ID,
    READING,
    REQUIRED,
    ROI_CHOICE,
    SEQUENCES,
    clinical_column,
    column_meant,
    is_answer,
    is_feature,
    other_unit,
)
from TACEResponseLib.cohort.patient import Problem

Kind = Literal["ours", "answer", "other", "reading", "feature", "clinical", "passed", "unknown"]
# What pyradiomics writes beside features: how they were computed, and from which files.
PYRADIOMICS = ("Image", "Mask", "Label", "Label_channel")
DIAGNOSTICS = ("diagnostics_", "general_info_")
# What others call the study number, without marks.
IDS = frozenset(
    {
        "id",
        "patient",
        "patientid",
        "patientno",
        "pid",
        "case",
        "caseno",
        "identifier",
        "subject",
        "subjectid",
        "studyid",
        "bcrpatientbarcode",
    }
)


def column_kind(name: str) -> Kind:
    """What a column holds."""
    if name in {*REQUIRED, PATIENT_ID, *FILES, *ROI_CHOICE, *CONTEXT}:
        return "ours"
    if is_answer(name):
        return "answer"
    if name in OTHER:
        return "other"
    if READING.fullmatch(name):
        return "reading"
    if is_feature(name):
        return "feature"
    if name.startswith(DIAGNOSTICS) or name in PYRADIOMICS:
        return "passed"
    return "clinical" if clinical_column(name) else "unknown"


def holds_numbers(name: str) -> bool:
    """Whether a column can hold numbers: in words, paths and dates a mark is no decimal one."""
    return name in NUMBERS or column_kind(name) in ("answer", "reading", "feature", "clinical")


def header_remarks(header: Sequence[str]) -> list[str]:
    """What of a table is not read."""
    passed = [name for name in header if column_kind(name) == "passed"]
    if not passed:
        return []
    more = f" and {len(passed) - 2} more" if len(passed) > 2 else ""
    return [
        f"not read, since pyradiomics wrote them beside its features: {', '.join(passed[:2])}{more}"
    ]


def header_problems(header: Sequence[str], needed: Sequence[str] = REQUIRED) -> list[Problem]:
    """Columns that are missing, unknown or there twice."""
    problems = [
        _problem(name, "must be a column", "none", "add it")
        for name in needed
        if name not in header
    ]
    if PATIENT_ID in header and "case_id" in needed and "case_id" not in header:
        remedy = "rename it case_id where a patient has one row, else add case_id, a name a row"
        problems.append(_problem(PATIENT_ID, "goes with a column case_id", "none", remedy))
    problems += [
        _problem(f"column {place}", "must have a name", "none", "name it, or remove it")
        for place, name in enumerate(header, start=1)
        if not name
    ]
    kinds = {column_kind(name) for name in header}
    if not (set(header) & set(SEQUENCES) or kinds & {"feature", "clinical"}):
        problems.append(
            _problem(
                "images",
                f"one of {', '.join(SEQUENCES)} must be a column, or "
                "clinical variables, or radiomics features",
                "none",
                "add what the recipe reads",
            )
        )
    problems += _twice_in_other_units(header)
    problems += [
        _problem(error.where, error.rule, error.got, error.remedy)
        for error in map(other_unit, dict.fromkeys(header))
        if error
    ]
    for name, count in Counter(filter(None, header)).items():
        if count > 1:
            problems.append(_problem(name, "must be a column once", f"{count} times", "remove one"))
        elif column_kind(name) == "unknown":
            meant = _id_meant(name, header) or column_meant(name)
            meant = meant or "remove it, or see docs/cohort-format.md"
            problems.append(_problem(name, "must be a known column", repr(name), meant))
    return problems


def _id_meant(name: str, header: Sequence[str]) -> str:
    """What to say of a column that names the patients in another word."""
    is_id = "".join(filter(str.isalnum, name.lower())) in IDS
    return "rename it case_id" if is_id and "case_id" not in header else ""


def _problem(column: str, rule: str, got: str, remedy: str) -> Problem:
    """A problem of the first line."""
    return Problem(row=1, column=column, rule=rule, got=got, remedy=remedy)


def _twice_in_other_units(header: Sequence[str]) -> list[Problem]:
    """A clinical variable that has several columns, of which one would be taken unseen."""
    columns: dict[str, list[str]] = {}
    for name in dict.fromkeys(header):
        if parsed := clinical_column(name):
            columns.setdefault(parsed[0], []).append(name)
    return [
        _problem(names[-1], f"{variable} must be a column once", " and ".join(names), "keep one")
        for variable, names in columns.items()
        if len(names) > 1
    ]
