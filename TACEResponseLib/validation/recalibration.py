"""A bundle's level or slope, set right on a user's own patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.terms import Device, Endpoint
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.names import bundle_id_of
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.writing import save_bundle
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.evaluation.inputs import Labels
from TACEResponseLib.training.recalibrating import check_class_sizes, recalibrated
from TACEResponseLib.validation.study.cohort_scoring import ScoredPatient, score_patients


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


def recalibrate_bundle(request: RecalibrationRequest, progress: Progress = silent) -> Recalibrated:
    """Score the patients, fit the update, save the new bundle.

    Args:
        request: what to set right, and how.
        progress: told how far it got.
    Raises: InputError: an input breaks a rule, or the patients are too few, which is told before
        any is scored; nothing is written then.
    """
    check_output(request.output)
    bundle_id = bundle_id_of(request.output)
    device = choose_device(request.device)
    bundle = load_bundle(request.bundle, device=device)
    endpoint = bundle.metadata.endpoint
    patients = [p for p in usable_cohort(request.cohort) if p.label(endpoint) is not None]
    check_class_sizes(_labels(patients, endpoint), request.method)
    scored = score_patients(
        [request.bundle], patients, device=device, jobs=request.jobs, progress=progress
    )
    used = [(p, s.scores[0]) for p, s in zip(patients, scored, strict=True) if s.scores]
    new = recalibrated(
        bundle,
        _labels([p for p, _ in used], endpoint),
        np.array([s.probability for _, s in used]),
        method=request.method,
        source="the user's own table",
        bundle_id=bundle_id,
        seed=request.seed,
    )
    saved = save_bundle(new, request.output)
    return Recalibrated(bundle=saved, left_out=tuple(s for s in scored if s.problem))


def _labels(patients: Sequence[CohortPatient], endpoint: Endpoint) -> Labels:
    """0 and 1, (n,), of patients with a response."""
    return np.array([patient.label(endpoint) for patient in patients], dtype=np.int_)
