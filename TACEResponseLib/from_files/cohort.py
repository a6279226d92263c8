"""Every patient of a table: one that fails is reported, the rest go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.errors import InputError, OutputError
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import Device, Endpoint
from TACEResponseLib.basics.writing.csv_writing import csv_text
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.words import answer_words
from TACEResponseLib.cohort.loading import in_row, load_case
from TACEResponseLib.cohort.patient import CohortPatient, Known, Problem, label_of
from TACEResponseLib.cohort.reading import CohortTable, read_cohort, refuse_header
from TACEResponseLib.cohort.twins import Twins
from TACEResponseLib.output.result_folder import write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scoring import score

PREDICTIONS = "predictions.csv"
COLUMNS = (
    "case_id",
    "role",
    "response",
    "outcome",
    "probability",
    "low_90",
    "high_90",
    "answer",
    "call",
    "warnings",
    "problem",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRequest:
    """Which patients, the model to ask, and where the answers go."""

    bundle: str | Path
    """Name of an installed bundle, or its folder or zip."""
    cohort: Path
    """CSV or .xlsx, one row a patient."""
    output: Path
    """Made by the run: a folder a patient, and a table of all."""
    with_scene: bool = True
    """Write `scene.mrb` of each, which needs slicer-core."""
    device: Device = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the table, and why there is no prediction in it."""

    cells: tuple[str, ...]
    """By `COLUMNS`."""
    problem: str = ""
    """In full, for the user's own terminal; what is written names no value."""

    @property
    def case_id(self) -> str:
        """Of the patient."""
        return self.cells[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortResult:
    """What was written."""

    table: Path
    lines: tuple[Line, ...]
    """One a patient, in the cohort's order."""

    @property
    def failures(self) -> tuple[Line, ...]:
        """Those without a prediction."""
        return tuple(line for line in self.lines if line.problem)


def score_cohort(request: CohortRequest, progress: Progress = silent) -> CohortResult:
    """Score every patient of a table into one folder, a folder each, and a table of all.

    Args:
        request: patients, model and place.
        progress: told each patient.
    Returns: what was written; a patient who could not be scored is a line with a problem.
    Raises: InputError: the table, the bundle or the folder can't be used; nothing is written then.
    """
    check_output(request.output)
    table = read_cohort(request.cohort, needed=("case_id",))
    refuse_header(table)
    _refuse_features_alone(table)
    bundle = load_bundle(request.bundle, device=choose_device(request.device))
    with new_folder(request.output) as draft:
        lines = _Scorer(bundle, draft, request.with_scene, Twins()).lines(table, progress)
        (draft / PREDICTIONS).write_text(as_csv([line.cells for line in lines]), encoding="utf-8")
    return CohortResult(table=request.output / PREDICTIONS, lines=lines)


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


@dataclass(frozen=True, slots=True)
class _Scorer:
    """What scoring a patient needs beside the patient."""

    bundle: Bundle
    draft: Path
    with_scene: bool
    twins: Twins

    def lines(self, table: CohortTable, progress: Progress) -> tuple[Line, ...]:
        """A line for each row of the table."""
        patients = {patient.row: patient for patient in table.patients}
        failed = {problem.row: problem for problem in reversed(table.problems)}
        lines = []
        for row, known in table.known.items():
            cells = _known_cells(known, self.bundle.metadata.endpoint)
            if row in patients:
                progress(patients[row].case_id)
                lines.append(self._line(patients[row], cells))
            else:
                lines.append(_failed(cells, failed[row]))
        return tuple(lines)

    def _line(self, patient: CohortPatient, known: tuple[str, ...]) -> Line:
        """Score one patient and write its folder; a line of the table either way."""
        try:
            _check_free(patient.case_id)
            case = load_case(patient, self.bundle.metadata.sequences)
            if problems := self.twins.problems(patient, case):
                return _failed(known, problems[0])
            prediction = _scored(case, self.bundle, patient)
            write_outputs(
                case, prediction, self.draft / patient.case_id, with_scene=self.with_scene
            )
        except OutputError:
            # The next patient would find the same disk.
            raise
        except InputError as error:
            return _failed(known, error)
        return Line(cells=(*known, *_cells(prediction), ""))


def _scored(case: Case, bundle: Bundle, patient: CohortPatient) -> Prediction:
    """Score a case; its errors are those of its row."""
    with in_row(patient):
        return score(case, bundle)


def _known_cells(known: Known, endpoint: Endpoint) -> tuple[str, ...]:
    """What stands in the table of a patient, scored or not."""
    label = label_of(known.response, endpoint)
    return known.case_id, known.role, known.response, "" if label is None else str(label)


def _failed(known: tuple[str, ...], problem: InputError | Problem) -> Line:
    """A line without a prediction."""
    return Line(cells=(*known, *[""] * 6, problem.written), problem=str(problem))


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
        *(map(repr, fused.limits) if fused.model_range is not None else ("", "")),
        answer_words(prediction.endpoint, fused.answer.worded) if fused.answer else "",
        fused.call,
        "; ".join(warning.code for warning in prediction.warnings),
    )


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The table of all patients."""
    return csv_text(COLUMNS, rows)
