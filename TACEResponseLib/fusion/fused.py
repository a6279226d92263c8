"""A fused probability and what it is made of."""

from dataclasses import dataclass
from typing import Literal

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.fusion.answers import CaseAnswer
from TACEResponseLib.fusion.model_range import ModelRange

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
    threshold: float
    threshold_set_on: str
    terms: tuple[FusionTerm, ...]
    interval: tuple[float, float] | None = None
    """95 % of the fusion stage alone; bundles of before have no other."""
    interval_method: str = ""
    """In words: what was resampled and what was held fixed."""
    model_range: ModelRange | None = None
    """What another draw of training patients would give; None by a bundle without refits."""
    venn_abers: tuple[float, float] | None = None
    """Calibrated probabilities, the case taken as negative and as positive."""
    answer: CaseAnswer | None = None
    """None by a bundle without held-out scores."""
    warnings: tuple[CaseWarning, ...] = ()

    @property
    def limits(self) -> tuple[float, float]:
        """Of the range of the model, or of the interval of a bundle that has no other."""
        if self.model_range is not None:
            return self.model_range.low, self.model_range.high
        return self.interval or (0.0, 1.0)

    @property
    def call(self) -> Call:
        """Side of the model's cut-off; none when the range crosses it."""
        low, high = self.limits
        if low <= self.threshold <= high:
            return "no call"
        return "above" if low > self.threshold else "below"
