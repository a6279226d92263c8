"""From predictions, or a cohort and bundles, to figures, tables and an honest report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.terms import CohortRole, Device, Endpoint
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.validation.report.metrics import measure_study
from TACEResponseLib.validation.report.pdf import check_pdf
from TACEResponseLib.validation.report.writing import write_validation
from TACEResponseLib.validation.study.cohort_study import cohort_readers, score_study
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from TACEResponseLib.validation.study.reader_calls import read_readers
from TACEResponseLib.validation.study.study import Calls, Study
from TACEResponseLib.validation.topics.topic import Results
from TACEResponseLib.validation.topics.wrong_cases.wrong_pictures import wrong_pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionsTable:
    """Anybody's predictions, and what their table does not say."""

    path: Path
    options: TableOptions = field(default_factory=TableOptions)
    endpoint: Endpoint = Endpoint.OBJECTIVE_RESPONSE
    """Of the classes of a reader study."""

    def __post_init__(self) -> None:
        """Take paths as text too."""
        take_paths(self, "path")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCohort:
    """Patients whom bundles are to score."""

    bundles: tuple[str, ...]
    """Names or paths; the first is judged, the others are compared with it."""
    cohort: Path
    role: CohortRole | None = None
    """Those of test cohorts by default, else everybody."""
    device: Device = "auto"
    jobs: int = 2
    """Worker processes; they don't change the result."""

    def __post_init__(self) -> None:
        """Refuse a number out of range; take a path as text too."""
        take_paths(self, "cohort")
        check_ranges(jobs=self.jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """What to judge, how, and where the report goes."""

    source: PredictionsTable | ScoredCohort
    output: Path
    """Made by the run."""
    reader_study: Path | None = None
    """CSV: case_id, a column for each reader."""
    landmark_day: float | None = None
    """Of the read-out: adds survival by observed outcome from then on."""
    resamples: int = 2000
    """Cohorts drawn for each interval."""
    seed: int = 1
    """Of all draws."""
    pdf: bool = False
    """Write report.pdf too, which needs WeasyPrint."""

    def __post_init__(self) -> None:
        """Refuse numbers out of range; take paths as text too."""
        take_paths(self, "output", "reader_study")
        check_ranges(landmark=self.landmark_day, resamples=self.resamples, seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What was judged, measured and written."""

    study: Study
    results: Results
    files: tuple[Path, ...]
    """The report first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """Everything that is read before anything is measured."""

    study: Study
    overviews: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures of wrong cases."""
    readers: Mapping[str, Calls] | None = None


def validate(request: ValidationRequest, progress: Progress = silent) -> Validation:
    """Read, measure, write.

    Args:
        request: what to judge, and how.
        progress: told each stage.
    Raises: InputError: an input breaks a rule; nothing is written then. MissingExtraError: a PDF
        is asked for, and WeasyPrint is not installed.
    """
    if request.pdf:
        check_pdf()
    check_output(request.output)
    source = request.source
    if isinstance(source, PredictionsTable):
        inputs = _predicted(source, request.reader_study)
    else:
        inputs = _scored(source, request.reader_study, progress)
    results = measure_study(
        inputs.study,
        seed=request.seed,
        resamples=request.resamples,
        landmark_day=request.landmark_day,
        readers=inputs.readers,
        progress=progress,
    )
    files = write_validation(
        inputs.study,
        results,
        request.output,
        overviews=inputs.overviews,
        pdf=request.pdf,
        progress=progress,
    )
    return Validation(study=inputs.study, results=results, files=files)


def _predicted(source: PredictionsTable, reader_study: Path | None) -> _Inputs:
    """A table of predictions."""
    study = read_predictions(source.path, source.options)
    return _Inputs(study=study, readers=_readers(reader_study, study, source.endpoint))


def _scored(source: ScoredCohort, reader_study: Path | None, progress: Progress) -> _Inputs:
    """A cohort scored by bundles, with pictures of wrong cases."""
    device = choose_device(source.device)
    study, patients = score_study(
        source.bundles,
        source.cohort,
        role=source.role,
        device=device,
        jobs=source.jobs,
        progress=progress,
    )
    first = source.bundles[0]
    endpoint = read_metadata(first).endpoint
    readers = _readers(reader_study, study, endpoint) or cohort_readers(patients, endpoint)
    pictures = wrong_pictures(study, first, patients, device=device, progress=progress)
    return _Inputs(study=study, overviews=pictures, readers=readers)


def _readers(
    reader_study: Path | None, study: Study, endpoint: Endpoint
) -> Mapping[str, Calls] | None:
    """The table of readers, if one was given."""
    return read_readers(reader_study, study, endpoint) if reader_study else None
