"""From rows to cases: files are read when a patient's turn comes, and once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole, Endpoint, ImageSequence
from TACEResponseLib.basics.vocabulary import OPTIONS, SubjectKind, Vocabulary, spoken, vocabulary
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.imaging.files.liver_reading import read_liver
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import check_choice_used, read_case_rois
from TACEResponseLib.imaging.roi.roi_choice import LIVER_COLUMN
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case

SUBJECTS: Mapping[SubjectKind, str] = {
    SubjectKind.IMAGE: "image",
    SubjectKind.ROI: "roi",
    SubjectKind.CLINICAL: "clinical columns",
    SubjectKind.CONTEXT: "columns of dates, treatment and stage",
    SubjectKind.CASE_ID: "case_id",
}


def in_columns(front_end: Vocabulary) -> Vocabulary:
    """What a front end says of one patient, as its table says it."""
    return replace(
        front_end,
        subjects={**front_end.subjects, **SUBJECTS},
        one_of={SubjectKind.IMAGE: "{}", SubjectKind.ROI: "roi_{}"},
        image_file="its path in column {}",
        any_image_file="its path in the column of a sequence",
        roi_file="its path in column roi",
        unknown="or leave it blank",
        between=" and ",
    )


COLUMNS = in_columns(OPTIONS)
"""How a table says what options say of one patient."""


def load_case(patient: CohortPatient, sequences: Sequence[ImageSequence] = ()) -> Case:
    """Read one patient's files.

    Args:
        patient: a row of the table.
        sequences: those to read; all of the row's when empty.
    Raises: InputError: a file can't be read, or the case breaks a rule; names the patient.
    """
    with in_row(patient):
        return _read(patient, list(sequences) or list(patient.images))


def _read(patient: CohortPatient, sequences: Sequence[ImageSequence]) -> Case:
    """Every file of these sequences, as a case."""
    volumes: dict[ImageSequence, Volume] = {}
    warnings: list[CaseWarning] = []
    for sequence in sequences:
        if sequence not in patient.images:
            raise InputError(
                sequence.value,
                "must name an image",
                got="a blank",
                remedy="give its path in the table",
            )
        volumes[sequence], remarks = read_image(patient.images[sequence], sequence, name="")
        warnings += remarks
    _check_choice(patient)
    own = {s: path for s, path in patient.sequence_rois.items() if s in sequences}
    roi, drawn, remarks = read_case_rois(patient.roi, own, patient.roi_choice, tells_names=False)
    warnings += remarks
    liver, remarks = (
        read_liver(patient.liver, LIVER_COLUMN, name="") if patient.liver else (None, ())
    )
    return Case(
        case_id=patient.case_id,
        images=volumes,
        roi=roi,
        sequence_rois=drawn,
        liver=liver,
        clinical=patient.clinical,
        context=patient.context,
        roi_choice=patient.roi_choice,
        reading_warnings=(*warnings, *remarks),
    )


@contextmanager
def in_row(patient: CohortPatient) -> Iterator[None]:
    """Work on one patient of a table, whose errors are those of the row, in a table's words.

    Args:
        patient: the row; no file of it is named, since such errors are written too.
    Raises: InputError: that of the work, at this row.
    """
    with spoken(in_columns(vocabulary())):
        try:
            yield
        except InputError as error:
            raise error.at(f"{patient.case_id} (line {patient.row}), {error.where}") from error


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
    own = []
    for patient in patients:
        label = patient.label(endpoint)
        if patient.role is role and label is not None:
            own.append(_member(patient, label, tuple(sequences)))
    return own


def _member(patient: CohortPatient, label: int, sequences: tuple[ImageSequence, ...]) -> Member:
    """One patient with everything that `load_case` would read."""
    files = {s.value: patient.images[s] for s in sequences if s in patient.images}
    files |= {f"roi_{s.value}": path for s, path in patient.sequence_rois.items()}
    singles = {"roi": patient.roi, "roi_reader2": patient.roi_reader2, "liver": patient.liver}
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
