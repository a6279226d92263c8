"""Intraclass correlation: how much of a feature's spread is between patients, not readers.

All six forms, by the three questions that make them: are the readers others for every patient
(one-way), a sample of all readers (two-way random, absolute agreement) or the only ones there are
(two-way mixed, consistency); and is one reader's value used, or the mean of all k?
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats

IccForm = Literal["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
ICC_NAMES: dict[IccForm, str] = {
    "ICC(1,1)": "one-way random, single reader",
    "ICC(2,1)": "two-way random, absolute agreement, single reader",
    "ICC(3,1)": "two-way mixed, consistency, single reader",
    "ICC(1,k)": "one-way random, mean of k readers",
    "ICC(2,k)": "two-way random, absolute agreement, mean of k readers",
    "ICC(3,k)": "two-way mixed, consistency, mean of k readers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeanSquares:
    """Two-way analysis of variance without replication."""

    patients: float
    readers: float
    error: float
    within: float
    """Readers and error together."""
    n: int
    k: int


def intraclass(ratings: ArrayLike) -> Mapping[IccForm, Estimate]:
    """All six intraclass correlations with 95 % intervals; name the form wherever one is printed.

    Args:
        ratings: (n patients, k readers), complete; at least 2 x 2.
    Returns: by Shrout and Fleiss' names, 1 is best and below 0 is possible; nan where nothing
        differs at all.
    Raises: InputError: another shape, or a missing value.
    Source: Shrout and Fleiss, Psychological Bulletin 1979;86:420; intervals of ICC(2, .) as
        corrected by McGraw and Wong, Psychological Methods 1996;1:30. pingouin gives the same but
        rounds intervals to two decimals.
    """
    table = _checked(ratings)
    ms = _mean_squares(table)
    if ms.patients + ms.within == 0:
        return {form: _estimate(form, math.nan, (math.nan, math.nan), ms.n) for form in ICC_NAMES}
    one_way, absolute, consistency = _one_way(ms), _absolute(ms), _consistency(ms)
    singles: dict[IccForm, tuple[float, float, float]] = {
        "ICC(1,1)": one_way,
        "ICC(2,1)": absolute,
        "ICC(3,1)": consistency,
    }
    means: dict[IccForm, tuple[float, float, float]] = {
        "ICC(1,k)": _stepped_up(one_way, ms.k),
        "ICC(2,k)": _stepped_up(absolute, ms.k),
        "ICC(3,k)": _stepped_up(consistency, ms.k),
    }
    return {
        form: _estimate(form, value, (low, high), ms.n)
        for form, (value, low, high) in (singles | means).items()
    }


def _checked(ratings: ArrayLike) -> Floats:
    """Complete table of at least two patients and two readers."""
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2 or min(table.shape) < 2:
        raise InputError(
            "ratings",
            "must be patients x readers, at least 2 x 2",
            got=f"shape {table.shape}",
            remedy="give one column a reader",
        )
    missing = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if missing.size:
        raise InputError(
            f"ratings, row {missing[0] + 1}",
            "must be complete",
            got="a missing value",
            remedy=f"leave out the {missing.size} patients not read by all, and say so",
        )
    return table


def _mean_squares(table: Floats) -> _MeanSquares:
    """Mean squares between patients, between readers, of the rest, and within patients."""
    n, k = table.shape
    grand = table.mean()
    patients = k * float(((table.mean(axis=1) - grand) ** 2).sum())
    readers = n * float(((table.mean(axis=0) - grand) ** 2).sum())
    within = float(((table - table.mean(axis=1, keepdims=True)) ** 2).sum())
    return _MeanSquares(
        patients=patients / (n - 1),
        readers=readers / (k - 1),
        error=max(within - readers, 0.0) / ((n - 1) * (k - 1)),
        within=within / (n * (k - 1)),
        n=n,
        k=k,
    )


def _one_way(ms: _MeanSquares) -> tuple[float, float, float]:
    """ICC(1,1) with its limits."""
    return _from_f(ms.patients, ms.within, ms.n - 1, ms.n * (ms.k - 1), ms.k)


def _consistency(ms: _MeanSquares) -> tuple[float, float, float]:
    """ICC(3,1) with its limits."""
    return _from_f(ms.patients, ms.error, ms.n - 1, (ms.n - 1) * (ms.k - 1), ms.k)


def _from_f(
    between: float, rest: float, df_between: int, df_rest: int, k: int
) -> tuple[float, float, float]:
    """Correlation (F - 1) / (F + k - 1), and the same of F's limits; 1 without any rest."""
    from scipy.stats import f

    def of(ratio: float) -> float:
        return (ratio - 1) / (ratio + k - 1)

    if rest == 0:
        return 1.0, 1.0, 1.0
    ratio = between / rest
    low = ratio / float(f.ppf(0.975, df_between, df_rest))
    high = ratio * float(f.ppf(0.975, df_rest, df_between))
    return of(ratio), of(low), of(high)


def _absolute(ms: _MeanSquares) -> tuple[float, float, float]:
    """ICC(2,1) with limits by Satterthwaite's degrees of freedom."""
    from scipy.stats import f

    n, k = ms.n, ms.k
    value = (ms.patients - ms.error) / (
        ms.patients + (k - 1) * ms.error + k * (ms.readers - ms.error) / n
    )
    if ms.error == 0:
        # Readers differ by constants alone: Satterthwaite's formula divides 0 by 0.
        return value, math.nan, math.nan
    a = k * value / (n * (1 - value)) if value < 1 else math.inf
    b = 1 + k * value * (n - 1) / (n * (1 - value)) if value < 1 else math.inf
    freedom = (a * ms.readers + b * ms.error) ** 2 / (
        (a * ms.readers) ** 2 / (k - 1) + (b * ms.error) ** 2 / ((n - 1) * (k - 1))
    )
    f_low, f_high = float(f.ppf(0.975, n - 1, freedom)), float(f.ppf(0.975, freedom, n - 1))
    blend = k * ms.readers + (k * n - k - n) * ms.error
    low = n * (ms.patients - f_low * ms.error) / (f_low * blend + n * ms.patients)
    high = n * (f_high * ms.patients - ms.error) / (blend + n * f_high * ms.patients)
    return value, low, high


def _stepped_up(single: tuple[float, float, float], k: int) -> tuple[float, float, float]:
    """Value and limits of the mean of k readers, by Spearman and Brown."""
    value, low, high = (k * r / (1 + (k - 1) * r) for r in single)
    return value, low, high


def _estimate(form: IccForm, value: float, limits: tuple[float, float], n: int) -> Estimate:
    """One form, under its full name."""
    return Estimate(
        value=value,
        low=limits[0],
        high=limits[1],
        n=n,
        method=f"{form}, {ICC_NAMES[form]}; F distribution",
    )
