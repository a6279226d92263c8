"""How far two measurements of the same patients lie apart: bias and limits of agreement.

A correlation tells whether patients keep their order. These limits tell, in the measurement's own
unit, by how much two measurements of one patient differ in 95 of 100.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import Floats

FEWEST_PATIENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreement:
    """Of the second measurement less the first."""

    bias: Estimate
    """Mean difference."""
    low: Estimate
    high: Estimate
    """Bias -+ 1.96 standard deviations of the differences."""
    sd: float


def limits_of_agreement(first: ArrayLike, second: ArrayLike) -> LimitsOfAgreement:
    """Bias and 95 % limits of agreement, each with its own 95 % interval.

    The limits take the differences for normal and equally spread over the whole range.

    Args:
        first: (n,), complete, n >= 3.
        second: (n,), of the same patients in the same order.
    Raises: InputError: lengths differ, too few patients, or a value is missing.
    Source: Bland and Altman, Statistical Methods in Medical Research 1999;8:135: variance of a
        limit sd^2 (1/n + 1.96^2 / (2 (n - 1))); Student's t in place of the normal quantile.
    """
    from scipy.stats import t

    difference = _differences(first, second)
    n, bias, sd = difference.size, float(difference.mean()), float(difference.std(ddof=1))
    reach = float(t.ppf(0.975, n - 1)) * sd
    of_bias, of_limit = reach / n**0.5, reach * (1 / n + Z_95**2 / (2 * (n - 1))) ** 0.5
    return LimitsOfAgreement(
        bias=_estimate(bias, of_bias, n),
        low=_estimate(bias - Z_95 * sd, of_limit, n),
        high=_estimate(bias + Z_95 * sd, of_limit, n),
        sd=sd,
    )


def _differences(first: ArrayLike, second: ArrayLike) -> Floats:
    """Second less first, of complete pairs."""
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.ndim != 1 or one.shape != two.shape or one.size < FEWEST_PATIENTS:
        raise InputError(
            "first and second",
            f"must be pairs of at least {FEWEST_PATIENTS} patients",
            got=f"shapes {one.shape} and {two.shape}",
            remedy="give two columns",
        )
    missing = np.flatnonzero(~np.isfinite(one + two))
    if missing.size:
        raise InputError(
            f"first and second, row {missing[0] + 1}",
            "must be complete",
            got="a missing value",
            remedy=f"leave out these {missing.size} patients, and say so",
        )
    return np.asarray(two - one)


def _estimate(value: float, reach: float, n: int) -> Estimate:
    """A value with an interval of equal sides."""
    return Estimate(
        value=value,
        low=value - reach,
        high=value + reach,
        n=n,
        method="Bland and Altman, Student's t",
    )
