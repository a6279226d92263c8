"""Area under the ROC curve with DeLong's interval.

Simple case first: the AUC is the share of (positive, negative) pairs in which the positive
patient has the higher score, ties counting half. Each patient's *placement* is the share of
the other class that it beats; the AUC is their mean, and the spread of the placements gives
its variance. scikit-learn has the AUC but no interval.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.estimate import Z_95, Estimate

# Below this many patients in a class, or above this AUC, the plain interval leaves 0..1 or
# covers too little; it is then made on the logit scale.
FEW_PER_CLASS = 35
HIGH_AUC = 0.9


def auc(labels: ArrayLike, scores: ArrayLike) -> Estimate:
    """AUC with DeLong's 95 % interval.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive; probabilities or logits.
    Returns: the AUC; `method` says on which scale the interval was made.
    Raises: ValueError: one class only, or lengths differ.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837; ranks as in Sun and Xu,
        IEEE Signal Processing Letters 2014;21:1389.
    """
    positive, negative = _by_class(labels, scores)
    beats_positive, beats_negative = _placements(positive, negative)
    value = float(beats_positive.mean())
    variance = _mean_variance(beats_positive) + _mean_variance(beats_negative)
    few = min(positive.size, negative.size) < FEW_PER_CLASS
    low, high, scale = _interval(value, variance**0.5, on_logits=few or value > HIGH_AUC)
    return Estimate(value=value, low=low, high=high, n=positive.size + negative.size,
                    method=f"DeLong{scale}")  # fmt: skip


def _by_class(
    labels: ArrayLike, scores: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores of the positive and of the negative patients."""
    outcome, score = np.asarray(labels), np.asarray(scores, dtype=float)
    if outcome.shape != score.shape or outcome.ndim != 1:
        raise ValueError(f"labels and scores must be (n,), got {outcome.shape}, {score.shape}")
    if set(np.unique(outcome)) != {0, 1}:
        raise ValueError(f"labels must hold both 0 and 1 and no other, got {np.unique(outcome)}")
    return score[outcome == 1], score[outcome == 0]


def _placements(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of the other class that each patient beats (positives) or is beaten by (negatives)."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([positive, negative]))
    m, n = positive.size, negative.size
    beats_positive = (ranks[:m] - rankdata(positive)) / n
    beats_negative = 1 - (ranks[m:] - rankdata(negative)) / m
    return beats_positive, beats_negative


def _mean_variance(values: NDArray[np.float64]) -> float:
    """Variance of a mean; 0 for a single value, which carries no spread."""
    return float(values.var(ddof=1) / values.size) if values.size > 1 else 0.0


def _interval(value: float, error: float, *, on_logits: bool) -> tuple[float, float, str]:
    """95 % interval inside 0..1, on the logit scale where the plain one fails."""
    if not on_logits or not 0 < value < 1:
        return max(0.0, value - Z_95 * error), min(1.0, value + Z_95 * error), ""
    logit = np.log(value / (1 - value))
    half = Z_95 * error / (value * (1 - value))
    low, high = 1 / (1 + np.exp(-(logit - half))), 1 / (1 + np.exp(-(logit + half)))
    return float(low), float(high), ", logit scale"
