"""Brier score and what it is made of; the expected calibration error.

Brier = reliability - resolution + uncertainty + within-bin. Reliability is what a better
calibration could remove; resolution is what the model knows; uncertainty is the outcome's own
variance. Murphy's three terms are exact when every bin holds one probability; the fourth takes up
what binning blurs, so that the sum always holds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import (
    RESAMPLES,
    bootstrap_estimate,
    method_words,
    percentiles,
    resampled,
    spread_limits,
)
from TACEResponseLib.evaluation.calibration.calibration_curve import Binning, bin_numbers
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import (
    Floats,
    Labels,
    checked_clusters,
    checked_outcome,
    checked_probabilities,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrierDecomposition:
    """Terms of the Brier score."""

    brier: float
    reliability: float
    """0 is best."""
    resolution: float
    """Higher is better."""
    uncertainty: float
    """Brier score of saying the cohort's own share to everyone."""
    within_bin: float
    """Variance less covariance inside the bins; 0 where each bin holds one probability."""


def brier_score(
    labels: ArrayLike,
    probabilities: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Mean squared distance of probability and outcome, 0 is best.

    Args:
        labels: (n,), 1 for the positive class, 0 else; one class alone will do.
        probabilities: (n,), of the positive class.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: values missing or outside 0..1.
    Source: Brier, Monthly Weather Review 1950;78:1.
    """
    outcome = checked_outcome(labels, both_classes=False)
    squares = (checked_probabilities(probabilities, outcome) - outcome) ** 2

    def of(rows: NDArray[np.intp]) -> float:
        return float(squares[rows].mean())

    return bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)


def brier_decomposition(
    labels: ArrayLike, probabilities: ArrayLike, *, bins: int = 10, binning: Binning = "quantile"
) -> BrierDecomposition:
    """Reliability, resolution and uncertainty.

    Args:
        labels: (n,), 1 for the positive class, 0 else; one class alone will do.
        probabilities: (n,), of the positive class.
        bins: at most so many.
        binning: equally many patients (`quantile`) or equally wide (`uniform`).
    Raises: InputError: values missing or outside 0..1. ValueError: no bins.
    Source: Murphy, Journal of Applied Meteorology 1973;12:595; within-bin terms by Stephenson,
        Coelho and Jolliffe, Weather and Forecasting 2008;23:752.
    """
    outcome = checked_outcome(labels, both_classes=False)
    p = checked_probabilities(probabilities, outcome)
    weight, predicted, observed = _bin_means(outcome, p, bin_numbers(p, bins, binning))
    share = float(outcome.mean())
    brier = float(((p - outcome) ** 2).mean())
    reliability = float((weight * (predicted - observed) ** 2).sum())
    resolution = float((weight * (observed - share) ** 2).sum())
    uncertainty = share * (1 - share)
    return BrierDecomposition(
        brier=brier,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within_bin=brier - (reliability - resolution + uncertainty),
    )


def expected_calibration_error(
    labels: ArrayLike,
    probabilities: ArrayLike,
    rng: np.random.Generator,
    *,
    bins: int = 10,
    binning: Binning = "uniform",
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Mean distance of predicted and observed probability over bins, weighted by patients.

    Never 0 in a finite cohort, however good the model: read it beside
    `calibration_error_by_chance`. Drawing again adds its own error to that of the cohort, so the
    interval is moved back to be centered on the value; its coverage is below 95 % all the same.
    Limits are nan where all draws are alike.

    Args:
        labels: (n,), 1 for the positive class, 0 else; one class alone will do.
        probabilities: (n,), of the positive class.
        rng: source of the draws.
        bins: at most so many.
        binning: equally wide (`uniform`) or equally many patients (`quantile`).
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: values missing or outside 0..1. ValueError: no bins.
    Source: Naeini, Cooper and Hauskrecht, AAAI 2015:2901.
    """
    outcome = checked_outcome(labels, both_classes=False)
    p = checked_probabilities(probabilities, outcome)
    numbers = bin_numbers(p, bins, binning)

    def of(rows: NDArray[np.intp]) -> float:
        weight, predicted, observed = _bin_means(outcome[rows], p[rows], numbers[rows])
        return float((weight * np.abs(predicted - observed)).sum())

    drawn = resampled(of, outcome.size, rng, clusters=clusters, resamples=resamples)
    value, (low, high) = of(np.arange(outcome.size)), spread_limits(drawn)
    shift = value - float(np.median(drawn))
    return Estimate(
        value=value,
        low=float(np.maximum(0.0, low + shift)),
        high=float(np.minimum(1.0, high + shift)),
        n=int(checked_clusters(clusters, outcome.size).max()) + 1,
        method=f"{method_words(drawn, by_patient=clusters is not None)}, centered",
    )


def calibration_error_by_chance(
    probabilities: ArrayLike,
    rng: np.random.Generator,
    *,
    bins: int = 10,
    binning: Binning = "uniform",
    draws: int = RESAMPLES,
) -> Estimate:
    """The expected calibration error that these probabilities would have if they were right.

    Args:
        probabilities: (n,), of the positive class.
        rng: source of the draws.
        bins: at most so many.
        binning: as for the error that this is held against.
        draws: how many sets of outcomes are drawn from the probabilities.
    Returns: the mean, and the range of 95 % of the draws.
    Raises: InputError: values missing or outside 0..1. ValueError: no bins.
    Source: Broecker and Smith, Weather and Forecasting 2007;22:651 (consistency resampling).
    """
    p = checked_probabilities(probabilities, np.zeros(np.size(probabilities), dtype=np.int64))
    numbers = bin_numbers(p, bins, binning)
    errors = np.empty(draws)
    for i in range(draws):
        outcome = (rng.random(p.size) < p).astype(np.int64)
        weight, predicted, observed = _bin_means(outcome, p, numbers)
        errors[i] = (weight * np.abs(predicted - observed)).sum()
    low, high = percentiles(errors)
    return Estimate(
        value=float(errors.mean()),
        low=float(low),
        high=float(high),
        n=p.size,
        method=f"{draws} sets of outcomes drawn from the probabilities",
    )


def _bin_means(
    outcome: Labels, p: Floats, numbers: NDArray[np.int_]
) -> tuple[Floats, Floats, Floats]:
    """Share of the patients, mean predicted and mean observed of each bin that is not empty."""
    counts = np.bincount(numbers)
    full = counts > 0
    predicted = np.bincount(numbers, weights=p)[full] / counts[full]
    observed = np.bincount(numbers, weights=outcome)[full] / counts[full]
    return counts[full] / p.size, predicted, observed
