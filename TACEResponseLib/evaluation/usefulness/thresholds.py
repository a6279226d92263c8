"""What happens at one cut-off: hits, misses and the shares made of them, with intervals.

The cut-off is handed in: the bundle's own, set on the training cohort. The only point chosen on
the data at hand is Youden's, and it carries that reproach in its result.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.clustered_proportions import share
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import (
    Labels,
    checked_clusters,
    checked_outcome,
    checked_scores,
)
from TACEResponseLib.evaluation.proportions import ProportionMethod, proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdMetrics:
    """Shares at one cut-off; a score at or above it counts as positive."""

    threshold: float
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    accuracy: Estimate
    balanced_accuracy: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class YoudenPoint:
    """The cut-off with the highest sensitivity + specificity - 1 on these very patients."""

    threshold: float
    sensitivity: float
    specificity: float
    index: float
    caution: str = "optimistic: chosen on the patients it is judged on"


def threshold_metrics(
    labels: ArrayLike,
    scores: ArrayLike,
    threshold: float,
    *,
    method: ProportionMethod = "Clopper-Pearson",
    clusters: ArrayLike | None = None,
) -> ThresholdMetrics:
    """All shares at a cut-off that was set elsewhere.

    Args:
        labels: (n,), 1 for the positive class, 0 else; one class alone will do.
        scores: (n,), higher = more likely positive.
        threshold: on the scale of `scores`; at or above it counts as positive.
        method: of the intervals of plain shares.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Returns: shares whose denominator is empty are nan with the interval 0..1.
    Raises: InputError: lengths differ, or a value is missing. ValueError: no finite threshold.
    """
    outcome = checked_outcome(labels, both_classes=False)
    score = checked_scores(scores, outcome)
    if not math.isfinite(threshold):
        raise ValueError(f"threshold must be a finite number, got {threshold}")
    called = score >= threshold
    tp, fp, tn, fn = _counts(outcome, called)
    patients = checked_clusters(clusters, outcome.size)

    def among(hits: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Estimate:
        if not rows.any():
            return proportion(0, 0, method=method)
        return share(hits[rows], patients[rows], method=method)

    sensitivity = among(called, outcome == 1)
    specificity = among(~called, outcome == 0)
    return ThresholdMetrics(
        threshold=threshold,
        true_positives=tp,
        false_positives=fp,
        true_negatives=tn,
        false_negatives=fn,
        sensitivity=sensitivity,
        specificity=specificity,
        ppv=among(outcome == 1, called),
        npv=among(outcome == 0, ~called),
        accuracy=among(called == (outcome == 1), np.ones_like(called)),
        balanced_accuracy=_mean_of_two(sensitivity, specificity),
        f1=_f1(among(called & (outcome == 1), called | (outcome == 1)), np.unique(patients).size),
    )


def youden_point(labels: ArrayLike, scores: ArrayLike) -> YoudenPoint:
    """The cut-off that looks best on these patients: for drawing, never for reporting.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive.
    Returns: the highest such cut-off where several are equally good; always one of the scores.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    Source: Youden, Cancer 1950;3:32.
    """
    outcome = checked_outcome(labels)
    score = checked_scores(scores, outcome)
    cuts = np.unique(score)[::-1]
    sensitivity = np.array([(score[outcome == 1] >= cut).mean() for cut in cuts])
    specificity = np.array([(score[outcome == 0] < cut).mean() for cut in cuts])
    best = int(np.argmax(sensitivity + specificity))
    return YoudenPoint(
        threshold=float(cuts[best]),
        sensitivity=float(sensitivity[best]),
        specificity=float(specificity[best]),
        index=float(sensitivity[best] + specificity[best] - 1),
    )


def _counts(outcome: Labels, called: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """True positives, false positives, true negatives, false negatives."""
    positive = outcome == 1
    return (
        int((positive & called).sum()),
        int((~positive & called).sum()),
        int((~positive & ~called).sum()),
        int((positive & ~called).sum()),
    )


def _mean_of_two(first: Estimate, second: Estimate) -> Estimate:
    """Mean of two independent shares; distances to their own limits are squared and added.

    Source: Newcombe, Statistics in Medicine 1998;17:873 (method 10, for a sum).
    """
    value = (first.value + second.value) / 2
    if math.isnan(value):
        return Estimate(value=value, low=0.0, high=1.0, n=0, method="none: a class is absent")
    below = math.hypot(first.value - first.low, second.value - second.low) / 2
    above = math.hypot(first.high - first.value, second.high - second.value) / 2
    return Estimate(
        value=value,
        low=value - below,
        high=value + above,
        n=first.n + second.n,
        method=f"square-and-add of {first.method}",
    )


def _f1(hits: Estimate, n: int) -> Estimate:
    """F1 as the rising function 2J / (1 + J) of the share J = hits / (hits + both errors).

    Given how many patients are positive by outcome or by call, the hits among them are binomial;
    so J's interval, mapped, is F1's.
    """
    value, low, high = (2 * j / (1 + j) for j in (hits.value, hits.low, hits.high))
    return Estimate(value=value, low=low, high=high, n=n, method=f"{hits.method}, mapped")
