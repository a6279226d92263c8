"""Area under the ROC curve with DeLong's interval, or a bootstrap's by patient.

Simple case first: the AUC is the share of (positive, negative) pairs in which the positive
patient has the higher score, ties counting half. Each patient's *placement* is the share of
the other class that it beats; the AUC is their mean, and the spread of the placements gives
its variance. scikit-learn has the AUC but no interval.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.discrimination.placements import by_class, placements
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import Floats, Labels, checked_outcome, checked_scores

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
    Raises: InputError: one class only, lengths differ, or a value is missing.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837; ranks as in Sun and Xu,
        IEEE Signal Processing Letters 2014;21:1389.
    """
    value, error, smaller = delong_error(labels, scores)
    low, high, method = _interval(value, error, smaller)
    return Estimate(value=value, low=low, high=high, n=np.size(labels), method=method)


def delong_error(labels: ArrayLike, scores: ArrayLike) -> tuple[float, float, int]:
    """AUC, DeLong's standard error, and the size of the smaller class.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive.
    Returns: the error is 0 where no pair is wrong, and too small where a class has one patient.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    """
    positive, negative = by_class(labels, scores)
    beats_negative, beaten_by_positive = placements(positive, negative)
    variance = _mean_variance(beats_negative) + _mean_variance(beaten_by_positive)
    return float(beats_negative.mean()), variance**0.5, min(positive.size, negative.size)


def bootstrap_auc(
    labels: ArrayLike,
    scores: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """AUC with a bootstrap interval, clustered by patient for patches and lesions.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    """
    outcome = checked_outcome(labels)
    levels = score_levels(checked_scores(scores, outcome))

    def of(rows: NDArray[np.intp]) -> float:
        return area(outcome[rows], levels[rows])

    return bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)


def score_levels(scores: Floats) -> NDArray[np.int_]:
    """Place of each score among the different scores, 0 the lowest; ranked once for all draws."""
    levels: NDArray[np.int_] = np.unique(scores, return_inverse=True)[1]
    return levels


def area(labels: Labels, levels: NDArray[np.int_]) -> float:
    """AUC alone, of checked values; nan where a class is absent.

    Args:
        labels: (n,), 0 and 1.
        levels: (n,), from `score_levels`.
    """
    counts = int(levels.max()) + 1
    positives = np.bincount(levels[labels == 1], minlength=counts)
    negatives = np.bincount(levels[labels == 0], minlength=counts)
    pairs = int(positives.sum()) * int(negatives.sum())
    beaten = np.cumsum(negatives) - negatives / 2
    return float(positives @ beaten / pairs) if pairs else float("nan")


def _mean_variance(values: Floats) -> float:
    """Variance of a mean; 0 for a single value, which carries no spread."""
    return float(values.var(ddof=1) / values.size) if values.size > 1 else 0.0


def _interval(value: float, error: float, smaller: int) -> tuple[float, float, str]:
    """95 % interval inside 0..1 and how it was made, by the size of the smaller class.

    Without a single wrong pair DeLong's variance is 0. Pairs that share no patient are
    independent, and the smaller class has as many of them: all were won, so the exact binomial
    limit of so many pairs holds.
    """
    if smaller == 1:
        return 0.0, 1.0, "none, for a class of one patient has no spread"
    if value in (0, 1):
        limit = 0.025 ** (1 / smaller)
        method = f"exact binomial on {smaller} disjoint pairs, none of them wrong"
        return (limit, 1.0, method) if value == 1 else (0.0, 1 - limit, method)
    if smaller >= FEW_PER_CLASS and value <= HIGH_AUC:
        return max(0.0, value - Z_95 * error), min(1.0, value + Z_95 * error), "DeLong"
    center = logit(value)
    half = Z_95 * error / (value * (1 - value))
    low, high = expit(center - half), expit(center + half)
    return float(low), float(high), "DeLong, logit scale"
