"""Images and masks that belong to two patients, found by their voxels, however they were saved."""

import hashlib
from collections.abc import Iterator

import numpy as np

from TACEResponseLib.cohort.columns import LIVER, ROI
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.cohort.reading import not_own
from TACEResponseLib.imaging.volume import Voxels
from TACEResponseLib.patient.case import Case

MOST_NAMED = 4


class Twins:
    """Remembers whose voxels were seen."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._owners: dict[str, str] = {}
        self._carriers: dict[str, list[str]] = {}

    def problems(self, patient: CohortPatient, case: Case) -> list[Problem]:
        """A problem for each image and mask that an earlier patient had.

        Args:
            patient: the row.
            case: its files as they were read.
        """
        shared = []
        for column, digest in _digests(case):
            owner = self._owners.setdefault(digest, patient.case_id)
            if owner != patient.case_id:
                shared.append(not_own(patient, column, owner))
        people = {volume.acquisition.patient_digest for volume in case.images.values()}
        for person in people - {None}:
            self._carriers.setdefault(str(person), []).append(patient.case_id)
        return shared

    def remarks(self) -> list[str]:
        """Ids whose images carry one DICOM patient id, where that is not everybody's.

        Files that were anonymized may all carry the same.
        """
        several = [ids for ids in self._carriers.values() if len(ids) > 1]
        if len(self._carriers) == 1:
            return []
        return [
            f"{', '.join(ids[:MOST_NAMED])}{' and others' if len(ids) > MOST_NAMED else ''}: their "
            "images carry one DICOM patient id; one person in two rows must not train and test"
            for ids in several
        ]


def _digests(case: Case) -> Iterator[tuple[str, str]]:
    """Of every image and mask, by column."""
    for sequence, volume in case.images.items():
        yield sequence.value, _digest("image", volume.voxels)
    if case.roi is not None and case.roi not in case.sequence_rois.values():
        yield ROI, _digest("mask", case.roi.mask)
    for sequence, roi in case.sequence_rois.items():
        yield f"{ROI}_{sequence.value}", _digest("mask", roi.mask)
    if case.liver is not None:
        yield LIVER, _digest("mask", case.liver.mask)


def _digest(kind: str, voxels: Voxels) -> str:
    """Of the numbers, whatever type they were saved in."""
    packed = np.packbits(voxels) if voxels.dtype == np.bool_ else voxels.astype(np.float32)
    digest = hashlib.sha256(f"{kind} {voxels.shape} ".encode())
    digest.update(np.ascontiguousarray(packed).data)
    return digest.hexdigest()
