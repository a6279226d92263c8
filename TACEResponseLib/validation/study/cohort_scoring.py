"""Score a cohort with bundles: from images, or from features that stand in the table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path

from scipy.special import expit

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.terms import SECOND_READER
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.cohort.loading import in_row, load_case
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.traces.trace import Trace, trace_of
from TACEResponseLib.evidence.branch import FeatureContribution
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.validation.study.judged import without_course

# Loading a bundle takes about as long as scoring a patient or two.
PATIENTS_PER_JOB = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What one bundle says of one patient."""

    probability: float
    branches: dict[str, float] = field(default_factory=dict)
    features: tuple[tuple[str, FeatureContribution], ...] = ()
    """With the name of the branch."""
    classes: dict[str, dict[str, float]] = field(default_factory=dict)
    """Class probabilities by branch, of networks of more than two classes; not recalibrated."""
    volume_ml: float | None = None
    diameter_mm: float | None = None
    trace: Trace = field(default_factory=Trace)
    """Of the images that were scored; empty where the table's features were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPatient:
    """What every bundle says of one patient, or why one could not."""

    case_id: str
    scores: tuple[Scored, ...] = ()
    problem: str = ""


def score_patients(
    bundles: Sequence[str | Path],
    patients: Sequence[CohortPatient],
    *,
    device: str,
    jobs: int,
    progress: Progress,
) -> list[ScoredPatient]:
    """Score every patient with every bundle; one that fails is told and the rest go on.

    Args:
        bundles: names or paths.
        patients: rows of the table.
        device: of networks.
        jobs: worker processes; they don't change the result.
        progress: told how far it got.
    """
    from TACEResponseLib.basics.process.worker_pool import workers

    blocks = list(_blocks(patients))
    scored: list[ScoredPatient] = []
    with workers(jobs) as pool:
        for block in pool.map(_score_block, repeat(tuple(bundles)), blocks, repeat(device)):
            scored += block
            progress(f"scored {len(scored)} of {len(patients)} patients")
    return scored


def _score_block(
    bundles: Sequence[str | Path], patients: Sequence[CohortPatient], device: str
) -> list[ScoredPatient]:
    """Runs in a worker."""
    from TACEResponseLib.bundle.reading import load_bundle

    loaded = [load_bundle(bundle, device=device) for bundle in bundles]
    return [_score_one(loaded, patient) for patient in patients]


def _score_one(bundles: Sequence[Bundle], patient: CohortPatient) -> ScoredPatient:
    try:
        scores = tuple(score_by_bundle(bundle, patient) for bundle in bundles)
    except InputError as error:
        return ScoredPatient(case_id=patient.case_id, problem=error.written)
    return ScoredPatient(case_id=patient.case_id, scores=scores)


def score_by_bundle(bundle: Bundle, patient: CohortPatient) -> Scored:
    """One patient by one bundle.

    Raises: InputError: the patient lacks what the bundle needs.
    """
    from TACEResponseLib.scoring import score

    if not patient.images and (scored := _from_features(bundle, patient)) is not None:
        return scored
    case = load_case(without_course(patient), bundle.metadata.sequences)
    with in_row(patient):
        return replace(_of(score(case, bundle)), trace=trace_of(case))


def _from_features(bundle: Bundle, patient: CohortPatient) -> Scored | None:
    """From features of the table; None where a branch needs images."""
    from TACEResponseLib.evidence.kinds import branch_recipe
    from TACEResponseLib.validation.study.table_features import table_features

    logits = {}
    features: list[tuple[str, FeatureContribution]] = []
    for part, branch in zip(bundle.metadata.branches, bundle.branches, strict=True):
        prepared = branch_recipe(part.settings).from_features(patient.clinical, patient.features)
        if prepared is None:
            return None
        logits[branch.name] = float(branch.logits([prepared])[0])
        features += table_features(part, prepared)
    fused = bundle.fusion.predict(logits, patient.clinical)
    volume = _volume_of_features(patient)
    return Scored(
        probability=fused.probability,
        branches={name: float(expit(x)) for name, x in logits.items()},
        features=tuple(features),
        volume_ml=volume,
    )


def _volume_of_features(patient: CohortPatient) -> float | None:
    """Volume of the mesh, mL, if the table has it."""
    for name, value in patient.features.items():
        if name.endswith("original_shape_MeshVolume") and not name.startswith(SECOND_READER):
            return value / 1000
    return None


def _of(prediction: Prediction) -> Scored:
    """What is kept of a prediction."""
    lesion = largest(prediction.lesions)
    return Scored(
        probability=prediction.fused.probability,
        branches={b.name: b.probability for b in prediction.branches},
        features=tuple((b.name, f) for b in prediction.branches for f in b.features),
        classes={
            b.name: dict(b.class_probabilities)
            for b in prediction.branches
            if len(b.class_probabilities) > 2
        },
        volume_ml=sum(x.volume_ml for x in prediction.lesions if not x.is_speck) or None,
        diameter_mm=lesion.longest_axial_diameter_mm if lesion else None,
    )


def largest(lesions: Sequence[Lesion]) -> Lesion | None:
    """The lesion with the longest axial diameter."""
    return max(lesions, key=lambda lesion: lesion.longest_axial_diameter_mm, default=None)


def _blocks(patients: Sequence[CohortPatient]) -> Iterator[tuple[CohortPatient, ...]]:
    """Patients in blocks that are worth loading a bundle for."""
    for start in range(0, len(patients), PATIENTS_PER_JOB):
        yield tuple(patients[start : start + PATIENTS_PER_JOB])
