"""From rows to cases: files are read when a patient's turn comes, and once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from TACEResponseLib.case import Case
from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.reading import read_image
from TACEResponseLib.imaging.roi_reading import check_choice_used, read_case_rois
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.terms import CohortRole, Endpoint, ImageSequence

OPTIONS_AS_COLUMNS = {
    r"--image (\w+)=FILE": r"its path in column \1",
    r"--roi (\w+)=FILE": r"its path in column roi_\1",
    r"--roi FILE": "its path in column roi",
}


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
            volumes[sequence], found = read_image(patient.images[sequence], sequence, name="")
            warnings += found
        _check_choice(patient)
        own = {s: path for s, path in patient.sequence_rois.items() if s in wanted}
        roi, drawn, found = read_case_rois(patient.roi, own, patient.roi_choice, tells_names=False)
        return Case(
            case_id=patient.case_id,
            images=volumes,
            roi=roi,
            sequence_rois=drawn,
            clinical=patient.clinical,
            context=patient.context,
            roi_choice=patient.roi_choice,
            reading_warnings=(*warnings, *found),
        )
    except InputError as error:
        # The line names the file; what is said here is written too, and file names name patients.
        where = f"{patient.case_id} (line {patient.row}), {error.where}"
        raise in_columns(error.at(where)) from error


def in_columns(error: InputError) -> InputError:
    """An error of one case with a remedy of a table: options of one patient are columns there."""
    return error.reworded(_column_words)


def _column_words(remedy: str) -> str:
    """A remedy that names columns in place of options."""
    for option, column in OPTIONS_AS_COLUMNS.items():
        remedy = re.sub(option, column, remedy)
    return remedy


def load_second_reading(patient: CohortPatient, sequences: Sequence[ImageSequence]) -> Case:
    """The patient with the second reader's ROI in place of the first's.

    Raises: InputError: as `load_case`.
    """
    return load_case(replace(patient, roi=patient.roi_reader2, sequence_rois={}), sequences)


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
            found.append(_member(patient, label, tuple(sequences)))
    return found


def _member(patient: CohortPatient, label: int, sequences: tuple[ImageSequence, ...]) -> Member:
    """One patient with everything that `load_case` would read."""
    files = {s.value: patient.images[s] for s in sequences if s in patient.images}
    files |= {f"roi_{s.value}": path for s, path in patient.sequence_rois.items()}
    singles = {"roi": patient.roi, "roi_reader2": patient.roi_reader2}
    files |= {name: path for name, path in singles.items() if path is not None}
    twice = partial(load_second_reading, patient, sequences) if patient.roi_reader2 else None
    return Member(
        case_id=patient.case_id,
        label=label,
        load=partial(load_case, patient, sequences),
        response=patient.response,
        clinical=patient.clinical,
        features=patient.features,
        files=files,
        roi_choice=patient.roi_choice.record,
        load_reader2=twice,
    )


def _check_choice(patient: CohortPatient) -> None:
    """Refuse a choice of labels or segments that no ROI of the row can follow."""
    paths = [patient.roi, *patient.sequence_rois.values(), patient.roi_reader2]
    check_choice_used([path for path in paths if path is not None], patient.roi_choice)
