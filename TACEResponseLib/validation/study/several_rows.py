"""Several rows a patient: what a report must say of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.cohort.patient_rows import seeming_rows
from TACEResponseLib.validation.study.study import TimedOutcome


def row_warnings(patients: Sequence[str]) -> tuple[CaseWarning, ...]:
    """How many patients have several rows, and which numbers count them as patients.

    Args:
        patients: who each row is of.
    """
    rows = Counter(patients)
    if len(rows) == len(patients):
        seeming = seeming_rows(patients)
        return tuple(
            CaseWarning(code="rows_of_one", message=f"{s[0].upper()}{s[1:]}.") for s in seeming
        )
    several = sum(count > 1 for count in rows.values())
    message = (
        f"{len(patients)} rows are of {len(rows)} patients, of whom {several} have several: "
        "intervals of discrimination, calibration, usefulness and shares at the cut-off count "
        "patients; survival takes the first row of each; agreement of readers and drift count rows."
    )
    return (CaseWarning(code="several_rows", message=message),)


def once_a_patient(
    timed: Sequence[TimedOutcome], patients: Sequence[str]
) -> tuple[TimedOutcome, ...]:
    """Follow-up of the first row of each patient: nobody dies twice.

    Args:
        timed: of rows.
        patients: (n,), who each row is of.
    """
    kept = []
    for outcome in timed:
        _, first = np.unique([patients[row] for row in outcome.rows], return_index=True)
        order = np.sort(first)
        follow_up = replace(
            outcome.follow_up,
            time=outcome.follow_up.time[order],
            event=outcome.follow_up.event[order],
        )
        kept.append(replace(outcome, follow_up=follow_up, rows=outcome.rows[order]))
    return tuple(kept)
