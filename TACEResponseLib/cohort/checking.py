"""Open every file that a cohort table names, and say what is wrong with each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from TACEResponseLib.cohort.columns import ROI, ROI_READER2
from TACEResponseLib.cohort.loading import load_case
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.reading import read_image
from TACEResponseLib.imaging.roi_reading import read_roi
from TACEResponseLib.progress import Progress, silent

Opening = tuple[str, Callable[[], object]]


def check_files(
    patients: Sequence[CohortPatient], progress: Progress = silent
) -> tuple[Problem, ...]:
    """Read every image and mask; check that those of one case fit each other.

    Args:
        patients: rows of the table; those without files pass.
        progress: told each patient.
    """
    problems: list[Problem] = []
    for number, patient in enumerate(patients, start=1):
        progress(f"patient {number} of {len(patients)}")
        found = _problems(patient, [("files", partial(load_case, patient))]
                          if patient.images else _files(patient))  # fmt: skip
        if found and patient.images:
            # A case stops at its first problem; the other files may have more.
            told = {problem.column for problem in found}
            found += [p for p in _problems(patient, _files(patient)) if p.column not in told]
        if patient.roi_reader2 is not None:
            found += _problems(patient, [(ROI_READER2, partial(read_roi, patient.roi_reader2))])
        problems += found
    return tuple(problems)


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
        yield ROI, partial(read_roi, patient.roi)
    for sequence, path in patient.sequence_rois.items():
        yield f"roi_{sequence.value}", partial(read_roi, path)


def _problems(patient: CohortPatient, openings: Iterable[Opening]) -> list[Problem]:
    """What can't be opened."""
    problems = []
    for column, opened in openings:
        try:
            opened()
        except InputError as error:
            problems.append(
                Problem(row=patient.row, column=_column(patient, error) or column,
                        rule=error.rule, got=error.got, remedy=error.remedy)
            )  # fmt: skip
    return problems


def _column(patient: CohortPatient, error: InputError) -> str:
    """The column whose file a case's error names; else its own words, empty if it has none."""
    told = error.where.partition("), ")[2]
    named = {f"--image {sequence.value}": sequence.value for sequence in patient.images}
    named |= {f"--roi {s.value}": f"roi_{s.value}" for s in patient.sequence_rois}
    return {**named, "--roi": ROI}.get(told, told)
