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
from TACEResponseLib.validation.report.writing import Part, write_validation
from TACEResponseLib.validation.study.cohort_study import cohort_readers, score_studies
from TACEResponseLib.validation.study.judged_roles import role_name
from TACEResponseLib.validation.study.predictions_table import (
    TableOptions,
    read_prediction_studies,
)
from TACEResponseLib.validation.study.reader_calls import read_readers
from TACEResponseLib.validation.study.study import Calls, Failure, Study
from TACEResponseLib.validation.topics.topic import Results
from TACEResponseLib.validation.topics.wrong_cases.wrong_pictures import wrong_pictures

OF_PATIENTS = frozenset(
    {"other_roles", "overlap_not_checked", "overlap_by_chance", "several_rows", "rows_of_one"}
)


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
    others: Mapping[str, tuple[Study, Results]] = field(default_factory=dict)
    """What was judged beside it, by the name of its folder: a role each."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Of the report's warnings those that say who the patients are, which come first."""
        return tuple(w.message for w in self.study.warnings if w.code in OF_PATIENTS)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Patients of any role who could not be used."""
        studies = (self.study, *(study for study, _ in self.others.values()))
        return tuple(failure for study in studies for failure in study.failures)


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
    parts = {name: _part(one, request, progress) for name, one in inputs.items()}
    first, *others = parts
    files = write_validation(
        parts[first].study,
        parts[first].results,
        request.output,
        overviews=parts[first].overviews,
        pdf=request.pdf,
        progress=progress,
        others={name: parts[name] for name in others},
    )
    return Validation(
        study=parts[first].study,
        results=parts[first].results,
        files=files,
        others={name: (parts[name].study, parts[name].results) for name in others},
    )


def _part(inputs: _Inputs, request: ValidationRequest, progress: Progress) -> Part:
    """One role, measured."""
    results = measure_study(
        inputs.study,
        seed=request.seed,
        resamples=request.resamples,
        landmark_day=request.landmark_day,
        readers=inputs.readers,
        progress=progress,
    )
    return Part(study=inputs.study, results=results, overviews=inputs.overviews)


def _predicted(source: PredictionsTable, reader_study: Path | None) -> dict[str, _Inputs]:
    """A table of predictions, by role."""
    return {
        role_name(role): _Inputs(
            study=study, readers=_readers(reader_study, study, source.endpoint)
        )
        for role, study in read_prediction_studies(source.path, source.options).items()
    }


def _scored(
    source: ScoredCohort, reader_study: Path | None, progress: Progress
) -> dict[str, _Inputs]:
    """A cohort scored by bundles, with pictures of wrong cases, by role."""
    device, first = choose_device(source.device), source.bundles[0]
    endpoint = read_metadata(first).endpoint
    scored = score_studies(
        source.bundles,
        source.cohort,
        role=source.role,
        device=device,
        jobs=source.jobs,
        progress=progress,
    )
    inputs = {}
    for role, one in scored.items():
        readers = _readers(reader_study, one.study, endpoint)
        inputs[role_name(role)] = _Inputs(
            study=one.study,
            overviews=wrong_pictures(
                one.study, first, one.patients, device=device, progress=progress
            ),
            readers=readers or cohort_readers(one.patients, endpoint),
        )
    return inputs


def _readers(
    reader_study: Path | None, study: Study, endpoint: Endpoint
) -> Mapping[str, Calls] | None:
    """The table of readers, if one was given."""
    return read_readers(reader_study, study, endpoint) if reader_study else None
