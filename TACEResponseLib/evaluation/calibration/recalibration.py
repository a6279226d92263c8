"""What if the model's level were set right for these patients? A what-if, never a result."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evaluation.calibration.calibration_line import (
    calibration_in_the_large,
    calibration_line,
)
from TACEResponseLib.evaluation.clustered_proportions import effective_rows
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import (
    Floats,
    Labels,
    checked_clusters,
    checked_outcome,
    checked_probabilities,
)


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


def recalibrated_in_the_large(
    labels: ArrayLike, probabilities: ArrayLike, *, clusters: ArrayLike | None = None
) -> RecalibrationWhatIf:
    """Move all logits by the one constant that makes predicted and observed totals agree.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        probabilities: (n,), of the positive class.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Raises: InputError: one class only, or no probabilities.
    Source: Steyerberg, Clinical Prediction Models, 2nd edition 2019, section 20.3 (method 2);
        interval of observed to expected by Debray, BMJ 2017;356:i6460.
    """
    outcome = checked_outcome(labels)
    p = checked_probabilities(probabilities, outcome)
    shift = calibration_in_the_large(outcome, p, clusters=clusters)
    moved = expit(logits(p) + shift.value)
    return RecalibrationWhatIf(
        observed_to_expected=_observed_to_expected(outcome, float(p.sum()), clusters),
        shift=shift,
        probabilities=moved,
        brier_before=float(((p - outcome) ** 2).mean()),
        brier_after=float(((moved - outcome) ** 2).mean()),
    )


def recalibrated_by_line(labels: ArrayLike, probabilities: ArrayLike) -> Floats:
    """Probabilities moved onto the scale of these outcomes, by slope and intercept of the logits.

    To compare what two scores know where one was calibrated in training and the other never was;
    no model's own performance, for the two numbers are fitted on the patients that are judged.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        probabilities: (n,), of the positive class.
    Returns: (n,); the share of positives for everyone where the line does not rise, and the
        probabilities as they are where they separate the classes, for then no line is best.
    Raises: InputError: one class only, or no probabilities.
    Source: Cox, Biometrika 1958;45:562.
    """
    outcome = checked_outcome(labels)
    p = checked_probabilities(probabilities, outcome)
    slope, intercept = calibration_line(outcome, p)
    if np.ptp(p) == 0 or slope.value <= 0:
        return np.full(p.size, float(outcome.mean()))
    if np.isnan(slope.value):
        return p
    moved: Floats = expit(intercept.value + slope.value * logits(p))
    return moved


def _observed_to_expected(outcome: Labels, expected: float, clusters: ArrayLike | None) -> Estimate:
    """Ratio with its interval on the log scale; the expected count is taken as fixed."""
    observed, patients = float(outcome.sum()), checked_clusters(clusters, outcome.size)
    n = np.unique(patients).size
    if expected == 0:
        return Estimate(
            value=float("inf"),
            low=0.0,
            high=float("inf"),
            n=n,
            method="none: the model expects nobody",
        )
    ratio, share = observed / expected, observed / outcome.size
    # Of independent rows that would be as sure.
    seen = observed if n == outcome.size else share * effective_rows(outcome == 1, patients)
    factor = float(np.exp(Z_95 * ((1 - share) / seen) ** 0.5))
    return Estimate(value=ratio, low=ratio / factor, high=ratio * factor, n=n, method="log scale")
