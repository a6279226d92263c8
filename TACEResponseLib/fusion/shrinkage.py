"""A logistic regression's own logit, drawn in by what its procedure promises too much.

A model that was fitted to few patients spreads them too far. Fits on patients drawn with
replacement, asked about the patients they were drawn from, tell by how much: their calibration
slope there is what must be left of each coefficient. Nothing is fused, and no fold decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from TACEResponseLib.basics.logistic import UNPENALIZED_C, Floats
from TACEResponseLib.fusion.bounded_line import Labels, fit_line
from TACEResponseLib.fusion.calibration import ShrinkageCalibration
from TACEResponseLib.fusion.clusters import Clusters, drawn_rows
from TACEResponseLib.fusion.linear_model import MOST_REDRAWS

Drawn = NDArray[np.intp]
LogitsOf = Callable[[Drawn], Floats]
"""The whole procedure on rows (n,), of which some come several times: logits (n,) of everybody."""

FEWEST_OF_A_CLASS = 2
# Newton's steps double the right digits each time; a slope beyond `FAR` logits a standard deviation
# is on its way to classes that are separated.
MOST_STEPS, FAR, SETTLED = 25, 20.0, 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResampledSlopes:
    """Calibration slopes of fits on resamples, (b,) both; nan where a fit says one thing of all."""

    trained: Floats
    """Of the patients drawn, whom the fit has learned from."""
    tested: Floats
    """Of the patients that they were drawn from."""


def fitted_shrinkage(
    labels: ArrayLike,
    logits: Floats,
    logits_of: LogitsOf,
    n_resamples: int,
    rng: np.random.Generator,
    patients: Clusters = None,
) -> ShrinkageCalibration:
    """What is left of every coefficient, and the intercept that goes with it.

    The slope is Harrell's: the apparent one less the optimism, by how much slopes of fits on
    resamples are larger where they were fitted than on the cohort. Of the optimism the median is
    taken and not the mean: a resample whose coefficient is nearly 0 has a slope without bound, and
    with one weak predictor (AUC .64, 91 patients) the mean would be 0 in one cohort of four and
    above 1 in most others. It shrinks and never expands, so that a penalty that drew
    coefficients in beforehand is not undone. The intercept makes the mean prediction the share of
    events.

    Args:
        labels: (n,), 1 for the positive class, 0 else; two of each at least.
        logits: (n,), of the model fitted on these patients.
        logits_of: the procedure that fitted it, selection and all.
        n_resamples: how many fits.
        rng: of the draws.
        patients: (n,), patient of each row; each row its own if not given.
    Returns: a slope within 0..1; 0, and so the share of events for everyone, where the model says
        the same of everyone or has no slope left.
    Raises: ValueError: a class has fewer than two patients.
    Source: Harrell, Lee and Mark, Statistics in Medicine 1996;15:361, for optimism; van
        Houwelingen and le Cessie, Statistics in Medicine 1990;9:1303, and Steyerberg, Clinical
        Prediction Models, 2nd edition 2019, section 13.2, for coefficients times this slope and
        the intercept fitted again.
    """
    y = np.asarray(labels, dtype=np.int64)
    slopes = resampled_slopes(y, logits_of, n_resamples, rng, patients)
    slope = optimism_corrected(calibration_slope(y, logits), slopes)
    return ShrinkageCalibration(slope=slope, intercept=level(y, slope * logits))


def resampled_slopes(
    labels: Labels,
    logits_of: LogitsOf,
    n_resamples: int,
    rng: np.random.Generator,
    patients: Clusters = None,
) -> ResampledSlopes:
    """Both slopes of each fit.

    Args, Raises: as `fitted_shrinkage`.
    """
    pairs = []
    for rows in drawn_with_replacement(labels, n_resamples, rng, patients):
        everyone = logits_of(rows)
        own = calibration_slope(labels[rows], everyone[rows])
        pairs.append((own, calibration_slope(labels, everyone)))
    trained, tested = np.array(pairs).T
    return ResampledSlopes(trained=trained, tested=tested)


def optimism_corrected(apparent: float, slopes: ResampledSlopes) -> float:
    """The apparent slope less the median optimism, within 0..1; 0 where there is none."""
    optimism = slopes.trained - slopes.tested
    known = optimism[np.isfinite(optimism)]
    if not known.size or not np.isfinite(apparent):
        return 0.0
    return float(np.clip(apparent - np.median(known), 0.0, 1.0))


def calibration_slope(labels: Labels, logits: Floats) -> float:
    """Slope of the logistic regression of the outcome on the logit; nan where all are the same.

    By Newton's steps, for it is asked hundreds of times a fit; where they do not settle, as when
    the logits separate the classes, by a fit with a faint penalty, which always has an answer.
    """
    # A scale of 1 keeps the faint penalty's weight independent of the logits' spread.
    scale = float(logits.std())
    if scale == 0:
        return float("nan")
    inputs = (logits - logits.mean()) / scale
    slope = _by_newton(labels, inputs)
    if slope is None:
        free = np.zeros(1, dtype=np.bool_)
        line = fit_line("logistic", inputs[:, np.newaxis], labels, UNPENALIZED_C, free)
        slope = float(line.coefficients[0])
    return slope / scale


def _by_newton(labels: Labels, inputs: Floats) -> float | None:
    """Slope of the likelihood's peak on inputs of mean 0 and deviation 1; `None` if it is far."""
    constant = slope = 0.0
    for _ in range(MOST_STEPS):
        p = expit(constant + slope * inputs)
        residual, weight = labels - p, p * (1 - p)
        weighted = weight * inputs
        level, cross, spread = weight.sum(), weighted.sum(), weighted @ inputs
        determinant = level * spread - cross * cross
        if determinant <= 0:
            return None
        pull, lift = residual @ inputs, residual.sum()
        step = (level * pull - cross * lift) / determinant
        constant += (spread * lift - cross * pull) / determinant
        slope += step
        if abs(slope) > FAR:
            return None
        if abs(step) < SETTLED:
            return float(slope)
    return None


def level(labels: Labels, logits: Floats) -> float:
    """The constant on these logits with which the mean probability is the share of events."""
    from scipy.optimize import brentq

    share = float(labels.mean())

    def surplus(constant: float) -> float:
        return float(expit(logits + constant).mean()) - share

    middle = float(logit(share))
    return float(brentq(surplus, middle - logits.max() - 1, middle - logits.min() + 1))


def drawn_with_replacement(
    labels: Labels, n_resamples: int, rng: np.random.Generator, patients: Clusters = None
) -> Iterator[Drawn]:
    """Rows of each resample, (m,), with two of each class or more; a patient's rows together.

    Raises: ValueError: the cohort itself has fewer.
    """
    for _ in range(n_resamples):
        for _ in range(MOST_REDRAWS):
            rows = drawn_rows(labels.size, patients, rng)
            distinct = labels[np.unique(rows)]
            if np.bincount(distinct, minlength=2).min() >= FEWEST_OF_A_CLASS:
                yield rows
                break
        else:
            raise ValueError("too few patients of one class to resample the training cohort")
