"""Open every file that a cohort table names, and say what is wrong with each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.cohort.columns import LIVER, ROI, ROI_CHOICE, ROI_READER2
from TACEResponseLib.cohort.loading import load_case
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.cohort.traces.sharing import one_name, shared_things
from TACEResponseLib.cohort.traces.trace import Trace, trace_of
from TACEResponseLib.cohort.traces.traced_row import rows_of_patients
from TACEResponseLib.imaging.files.liver_reading import read_liver
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.roi.roi_choice import LIVER_COLUMN
from TACEResponseLib.patient.case import Case

Opening = tuple[str, Callable[[], object]]


# What `cohort check` tells of a case that can be read: facts of the table against its files, and
# values and masks that look wrong.
REMARKED = frozenset(
    {
        "size_differs",
        "number_differs",
        "image_date_differs",
        "image_after_treatment",
        "unit_doubtful",
        "roi_large",
        "roi_round_unchosen",
        "roi_round_chosen",
        "roi_not_in_tissue",
        "roi_not_in_body",
        "roi_mirrored",
        "roi_shifted",
        "roi_outside_liver",
        "liver_mirrored",
        "liver_shifted",
        "roi_slices_missing",
        "hu_unverified",
        "hu_clipped",
        "looks_like_ct",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFiles:
    """What opening all files has found."""

    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    """What is no problem and should be looked at."""


def check_files(patients: Sequence[CohortPatient], progress: Progress = silent) -> CheckedFiles:
    """Read every image and mask; check that those of one case fit each other and its values.

    Args:
        patients: rows of the table; those without files pass.
        progress: told each patient.
    """
    problems: list[Problem] = []
    remarks: list[str] = []
    read: list[tuple[CohortPatient, Trace]] = []
    for number, patient in enumerate(patients, start=1):
        progress(f"patient {number} of {len(patients)}")
        wrong: list[Problem] = []
        if patient.images:
            wrong, case = _read(patient)
            if case is None:
                # A case stops at its first problem; the other files may have more.
                columns = {problem.column for problem in wrong}
                wrong += [p for p in _problems(patient, _files(patient)) if p.column not in columns]
            else:
                read.append((patient, trace_of(case)))
                where = f"{patient.case_id} (line {patient.row})"
                remarks += [f"{where}: {w.message}" for w in case.warnings if w.code in REMARKED]
        else:
            wrong = _problems(patient, _files(patient))
        if patient.roi_reader2 is not None:
            wrong += _problems(patient, [(ROI_READER2, _opened(patient, patient.roi_reader2))])
        problems += wrong
    rows = rows_of_patients([patient for patient, _ in read], [trace for _, trace in read])
    problems += [one.problem for one in shared_things(rows)]
    remarks += one_name(rows)
    return CheckedFiles(problems=tuple(problems), remarks=tuple(remarks))


def _read(patient: CohortPatient) -> tuple[list[Problem], Case | None]:
    """The case, or what is wrong with it."""
    read: list[Case] = []
    problems = _problems(patient, [("files", lambda: read.append(load_case(patient)))])
    return problems, read[0] if read else None


def _opened(patient: CohortPatient, path: Path) -> Callable[[], object]:
    """Reads an ROI as the row has it chosen."""
    choice = patient.roi_choice
    return partial(
        read_roi, path, labels=choice.labels, segments=choice.segments, words=choice.words
    )


def without_evidence(patients: Sequence[CohortPatient]) -> tuple[CohortPatient, ...]:
    """Patients with neither images nor features, of a table in which others have some.

    No mistake, since recipes of clinical variables alone can use them; the others can't.
    """
    lacking = tuple(p for p in patients if not p.images and not p.features)
    return lacking if len(lacking) < len(patients) else ()


def _files(patient: CohortPatient) -> Iterator[Opening]:
    """Every file by itself."""
    for sequence, path in patient.images.items():
        yield sequence.value, partial(read_image, path, sequence)
    if patient.roi is not None:
        yield ROI, _opened(patient, patient.roi)
    for sequence, path in patient.sequence_rois.items():
        yield f"roi_{sequence.value}", _opened(patient, path)
    if patient.liver is not None:
        yield LIVER, partial(read_liver, patient.liver, LIVER_COLUMN)


def _problems(patient: CohortPatient, openings: Iterable[Opening]) -> list[Problem]:
    """What can't be opened."""
    problems = []
    for column, opened in openings:
        try:
            opened()
        except InputError as error:
            problems.append(
                Problem(
                    row=patient.row,
                    column=_column(patient, error) or column,
                    rule=error.rule,
                    got=error.got,
                    remedy=error.remedy,
                )
            )
    return problems


def _column(patient: CohortPatient, error: InputError) -> str:
    """The column whose file a case's error names; empty if it names none."""
    named = {*patient.files, *ROI_CHOICE}
    column = error.where.rpartition("), ")[2]
    return column if column in named else ""
