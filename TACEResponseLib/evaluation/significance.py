"""A test's answer, and Holm's correction where several were asked at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """Statistic and two-sided p value of a test."""

    statistic: float
    p: float
    n: int
    """Patients it rests on."""
    method: str
    """Name of the test and of its statistic."""
    degrees_of_freedom: int | None = None
    """Of a chi-squared statistic."""


def untestable(n: int, why: str) -> Significance:
    """A test that these patients can't be put to.

    Args:
        n: patients.
        why: in place of the method.
    """
    nan = float("nan")
    return Significance(statistic=nan, p=nan, n=n, method=why)


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """P values adjusted by Holm's step-down method, in the order given.

    Args:
        p_values: (m,), each within 0..1, all of one family of questions.
    Raises: ValueError: a p value is missing or outside 0..1.
    Source: Holm, Scandinavian Journal of Statistics 1979;6:65.
    """
    from statsmodels.stats.multitest import multipletests

    p = np.asarray(p_values, dtype=float)
    if p.size == 0:
        return p
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p_values must lie within 0..1, got {p.tolist()}")
    adjusted: NDArray[np.float64] = multipletests(p, method="holm")[1]
    return adjusted
