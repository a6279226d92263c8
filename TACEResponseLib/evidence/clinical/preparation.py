"""From a case to what a clinical branch needs of it: values of the record, measures of the ROI."""

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.evidence.clinical.measures import measure_roi
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.stored_patient import StoredPatient
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord, ClinicalValue


class PreparedClinical(TypedDict):
    """What the branch needs of a patient; plain enough for JSON."""

    clinical: dict[str, ClinicalValue]
    measures: dict[str, float]


def stored_clinical(prepared: PreparedClinical) -> StoredPatient:
    """Measures as an array, their names and the clinical values as words."""
    measures = prepared["measures"]
    return StoredPatient(
        arrays={"measures": np.array(list(measures.values()), dtype=np.float64)},
        words={"clinical": prepared["clinical"], "measures": list(measures)},
    )


def restored_clinical(stored: StoredPatient) -> PreparedClinical:
    """What `stored_clinical` was given."""
    values = stored.arrays["measures"].tolist()
    return PreparedClinical(
        clinical=stored.words["clinical"],
        measures=dict(zip(stored.words["measures"], values, strict=True)),
    )


def prepared_of(
    settings: ClinicalSettings, clinical: ClinicalRecord, measures: Mapping[str, float]
) -> PreparedClinical:
    """Only what the branch uses; values are tried, so that a bad one is told before training."""
    known = [v for v in settings.variables if v.name in clinical.values]
    for variable in known:
        variable.encode(clinical.values[variable.name])
    return PreparedClinical(
        clinical={v.name: clinical.values[v.name] for v in known}, measures=dict(measures)
    )


def measures_of(settings: ClinicalSettings, case: Case) -> dict[str, float]:
    """Measures of the case's ROI."""
    if not settings.measures:
        return {}
    roi = case.sequence_rois.get(settings.sequences[0], case.roi)
    if roi is None:
        raise InputError(
            Subject(SubjectKind.ROI),
            f"branch {settings.name} measures the tumor",
            got="none",
            remedy="give the tumor's ROI",
        )
    return measure_roi(roi, settings.measures)
