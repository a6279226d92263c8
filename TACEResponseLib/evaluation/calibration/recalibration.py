"""What if the model's level were set right for these patients? A what-if, never a result."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evaluation.calibration.calibration_line import calibration_in_the_large
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_outcome, checked_probabilities


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecalibrationWhatIf:
    """The same ranking with every logit moved by one constant, fitted on these patients."""

    observed_to_expected: Estimate
    """Positive outcomes seen over those predicted, as the model stands; 1 is right."""
    shift: Estimate
    """Logits added to every patient."""
    probabilities: Floats
    """After the shift; their mean is the share seen."""
    brier_before: float
    brier_after: float
    caution: str = "optimistic: the shift was fitted on the patients it is judged on"


def recalibrated_in_the_large(labels: ArrayLike, probabilities: ArrayLike) -> RecalibrationWhatIf:
    """Move all logits by the one constant that makes predicted and observed totals agree.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        probabilities: (n,), of the positive class.
    Raises: InputError: one class only, or no probabilities.
    Source: Steyerberg, Clinical Prediction Models, 2nd edition 2019, section 20.3 (method 2);
        interval of observed to expected by Debray, BMJ 2017;356:i6460.
    """
    outcome = checked_outcome(labels)
    p = checked_probabilities(probabilities, outcome)
    shift = calibration_in_the_large(outcome, p)
    moved = expit(logits(p) + shift.value)
    return RecalibrationWhatIf(
        observed_to_expected=_observed_to_expected(float(outcome.sum()), float(p.sum()), p.size),
        shift=shift,
        probabilities=moved,
        brier_before=float(((p - outcome) ** 2).mean()),
        brier_after=float(((moved - outcome) ** 2).mean()),
    )


def _observed_to_expected(observed: float, expected: float, n: int) -> Estimate:
    """Ratio with its interval on the log scale; the expected count is taken as fixed."""
    if expected == 0:
        return Estimate(
            value=float("inf"),
            low=0.0,
            high=float("inf"),
            n=n,
            method="none: the model expects nobody",
        )
    ratio = observed / expected
    factor = float(np.exp(Z_95 * ((1 - observed / n) / observed) ** 0.5))
    return Estimate(value=ratio, low=ratio / factor, high=ratio * factor, n=n, method="log scale")
