"""Images and masks that belong to two patients, found as one case after the other is read."""

from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.cohort.patient_rows import not_own
from TACEResponseLib.cohort.traces.trace import trace_of
from TACEResponseLib.patient.case import Case


class Twins:
    """Remembers whose voxels were seen."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._owners: dict[str, CohortPatient] = {}

    def problems(self, patient: CohortPatient, case: Case) -> list[Problem]:
        """A problem for each image and mask that an earlier patient had.

        Args:
            patient: the row.
            case: its files as they were read.
        """
        shared = []
        for column, digest in trace_of(case).digests.items():
            owner = self._owners.setdefault(digest, patient)
            if owner.patient != patient.patient:
                shared.append(not_own(patient, column, owner.case_id))
        return shared
