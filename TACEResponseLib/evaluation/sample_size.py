"""How many patients a study needs, and how wide the intervals are that so many give.

Validation: each of three measures is to have an interval of a stated width; the largest n rules.
Development: three criteria against overfitting; the largest n rules.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.estimate import Z_95
from TACEResponseLib.evaluation.inputs import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationWidths:
    """Widths of 95 % intervals, as expected of a model that is right about these patients."""

    observed_to_expected: float
    slope: float
    auc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationSize:
    """Patients needed for each measure, and for all of them."""

    observed_to_expected: int
    slope: int
    auc: int
    n: int
    """The largest."""
    events: int
    """Positive outcomes expected among `n`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentSize:
    """Patients needed to train a model, by criterion, and for all of them."""

    shrinkage: int
    optimism: int
    prevalence: int
    n: int
    """The largest."""
    events: int


def validation_widths(
    n: int, prevalence: float, auc: float, linear_predictors: ArrayLike
) -> ValidationWidths:
    """What width of interval so many patients give.

    Args:
        n: patients, at least 2.
        prevalence: share with the positive outcome, inside 0..1.
        auc: expected, inside 0..1.
        linear_predictors: (m,), logits that the model is expected to give, such as those of the
            study at hand.
    Raises: InputError: a value outside its range, or logits that are all the same.
    Source: Riley and others, Statistics in Medicine 2021;40:4230; AUC by Newcombe, Statistics in
        Medicine 2006;25:559.
    """
    _refuse_outside(prevalence, auc)
    if n < 2:
        raise InputError("n", "must be at least 2 patients", got=n, remedy="give the study's size")
    log_error = math.sqrt((1 - prevalence) / (n * prevalence))
    return ValidationWidths(
        observed_to_expected=2 * math.sinh(Z_95 * log_error),
        slope=2 * Z_95 * math.sqrt(_slope_variance(linear_predictors) / n),
        auc=2 * Z_95 * _auc_error(n, prevalence, auc),
    )


def validation_size(
    prevalence: float,
    auc: float,
    linear_predictors: ArrayLike,
    *,
    observed_to_expected_width: float = 0.2,
    slope_width: float = 0.2,
    auc_width: float = 0.1,
) -> ValidationSize:
    """Patients that an external validation needs for intervals of stated widths.

    Args:
        prevalence: share with the positive outcome, inside 0..1.
        auc: expected, inside 0..1.
        linear_predictors: (m,), logits that the model is expected to give.
        observed_to_expected_width: of the 95 % interval of the ratio, about 1.
        slope_width: of the calibration slope, about 1.
        auc_width: of the AUC.
    Raises: InputError: a value outside its range, or logits that are all the same.
    Source: Riley and others, Statistics in Medicine 2021;40:4230.
    """
    _refuse_outside(prevalence, auc)
    for name, width in (
        ("observed_to_expected_width", observed_to_expected_width),
        ("slope_width", slope_width),
        ("auc_width", auc_width),
    ):
        if not width > 0:
            raise InputError(name, "must be > 0", got=width, remedy="state a width to aim for")
    log_error = math.asinh(observed_to_expected_width / 2) / Z_95
    ratio = math.ceil((1 - prevalence) / (prevalence * log_error**2))
    slope = math.ceil(_slope_variance(linear_predictors) / (slope_width / (2 * Z_95)) ** 2)
    area = _smallest_for_auc(prevalence, auc, auc_width / (2 * Z_95))
    n = max(ratio, slope, area)
    return ValidationSize(
        observed_to_expected=ratio, slope=slope, auc=area, n=n, events=math.ceil(n * prevalence)
    )


def development_size(
    prevalence: float, parameters: int, *, cox_snell_r2: float | None = None, shrinkage: float = 0.9
) -> DevelopmentSize:
    """Patients that training a logistic regression needs.

    Args:
        prevalence: share with the positive outcome, inside 0..1.
        parameters: coefficients that are candidates, at least 1; for a penalized or selected model
            all that selection could have taken.
        cox_snell_r2: expected of the model; 15 % of its greatest possible value if nothing is
            known.
        shrinkage: expected calibration slope in new patients that is still good enough.
    Raises: InputError: a value outside its range.
    Source: Riley and others, Statistics in Medicine 2019;38:1276 (criteria i to iii, with an
        optimism of .05 and a margin of .05).
    """
    _refuse_outside(prevalence, 0.5)
    largest = 1 - (prevalence**prevalence * (1 - prevalence) ** (1 - prevalence)) ** 2
    r2 = 0.15 * largest if cox_snell_r2 is None else cox_snell_r2
    if parameters < 1 or not 0 < r2 < largest or not 0 < shrinkage < 1:
        raise InputError(
            "development size",
            f"needs parameters >= 1, 0 < R2 < {largest:.3f} at this prevalence, 0 < shrinkage < 1",
            got=f"{parameters}, {r2:g}, {shrinkage:g}",
            remedy="check the three values",
        )
    overfitting = _for_shrinkage(parameters, r2, shrinkage)
    optimism = _for_shrinkage(parameters, r2, r2 / (r2 + 0.05 * largest))
    share = math.ceil((Z_95 / 0.05) ** 2 * prevalence * (1 - prevalence))
    n = max(overfitting, optimism, share)
    return DevelopmentSize(
        shrinkage=overfitting,
        optimism=optimism,
        prevalence=share,
        n=n,
        events=math.ceil(n * prevalence),
    )


def _for_shrinkage(parameters: int, r2: float, shrinkage: float) -> int:
    """Patients at which the expected shrinkage is reached."""
    return math.ceil(parameters / ((shrinkage - 1) * math.log(1 - r2 / shrinkage)))


def _slope_variance(linear_predictors: ArrayLike) -> float:
    """Variance of the calibration slope times n, for a model that is right."""
    logit: Floats = np.asarray(linear_predictors, dtype=float).ravel()
    if logit.size < 2 or not np.isfinite(logit).all() or np.ptp(logit) == 0:
        raise InputError(
            "linear predictors",
            "must be finite logits that differ",
            got=f"{logit.size} values",
            remedy="give the model's own logits",
        )
    p = expit(logit)
    weight = p * (1 - p)
    center = np.average(logit, weights=weight)
    return float(1 / np.mean(weight * (logit - center) ** 2))


def _auc_error(n: int, prevalence: float, auc: float) -> float:
    """Standard error expected of an AUC."""
    half = n / 2 - 1
    spread = 1 + half * (1 - auc) / (2 - auc) + half * auc / (1 + auc)
    return math.sqrt(auc * (1 - auc) * spread / (n**2 * prevalence * (1 - prevalence)))


def _smallest_for_auc(prevalence: float, auc: float, error: float) -> int:
    """Fewest patients whose AUC has so small an error, by halving the range."""
    low, high = 2, 4
    while _auc_error(high, prevalence, auc) > error:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        if _auc_error(middle, prevalence, auc) > error:
            low = middle + 1
        else:
            high = middle
    return low


def _refuse_outside(prevalence: float, auc: float) -> None:
    """Refuse shares that are none."""
    for name, value in (("prevalence", prevalence), ("auc", auc)):
        if not 0 < value < 1:
            raise InputError(name, "must lie inside 0..1", got=value, remedy="give a share")
