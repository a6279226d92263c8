"""The same patients scored again with the ROI of a second reader."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.terms import SECOND_READER
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.evidence.icc_filter import FEWEST_READ_TWICE, IccFilter
from TACEResponseLib.validation.study.cohort_scoring import Scored, score_patients
from TACEResponseLib.validation.study.study import Failure, ReadFeature, SecondReadings


def second_readings(
    bundle: str,
    metadata: BundleMetadata,
    patients: Sequence[CohortPatient],
    scores: Sequence[Scored],
    *,
    device: str,
    jobs: int,
    progress: Progress,
) -> SecondReadings | None:
    """Score every patient who was read twice; None where they are too few, or no ROI is used.

    Args:
        bundle: name or path.
        metadata: of the same bundle.
        patients: rows of the table.
        scores: of them, with the first reader's ROI, in the same order.
        device: of networks.
        jobs: worker processes.
        progress: told how far it got.
    """
    again = {
        row: second
        for row, patient in enumerate(patients)
        if (second := by_second_reader(patient)) is not None
    }
    if len(again) < FEWEST_READ_TWICE or not any(s.needs_roi for s in metadata.branch_settings):
        return None
    progress(f"second reader's ROI of {len(again)} patients")
    scored = score_patients(
        [bundle], list(again.values()), device=device, jobs=jobs, progress=progress
    )
    scored_again = {row: s.scores[0] for row, s in zip(again, scored, strict=True) if s.scores}
    failures = tuple(Failure(case_id=s.case_id, reason=s.problem) for s in scored if s.problem)
    if len(scored_again) < FEWEST_READ_TWICE:
        return None
    pairs = [(scores[row], second) for row, second in scored_again.items()]
    return SecondReadings(
        rows=np.array(list(scored_again), dtype=np.intp),
        probabilities=np.array([[one.probability, two.probability] for one, two in pairs]),
        features=_features(metadata, pairs),
        failures=failures,
    )


def by_second_reader(patient: CohortPatient) -> CohortPatient | None:
    """The patient as the second reader drew the tumor, in files or in a table; None if nobody did.

    ROIs of single sequences are the first reader's, so the second's stands for all of them.
    """
    if patient.images:
        if patient.roi_reader2 is None:
            return None
        return replace(patient, roi=patient.roi_reader2, sequence_rois={})
    second = {
        name.removeprefix(SECOND_READER): value
        for name, value in patient.features.items()
        if name.startswith(SECOND_READER)
    }
    return replace(patient, features=second) if second else None


def read_once_warnings(
    metadata: BundleMetadata, readings: SecondReadings | None
) -> tuple[CaseWarning, ...]:
    """That nobody can say how far the result depends on who draws the ROI."""
    if readings is not None or not any(s.needs_roi for s in metadata.branch_settings):
        return ()
    message = (
        "How far the result depends on who draws the ROI: fewer than "
        f"{FEWEST_READ_TWICE} patients have a usable second ROI (column roi_reader2)."
    )
    return (CaseWarning(code="roi_read_once", message=message),)


def _features(
    metadata: BundleMetadata, pairs: Sequence[tuple[Scored, Scored]]
) -> tuple[ReadFeature, ...]:
    """What every branch took from both ROIs."""
    seen = [(_by_name(one), _by_name(two)) for one, two in pairs]
    features = []
    for known in metadata.lesion_features:
        key = (known.branch, known.name)
        features.append(
            ReadFeature(
                branch=known.branch,
                name=known.name,
                ratings=np.array([[one[key], two[key]] for one, two in seen]),
                training_sd=known.sd,
                form=(known.icc or IccFilter()).form,
                minimum=known.icc.minimum if known.icc else None,
            )
        )
    return tuple(features)


def _by_name(scored: Scored) -> Mapping[tuple[str, str], float]:
    """Values by branch and name."""
    return {(branch, feature.name): feature.value for branch, feature in scored.features}
