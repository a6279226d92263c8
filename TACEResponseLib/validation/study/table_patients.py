"""Who the patients of a table of predictions are, and who of them is left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.cohort.columns import (
    IMAGE_DAYS,
    PATIENT_ID,
    READOUT_DAYS,
    clinical_cell,
    clinical_column,
)
from TACEResponseLib.cohort.follow_up_cells import follow_up_number
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.population.said import joined_context
from TACEResponseLib.cohort.row_options import read_row_context
from TACEResponseLib.evaluation.inputs import Floats, Labels
from TACEResponseLib.patient.record import ClinicalRecord, read_record
from TACEResponseLib.validation.study.columns import Columns
from TACEResponseLib.validation.study.study import Failure

Rows = NDArray[np.bool_]


def roles_of(columns: Columns) -> tuple[CohortRole, ...]:
    """Roles that occur.

    Raises: InputError: a word that is no role.
    """
    known = {role.value: role for role in CohortRole}
    names = {cell for cell in columns.get("role", ()) if cell}
    for cell in names - set(known):
        row = list(columns["role"]).index(cell) + 1
        raise InputError(
            f"role, row {row}", f"must be one of {', '.join(known)}", got=cell, remedy="correct it"
        )
    return tuple(role for value, role in known.items() if value in names)


def clinical_records(columns: Columns) -> tuple[ClinicalRecord, ...]:
    """A clinical record a patient, from the columns that are clinical variables.

    Raises: InputError: names patient and row of a value that breaks a rule.
    """
    variables = {n: parsed for n in columns if (parsed := clinical_column(n)) is not None}
    records = []
    for row, case_id in enumerate(columns["case_id"]):
        given = {
            v: clinical_cell(v, unit, columns[name][row])
            for name, (v, unit) in variables.items()
            if columns[name][row]
        }
        try:
            records.append(read_record(given, in_table=True))
        except InputError as error:
            raise error.at(f"{case_id} (row {row + 1}), clinical") from error
    return tuple(records)


def table_patients(
    columns: Columns, labels: Labels, clinical: Sequence[ClinicalRecord]
) -> list[CohortPatient]:
    """Patients as table 1 wants them.

    Args:
        columns: of the patients that are used.
        labels: (n,), their outcomes.
        clinical: their records.
    Raises: InputError: days, dates, treatment or stage break a rule, such as an image from after
        treatment.
    """
    roles = columns.get("role") or [""] * len(clinical)
    return [
        CohortPatient(
            row=row + 1,
            case_id=case_id,
            images={},
            roi=Path(),
            clinical=clinical[row],
            role=CohortRole(roles[row]) if roles[row] else None,
            response=str(labels[row]),
            **_said(columns, row, clinical[row]),
        )
        for row, case_id in enumerate(columns["case_id"])
    ]


def _said(columns: Columns, row: int, clinical: ClinicalRecord) -> dict[str, Any]:
    """Context, criterion and read-out of a row.

    Raises: InputError: the image is from after treatment.
    """
    own = {name: cells[row] for name, cells in columns.items() if cells[row]}
    where = f"row {row + 1}, {own['case_id']}"
    days = {name: own[name] for name in (READOUT_DAYS, IMAGE_DAYS) if name in own}
    for name, text in days.items():
        try:
            follow_up_number(name, text)
        except InputError as error:
            raise error.at(f"{where}, {name}") from error
    context, problems = read_row_context(row + 1, own)
    if not problems:
        context, problems = joined_context(row + 1, context, clinical, days)
    if problems:
        first = problems[0]
        raise InputError(f"{where}, {first.column}", first.rule, got=first.got, remedy=first.remedy)
    return {"context": context, "other": {"criterion": own.get("criterion", "")} | days}


def failures_of(
    columns: Columns, outcome: Floats, probabilities: Mapping[str, Floats]
) -> tuple[Failure, ...]:
    """Patients left out, and what of them is missing."""
    failures = []
    for row, case_id in enumerate(columns["case_id"]):
        blanks = [
            n
            for n, values in {"outcome": outcome, **probabilities}.items()
            if np.isnan(values[row])
        ]
        problem = columns.get("problem", [""] * outcome.size)[row]
        if blanks:
            reason = problem or f"row {row + 1}: no {', '.join(blanks)}"
            failures.append(Failure(case_id=case_id, reason=reason))
    return tuple(failures)


def left_out_warnings(missing: Rows, chosen: Rows, outcome: Floats) -> tuple[CaseWarning, ...]:
    """How many patients could not be used.

    Args:
        missing: (n,), true for rows that lack something.
        chosen: (n,), true for rows of the role that is judged.
        outcome: (n,), nan where unknown.
    """
    if not missing.any():
        return ()
    n, row = int(missing.sum()), int(np.flatnonzero(missing)[0]) + 1
    no_outcome = int(np.isnan(outcome[missing]).sum())
    return (
        CaseWarning(
            code="left_out",
            message=f"{n} of {int(chosen.sum())} patients are left out, the first in row {row}: "
            f"{no_outcome} without an outcome, {n - no_outcome} without a probability. If "
            "they differ from the others, so would the numbers.",
        ),
    )


def patients_of(columns: Columns) -> tuple[str, ...]:
    """Who each row is of: its patient id, or else its case id.

    Raises: InputError: an id that can't name a file, ids that differ in capitals alone, or a
        patient in two roles.
    """
    cells = columns.get(PATIENT_ID) or [""] * len(columns["case_id"])
    for row, cell in enumerate(cells, start=1):
        if cell:
            check_id(cell, f"{PATIENT_ID}, row {row}")
    patients = tuple(p or case for p, case in zip(cells, columns["case_id"], strict=True))
    roles = columns.get("role") or [""] * len(patients)
    first: dict[str, int] = {}
    for row, patient in enumerate(patients):
        other = first.setdefault(patient.casefold(), row)
        if patients[other] != patient:
            raise _unlike(
                row, PATIENT_ID, "must be written alike in every row of a patient", patient
            )
        if roles[other] != roles[row]:
            raise _unlike(row, "role", "must be the same in every row of a patient", roles[row])
    return patients


def _unlike(row: int, column: str, rule: str, got: str) -> InputError:
    return InputError(
        f"{column}, row {row + 1}", rule, got=repr(got)[:40], remedy="write it as in the first row"
    )
