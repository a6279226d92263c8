"""A fused probability and what it is made of."""

from dataclasses import dataclass
from typing import Literal

from TACEResponseLib.basics.case_warning import CaseWarning

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
