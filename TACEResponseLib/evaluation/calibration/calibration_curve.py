"""Observed against predicted probability: in bins, and as a smooth line with a band."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import percentiles, resampled
from TACEResponseLib.evaluation.clustered_proportions import share
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import (
    Floats,
    checked_clusters,
    checked_outcome,
    checked_probabilities,
)

Binning = Literal["quantile", "uniform"]
# Share of the patients that each point of the smooth line looks at, as in R's val.prob.
SMOOTHING_SHARE = 2 / 3
GRID_POINTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Patients of similar predicted probability."""

    predicted: float
    """Mean of their predicted probabilities."""
    observed: Estimate
    """Share with the positive outcome; exact interval."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothCalibration:
    """Observed probability as a smooth function of the predicted one."""

    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    n: int
    method: str


def bin_numbers(probabilities: Floats, bins: int, binning: Binning) -> NDArray[np.int_]:
    """Bin of each patient, 0..bins-1; equal probabilities always share one, and an edge its lower.

    Args:
        probabilities: (n,), within 0..1.
        bins: at least 1.
        binning: equally many patients (`quantile`) or equally wide (`uniform`).
    Raises: ValueError: no bins.
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.quantile(probabilities, inner) if binning == "quantile" else inner
    return np.searchsorted(edges, probabilities, side="left")


def calibration_bins(
    labels: ArrayLike,
    probabilities: ArrayLike,
    *,
    bins: int = 10,
    binning: Binning = "quantile",
    clusters: ArrayLike | None = None,
) -> tuple[CalibrationBin, ...]:
    """Mean predicted and observed probability of groups of patients, by rising probability.

    Args:
        labels: (n,), 1 for the positive class, 0 else; one class alone will do.
        probabilities: (n,), of the positive class.
        bins: at most so many; empty ones are left out.
        binning: equally many patients (`quantile`) or equally wide (`uniform`).
        clusters: (n,), patient of each row; each row its own patient if not given.
    Raises: InputError: values missing or outside 0..1. ValueError: no bins.
    """
    outcome = checked_outcome(labels, both_classes=False)
    p = checked_probabilities(probabilities, outcome)
    numbers, patients = bin_numbers(p, bins, binning), checked_clusters(clusters, p.size)
    return tuple(
        CalibrationBin(
            predicted=float(p[numbers == number].mean()),
            observed=share(outcome[numbers == number], patients[numbers == number]),
        )
        for number in np.unique(numbers)
    )


def smooth_calibration(
    labels: ArrayLike,
    probabilities: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = 200,
) -> SmoothCalibration:
    """Locally weighted regression of the outcome on the predicted probability.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        probabilities: (n,), of the positive class; at least three different ones.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: cohorts drawn for the band, which is pointwise.
    Returns: from the lowest to the highest predicted probability, within 0..1.
    Raises: InputError: one class only or no probabilities. ValueError: fewer than three.
    Source: Austin and Steyerberg, Statistics in Medicine 2014;33:517; Cleveland's lowess,
        without robustness weights, which would throw the rarer class out.
    """
    outcome = checked_outcome(labels)
    p = checked_probabilities(probabilities, outcome)
    if np.unique(p).size < 3:
        raise ValueError("a smooth calibration line needs three different probabilities")
    grid = np.linspace(p.min(), p.max(), GRID_POINTS)

    def line(rows: NDArray[np.intp]) -> Floats:
        return _lowess(outcome[rows], p[rows], grid)

    draws = resampled(line, p.size, rng, clusters=clusters, resamples=resamples)
    low, high = percentiles(draws)
    return SmoothCalibration(
        predicted=grid,
        observed=line(np.arange(p.size)),
        low=low,
        high=high,
        n=p.size,
        method=f"lowess over {SMOOTHING_SHARE:.2f} of the patients, "
        f"percentile bootstrap of {resamples}",
    )


def _lowess(outcome: NDArray[np.int_], p: Floats, grid: Floats) -> Floats:
    """Smooth share of positives at each grid point, within 0..1; nan where none can be had."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    with np.errstate(invalid="ignore", divide="ignore"):
        smooth = lowess(outcome, p, frac=SMOOTHING_SHARE, it=0, xvals=grid)
    return np.clip(np.asarray(smooth, dtype=float), 0, 1)
