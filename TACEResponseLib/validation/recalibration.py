"""A bundle's level or slope, set right on a user's own patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.terms import Device, Endpoint
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.basics.writing.new_output import check_new_file, check_output
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.finding import find_bundle
from TACEResponseLib.bundle.names import bundle_id_of
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.writing import save_bundle
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.cohort.traces.sharing import refuse_shared
from TACEResponseLib.cohort.traces.traced_row import TracedRow, rows_of_patients
from TACEResponseLib.cohort.traces.training_patients import (
    TrainingPatients,
    beside,
    read_training_patients,
    training_patients,
)
from TACEResponseLib.evaluation.inputs import Labels
from TACEResponseLib.training.recalibrating import check_class_sizes, recalibrated
from TACEResponseLib.training.saving import patients_kept
from TACEResponseLib.validation.study.cohort_scoring import ScoredPatient, score_patients
from TACEResponseLib.validation.study.judged import check_responses
from TACEResponseLib.validation.study.known_again import check_overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalibrationRequest:
    """Which bundle, on whom, how, and where the new one goes."""

    bundle: str
    """Name of an installed bundle, or its folder or zip."""
    cohort: Path
    """CSV or .xlsx; judge the new bundle on other patients."""
    method: Literal["intercept", "slope"]
    """Level alone, or level and spread of the logits."""
    output: Path
    """The new bundle's folder, made by the run."""
    seed: int = 1
    """Of resamples."""
    jobs: int = 2
    """Worker processes; they don't change the result."""
    device: Device = "auto"

    def __post_init__(self) -> None:
        """Refuse numbers out of range; take paths as text too."""
        take_paths(self, "cohort", "output")
        check_ranges(seed=self.seed, jobs=self.jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibrated:
    """The new bundle, and whom the old one could not score."""

    bundle: Bundle
    left_out: tuple[ScoredPatient, ...]
    warnings: tuple[CaseWarning, ...] = ()
    """Whether these patients trained the old bundle, where that is not sure."""


def recalibrate_bundle(request: RecalibrationRequest, progress: Progress = silent) -> Recalibrated:
    """Score the patients, fit the update, save the new bundle.

    Args:
        request: what to set right, and how.
        progress: told how far it got.
    Raises: InputError: an input breaks a rule, or the patients are too few, which is told before
        any is scored; nothing is written then.
    """
    check_output(request.output)
    check_new_file(beside(request.output), option("output"))
    bundle_id = bundle_id_of(request.output)
    device = choose_device(request.device)
    bundle = load_bundle(request.bundle, device=device)
    endpoint = bundle.metadata.endpoint
    patients = [p for p in usable_cohort(request.cohort) if p.label(endpoint) is not None]
    check_responses([bundle.metadata], patients)
    people = {(p.patient, p.label(endpoint)): p for p in patients}
    check_class_sizes(_labels(list(people.values()), endpoint), request.method)
    scored = score_patients(
        [request.bundle], patients, device=device, jobs=request.jobs, progress=progress
    )
    used = [(p, s.scores[0]) for p, s in zip(patients, scored, strict=True) if s.scores]
    traced = rows_of_patients([p for p, _ in used], [s.trace for _, s in used])
    where = f"{option('cohort')} {request.cohort.name}"
    refuse_shared(traced, where)
    warnings = check_overlap(request.bundle, traced, where)
    new = recalibrated(
        bundle,
        _labels([p for p, _ in used], endpoint),
        np.array([s.probability for _, s in used]),
        method=request.method,
        source="the user's own table",
        bundle_id=bundle_id,
        seed=request.seed,
        patients=[p.patient for p, _ in used],
    )
    with patients_kept(_known(request, traced), request.output):
        saved = save_bundle(new, request.output)
    lost = tuple(s for s in scored if s.problem)
    return Recalibrated(bundle=saved, left_out=lost, warnings=warnings)


def _known(request: RecalibrationRequest, traced: Sequence[TracedRow]) -> TrainingPatients:
    """Those who shape the new bundle: of the old one as far as known, and these."""
    file = beside(find_bundle(request.bundle))
    older = read_training_patients(file) if file.is_file() else None
    return training_patients(
        traced,
        with_fingerprints=bool(older and older.fingerprints),
        older=older,
        is_complete=older is not None,
    )


def _labels(patients: Sequence[CohortPatient], endpoint: Endpoint) -> Labels:
    """0 and 1, (n,), of patients with a response."""
    return np.array([patient.label(endpoint) for patient in patients], dtype=np.int_)
