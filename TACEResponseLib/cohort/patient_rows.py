"""Rows of one patient: several are allowed, in one role and under one id; and told."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from TACEResponseLib.basics.ids import shown, twins
from TACEResponseLib.cohort.columns import LIVER, PATIENT_ID, ROI
from TACEResponseLib.cohort.patient import CohortPatient, Problem

Numbered = tuple[int, Mapping[str, str]]
"""A row with its line of the file."""
# P01_1 and P01_2, P01-lesion-a and P01-lesion-b.
NUMBERED = re.compile(r"(.*[A-Za-z0-9])[._-](?:[A-Za-z]{1,8}[._-]?)?(\d{1,2}|[a-h])")
# Fewer beginnings may be those of sites, whose patients are numbered.
FEWEST_BEGINNINGS, MOST_OF_ONE = 5, 20
ONE_PATIENT = "or give both rows one patient_id if they are one patient's"
"""A way out wherever two rows have in common what is one patient's."""


def patient_problems(rows: Sequence[Numbered]) -> list[Problem]:
    """Case ids that are there twice, patients in two writings, and patients in two roles.

    Args:
        rows: of the table.
    """
    return [*_same_case(rows), *_other_writings(rows), *_two_roles(rows)]


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
        remedy=f"correct the path, {ONE_PATIENT}",
    )


def rows_remarks(patients: Sequence[CohortPatient]) -> list[str]:
    """How many patients have several rows, and what that means.

    Args:
        patients: of a table.
    """
    rows = Counter(patient.patient for patient in patients)
    several = sum(count > 1 for count in rows.values())
    if not several:
        return seeming_rows([patient.case_id for patient in patients])
    return [
        f"{len(patients)} rows of {len(rows)} patients, of whom {several} have several: rows of "
        "one patient stay together in folds, resamples and permutations, and intervals count "
        "patients"
    ]


def seeming_rows(ids: Sequence[str]) -> list[str]:
    """A remark where ids look as if a patient's lesions were numbered, and nobody says whose.

    Args:
        ids: of all rows, each its own patient by what is said.
    """
    endings: dict[str, list[str]] = defaultdict(list)
    for name in ids:
        if match := NUMBERED.fullmatch(name):
            endings[match[1]].append(match[2].lower())
    groups = [some for some in endings.values() if 1 < len(some) <= MOST_OF_ONE]
    in_groups = sum(map(len, groups))
    if len(groups) < FEWEST_BEGINNINGS or 2 * in_groups < len(ids):
        return []
    if not all(_is_counted(some) for some in groups):
        return []
    first = next(name for name, some in endings.items() if some is groups[0])
    return [
        f"{in_groups} ids look like several rows of one patient ({first} has {len(groups[0])}): if "
        "they are, name the patient in a column patient_id, or folds and intervals take each row "
        "for a patient"
    ]


def _is_counted(endings: Sequence[str]) -> bool:
    """Whether endings count 1, 2, 3 or a, b, c."""
    places = sorted(int(e) if e.isdigit() else ord(e) - ord("a") + 1 for e in endings)
    return places[0] in (0, 1) and places == list(range(places[0], places[0] + len(places)))


def _same_case(rows: Sequence[Numbered]) -> Iterator[Problem]:
    """Case ids of two rows; capitals make no other case."""
    named = [(number, row) for number, row in rows if row.get("case_id")]
    for place, owner in twins(row["case_id"] for _, row in named):
        (number, row), (_, first) = named[place], named[owner]
        name, other = row["case_id"], first["case_id"]
        where = "in two roles" if first.get("role", "") != row.get("role", "") else "twice"
        got = f"{shown(name)} {where}" if name == other else f"{shown(name)} beside {shown(other)}"
        yield Problem(
            row=number,
            column="case_id",
            rule="must name each patient once",
            got=got,
            remedy="keep one row a patient, or give each row a case_id of its own and all of one "
            "patient the same patient_id",
        )


def _other_writings(rows: Sequence[Numbered]) -> Iterator[Problem]:
    """Patients whose ids differ in capitals alone: they would be two in every fold."""
    named = [(number, row) for number, row in rows if _patient(row)]
    for place, owner in twins(_patient(row) for _, row in named):
        (number, row), (_, first) = named[place], named[owner]
        # Without a patient id either is a case id, and that is told already.
        if _patient(row) != _patient(first) and (row.get(PATIENT_ID) or first.get(PATIENT_ID)):
            yield Problem(
                row=number,
                column=PATIENT_ID,
                rule="must be written alike in every row of a patient",
                got=f"{shown(_patient(row))} beside {shown(_patient(first))}",
                remedy="write it as in the first row",
            )


def _two_roles(rows: Sequence[Numbered]) -> Iterator[Problem]:
    """Rows of one patient of which one trains and another tests."""
    first: dict[str, Mapping[str, str]] = {}
    for number, row in rows:
        other = first.setdefault(_patient(row), row)
        # Two rows of one case id are told as such.
        if other is row or other.get("case_id") == row.get("case_id"):
            continue
        if other.get("role", "") != row.get("role", ""):
            yield Problem(
                row=number,
                column="role",
                rule="must be the same in every row of a patient",
                got=f"{_role(row)}, and {_role(other)} in another row of {shown(_patient(row))}",
                remedy="give all rows of the patient one role, or leave all blank",
            )


def _patient(row: Mapping[str, str]) -> str:
    """Who a row is of."""
    return row.get(PATIENT_ID) or row.get("case_id", "")


def _role(row: Mapping[str, str]) -> str:
    return repr(row.get("role") or "a blank")[:40]
