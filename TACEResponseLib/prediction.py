"""What scoring answers: a probability with its evidence, warnings and provenance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from TACEResponseLib.branch import BranchResult
from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.clinical.record import ClinicalValue
from TACEResponseLib.imaging.roi import Lesion
from TACEResponseLib.population import CaseContext
from TACEResponseLib.terms import Endpoint

Call = Literal["above", "below", "no call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionTerm:
    """One input of the fusion and what it adds to the fused logit."""

    name: str
    value: float
    """Branch logit, or clinical value as it enters (after its transform)."""
    coefficient: float
    contribution: float
    """In logits, against a patient with the training cohort's mean."""
    imputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FusedProbability:
    """The calibrated probability of the positive class and how sure it is."""

    probability: float
    interval: tuple[float, float]
    """95 %."""
    interval_method: str
    """In words: what was resampled and what was held fixed."""
    threshold: float
    threshold_set_on: str
    terms: tuple[FusionTerm, ...]
    warnings: tuple[CaseWarning, ...] = ()

    @property
    def call(self) -> Call:
        """Side of the model's cut-off; none when the interval crosses it."""
        low, high = self.interval
        if low <= self.threshold <= high:
            return "no call"
        return "above" if low > self.threshold else "below"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """The answer for one case by one bundle."""

    case_id: str
    bundle_id: str
    bundle_sha256: str
    endpoint: Endpoint
    positive_class: str
    fused: FusedProbability
    class_probabilities: Mapping[str, float]
    branches: tuple[BranchResult, ...]
    lesions: tuple[Lesion, ...]
    clinical: Mapping[str, ClinicalValue]
    derived_scores: Mapping[str, Any]
    sentence: str
    """The result in words, made by `wording.result_sentence` and nowhere else."""
    call_sentence: str
    simulated_banner: str | None
    """First line of every result of a bundle trained on simulated patients."""
    warnings: tuple[CaseWarning, ...]
    provenance: Mapping[str, Any]
    """Package versions, settings, image and ROI hashes."""
    context: CaseContext | None = None
    """What the user said of treatment and stage."""
    performance_sentence: str = ""
    """How well the model does on unseen patients, from the bundle alone."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage; the only part of a record that differs between two runs."""

    def branch(self, kind: str) -> BranchResult | None:
        """The first branch of a kind, if the bundle has one."""
        return next((b for b in self.branches if b.kind == kind), None)
