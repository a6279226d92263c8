"""From rows to cases: files are read when a patient's turn comes, and once."""

from collections.abc import Sequence
from functools import partial

from TACEResponseLib.case import Case
from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.reading import read_image
from TACEResponseLib.imaging.roi_reading import read_roi
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.progress import Progress, silent
from TACEResponseLib.terms import CohortRole, Endpoint, ImageSequence
from TACEResponseLib.training import Member


def load_case(patient: CohortPatient, sequences: Sequence[ImageSequence] = ()) -> Case:
    """Read one patient's files.

    Args:
        patient: a row of the table.
        sequences: those to read; all of the row's when empty.
    Raises: InputError: a file can't be read, or the case breaks a rule; names the patient.
    """
    wanted = list(sequences) or list(patient.images)
    try:
        volumes: dict[ImageSequence, Volume] = {}
        warnings: list[CaseWarning] = []
        for sequence in wanted:
            if sequence not in patient.images:
                raise InputError(sequence.value, "must name an image", got="a blank",
                                 remedy="give its path in the table")  # fmt: skip
            volumes[sequence], found = read_image(patient.images[sequence], sequence)
            warnings += found
        roi, found = read_roi(patient.roi)
        return Case(
            case_id=patient.case_id,
            images=volumes,
            roi=roi,
            clinical=patient.clinical,
            reading_warnings=(*warnings, *found),
        )
    except InputError as error:
        where = f"{patient.case_id} (line {patient.row}), {error.where}"
        raise InputError(where, error.rule, got=error.got, remedy=error.remedy) from error


def members(
    patients: Sequence[CohortPatient],
    role: CohortRole,
    endpoint: Endpoint,
    sequences: Sequence[ImageSequence],
) -> list[Member]:
    """Patients of one role that have a response, ready for `training.prepare`."""
    found = []
    for patient in patients:
        label = patient.label(endpoint)
        if patient.role is role and label is not None:
            load = partial(load_case, patient, tuple(sequences))
            found.append(Member(case_id=patient.case_id, label=label, load=load))
    return found


def check_files(
    patients: Sequence[CohortPatient], progress: Progress = silent
) -> tuple[Problem, ...]:
    """Read every image and mask, and say what is wrong with each."""
    problems = []
    for number, patient in enumerate(patients, start=1):
        progress(f"patient {number} of {len(patients)}")
        try:
            load_case(patient)
        except InputError as error:
            column = error.where.partition("), ")[2] or "files"
            problems.append(
                Problem(row=patient.row, column=column, rule=error.rule, got=error.got,
                        remedy=error.remedy)
            )  # fmt: skip
    return tuple(problems)
