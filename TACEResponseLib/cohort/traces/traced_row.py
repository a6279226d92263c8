"""One row of a cohort with all that it can be known by under another id."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from TACEResponseLib.cohort.member import Member
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.traces.person import person_of
from TACEResponseLib.cohort.traces.trace import Trace
from TACEResponseLib.patient.record import ClinicalRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRow:
    """A row, and by what it is known."""

    case_id: str
    patient: str
    """Who the row is of, by the table."""
    row: int = 0
    """Line of the table; 0 where nobody knows it."""
    trace: Trace = field(default_factory=Trace)
    """Empty of a row without images."""
    person: str = ""
    """PatientID of its images; never written."""
    features: Mapping[str, float] = field(default_factory=dict)
    """Radiomics that stand in the table."""
    clinical: ClinicalRecord = field(default_factory=ClinicalRecord)


def rows_of_patients(patients: Sequence[CohortPatient], traces: Sequence[Trace]) -> list[TracedRow]:
    """Rows of a table as they are compared; reads a header of each DICOM image.

    Args:
        patients: rows of the table.
        traces: of their images, in the same order.
    """
    with ThreadPoolExecutor() as threads:
        people = list(threads.map(lambda patient: person_of(patient.files), patients))
    return [
        TracedRow(
            case_id=patient.case_id,
            patient=patient.patient,
            row=patient.row,
            trace=trace,
            person=person,
            features=patient.features,
            clinical=patient.clinical,
        )
        for patient, trace, person in zip(patients, traces, people, strict=True)
    ]


def rows_of_members(members: Sequence[Member], traces: Sequence[Trace]) -> list[TracedRow]:
    """Members of a training as they are compared; as `rows_of_patients`."""
    with ThreadPoolExecutor() as threads:
        people = list(threads.map(lambda member: person_of(member.files), members))
    return [
        TracedRow(
            case_id=member.case_id,
            patient=member.patient_id or member.case_id,
            trace=trace,
            person=person,
            features=member.features,
            clinical=member.clinical or ClinicalRecord(),
        )
        for member, trace, person in zip(members, traces, people, strict=True)
    ]
