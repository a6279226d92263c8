"""`tace-response score --cohort`: many patients; one that fails is reported, the rest go on."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.errors import InputError, OutputError
from TACEResponseLib.basics.process.progress import Progress, shown
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.basics.writing.csv_writing import csv_text
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.bundle import Bundle
from TACEResponseLib.cohort.loading import load_case, of_patient
from TACEResponseLib.cohort.patient import CohortPatient, Known, Problem, label_of
from TACEResponseLib.cohort.reading import CohortTable, read_cohort, refuse_header
from TACEResponseLib.cohort.twins import Twins
from TACEResponseLib.output.result_folder import write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction

PREDICTIONS = "predictions.csv"
COLUMNS = (
    "case_id",
    "role",
    "response",
    "outcome",
    "probability",
    "low_95",
    "high_95",
    "call",
    "warnings",
    "problem",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the table, and what is told of it on the terminal."""

    cells: tuple[str, ...]
    problem: str = ""
    """In full; what is written names no value."""


def run(options: argparse.Namespace) -> None:
    """Score every patient of a table into one folder, a folder each, and a table of all."""
    from TACEResponseLib.bundle import load_bundle
    from TACEResponseLib.evidence.image_network.inference import choose_device

    check_output(options.output)
    table = read_cohort(options.cohort, needed=("case_id",))
    refuse_header(table)
    _refuse_features_alone(table)
    bundle = load_bundle(options.bundle, device=choose_device(options.device))
    patients = {patient.row: patient for patient in table.patients}
    failed = {problem.row: problem for problem in reversed(table.problems)}
    lines = []
    with shown("scoring") as progress, new_folder(options.output) as draft:
        twins = Twins()
        for row, known in table.known.items():
            cells = _known_cells(known, bundle.metadata.endpoint)
            if row in patients:
                lines.append(_line(patients[row], cells, bundle, draft, options, progress, twins))
            else:
                lines.append(_failed(cells, failed[row]))
        rows = [line.cells for line in lines]
        (draft / PREDICTIONS).write_text(as_csv(rows), encoding="utf-8")
    sys.stdout.write(f"{options.output / PREDICTIONS}\n")
    wrong = [line for line in lines if line.problem]
    for line in wrong:
        name = "" if line.problem.startswith(line.cells[0]) else f"{line.cells[0]} "
        sys.stderr.write(f"error: {name}{line.problem}\n")
    if wrong:
        raise InputError(
            f"--cohort {options.cohort.name}",
            "every patient must be scored",
            got=f"{len(wrong)} of {len(lines)} not",
            remedy=f"see the column problem of {PREDICTIONS}",
        )


def _refuse_features_alone(table: CohortTable) -> None:
    """Refuse a table without any image, which other commands can use."""
    if any(patient.images for patient in table.patients):
        return
    if any(patient.features for patient in table.patients):
        raise InputError(
            f"--cohort {table.path.name}",
            "must name images, of which score draws maps",
            got="radiomics features alone",
            remedy="add the columns of the bundle's sequences; "
            "validate scores features, of patients with a response",
        )


def _line(
    patient: CohortPatient,
    known: tuple[str, ...],
    bundle: Bundle,
    draft: Path,
    options: argparse.Namespace,
    progress: Progress,
    twins: Twins,
) -> _Line:
    """Score one patient and write its folder; a line of the table either way."""
    progress(patient.case_id)
    try:
        _check_free(patient.case_id)
        case = load_case(patient, bundle.metadata.sequences)
        if found := twins.problems(patient, case):
            return _failed(known, found[0])
        prediction = _scored(case, bundle, patient)
        write_outputs(case, prediction, draft / patient.case_id, with_scene=not options.no_scene)
    except OutputError:
        # The next patient would find the same disk.
        raise
    except InputError as error:
        return _failed(known, error)
    return _Line(cells=(*known, *_cells(prediction), ""))


def _scored(case: Case, bundle: Bundle, patient: CohortPatient) -> Prediction:
    """Score a case; its errors are those of its row."""
    from TACEResponseLib.scoring import score

    try:
        return score(case, bundle)
    except InputError as error:
        raise of_patient(error, patient) from error


def _known_cells(known: Known, endpoint: Endpoint) -> tuple[str, ...]:
    """What stands in the table of a patient, scored or not."""
    label = label_of(known.response, endpoint)
    return known.case_id, known.role, known.response, "" if label is None else str(label)


def _failed(known: tuple[str, ...], problem: InputError | Problem) -> _Line:
    """A line without a prediction."""
    return _Line(cells=(*known, *[""] * 5, problem.written), problem=str(problem))


def _check_free(case_id: str) -> None:
    """A patient's folder lies beside the table of all."""
    if case_id.casefold() == PREDICTIONS.casefold():
        raise InputError(
            "case_id",
            f"must be another name than that of the table {PREDICTIONS}",
            got=case_id,
            remedy="give another study number",
        )


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
    return csv_text(COLUMNS, rows)
