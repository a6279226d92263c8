"""What a second source of evidence adds to a first: AUC, Brier score and net benefit.

No net reclassification index: it rewards miscalibration (Hilden and Gerds, Statistics in Medicine
2014;33:3405).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import (
    RESAMPLES,
    method_words,
    percentiles,
    resampled,
    spread_limits,
)
from TACEResponseLib.evaluation.discrimination.auc_difference import AucDifference, auc_difference
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_outcome, checked_probabilities
from TACEResponseLib.evaluation.usefulness.decision_curve import net_benefit


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedValue:
    """The larger model less the smaller, on the same untouched patients."""

    auc: AucDifference
    """Above 0 is better."""
    brier: Estimate
    """BELOW 0 is better."""
    net_benefit: Estimate
    """At the threshold, per patient; above 0 is better."""
    threshold: float


def added_value(
    labels: ArrayLike,
    base: ArrayLike,
    extended: ArrayLike,
    threshold: float,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> AddedValue:
    """Differences with paired intervals.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        base: (n,), probabilities by the smaller model (clinical alone).
        extended: (n,), probabilities by the larger (clinical and image).
        threshold: probability at which one would act, inside 0..1, set on the training cohort.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Returns: limits are nan where all draws are alike, unless it is the same model twice.
    Raises: InputError: one class only, or no probabilities. ValueError: threshold outside 0..1.
    """
    outcome = checked_outcome(labels)
    small = checked_probabilities(base, outcome, name="base")
    large = checked_probabilities(extended, outcome, name="extended")
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must lie inside 0..1, got {threshold}")
    cut = np.array([threshold])
    closer = (large - outcome) ** 2 - (small - outcome) ** 2

    def of(rows: NDArray[np.intp]) -> Floats:
        drawn = outcome[rows]
        gain = net_benefit(drawn, large[rows], cut) - net_benefit(drawn, small[rows], cut)
        return np.array([closer[rows].mean(), gain[0]])

    draws = resampled(of, outcome.size, rng, clusters=clusters, resamples=resamples)
    limits = percentiles(draws) if np.array_equal(small, large) else spread_limits(draws)
    brier, gain = (
        Estimate(
            value=float(value),
            low=float(low),
            high=float(high),
            n=outcome.size,
            method=method_words(draws, by_patient=clusters is not None),
        )
        for value, low, high in zip(of(np.arange(outcome.size)), *limits, strict=True)
    )
    return AddedValue(
        auc=auc_difference(outcome, large, small, clusters=clusters),
        brier=brier,
        net_benefit=gain,
        threshold=threshold,
    )
