"""What scoring answers: a probability with its evidence, warnings and provenance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.evidence.branch import BranchResult
from TACEResponseLib.fusion.fused import FusedProbability
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.record import ClinicalValue
from TACEResponseLib.result.contour_range import ContourRange


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
    answer_sentence: str
    """What may be said in one word, and how often that was right."""
    call_sentence: str
    """Side of the cut-off; for the record."""
    simulated_banner: str | None
    """First line of every result of a bundle trained on simulated patients."""
    warnings: tuple[CaseWarning, ...]
    provenance: Mapping[str, Any]
    """Package versions, settings, image and ROI hashes."""
    context: CaseContext | None = None
    """What the user said of treatment and stage."""
    performance_sentence: str = ""
    """How well the model does on unseen patients, from the bundle alone."""
    contours: ContourRange | None = None
    """The range over plausible contours of the ROI, if somebody asked for it."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage; the only part of a record that differs between two runs."""

    @property
    def network_branch(self) -> BranchResult | None:
        """The first branch that looked at patches, whose map is shown, if the bundle has one."""
        return next((b for b in self.branches if b.patches), None)
