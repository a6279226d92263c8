"""`tace-response score --cohort`: many patients; one that fails is reported, the rest go on."""

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from TACEResponseLib.bundle import Bundle
from TACEResponseLib.cohort.loading import in_columns, load_case
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.cohort.twins import Twins
from TACEResponseLib.errors import InputError
from TACEResponseLib.outputs import new_folder, write_outputs
from TACEResponseLib.prediction import Prediction
from TACEResponseLib.progress import Progress, shown

PREDICTIONS = "predictions.csv"
COLUMNS = ("case_id", "role", "response", "outcome", "probability", "low_95", "high_95", "call",
           "warnings", "problem")  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Score every patient of a table into one folder, a folder each, and a table of all."""
    from TACEResponseLib.bundle import load_bundle
    from TACEResponseLib.cnn.inference import choose_device

    if options.output.exists():
        raise InputError("--output", "must not exist yet", got=str(options.output),
                         remedy="choose another name")  # fmt: skip
    table = read_cohort(options.cohort, needed=("case_id",))
    bundle = load_bundle(options.bundle, device=choose_device(options.device))
    failed = {p.row: str(p) for p in reversed(table.problems)}
    with shown("scoring") as progress, new_folder(options.output) as draft:
        twins = Twins()
        rows = [_row(p, bundle, draft, options, progress, twins) for p in table.patients]
        rows += [(table.ids.get(row, ""), *[""] * 8, text) for row, text in failed.items()]
        (draft / PREDICTIONS).write_text(as_csv(rows), encoding="utf-8")
    sys.stdout.write(f"{options.output / PREDICTIONS}\n")
    wrong = [row for row in rows if row[-1]]
    for row in wrong:
        sys.stderr.write(f"error: {row[0]} {row[-1]}\n".replace("  ", " "))
    if wrong:
        raise InputError(f"--cohort {options.cohort.name}", "every patient must be scored",
                         got=f"{len(wrong)} of {len(rows)} not",
                         remedy=f"see the column problem of {PREDICTIONS}")  # fmt: skip


def _row(
    patient: CohortPatient,
    bundle: Bundle,
    draft: Path,
    options: argparse.Namespace,
    progress: Progress,
    twins: Twins,
) -> tuple[str, ...]:
    """Score one patient and write its folder; a line of the table either way."""
    from TACEResponseLib.scoring import score

    progress(patient.case_id)
    label = patient.label(bundle.metadata.endpoint)
    known = (patient.case_id, patient.role.value if patient.role else "", patient.response,
             "" if label is None else str(label))  # fmt: skip
    try:
        case = load_case(patient, bundle.metadata.sequences)
        if found := twins.problems(patient, case):
            return (*known, "", "", "", "", "", str(found[0]))
        prediction = score(case, bundle)
        write_outputs(case, prediction, draft / patient.case_id, with_scene=not options.no_scene)
    except InputError as error:
        return (*known, "", "", "", "", "", str(in_columns(error)))
    return (*known, *_cells(prediction), "")


def _cells(prediction: Prediction) -> tuple[str, ...]:
    fused = prediction.fused
    return (
        repr(fused.probability),
        repr(fused.interval[0]),
        repr(fused.interval[1]),
        fused.call,
        "; ".join(warning.code for warning in prediction.warnings),
    )


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The table of all patients."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()
