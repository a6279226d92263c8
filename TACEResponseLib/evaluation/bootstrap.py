"""Bootstrap by patient: all rows of a drawn patient come along, as often as it is drawn.

Patches and lesions of one patient resemble each other; resampling rows as if they were
strangers gives intervals that are too narrow.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_clusters

RESAMPLES = 2000
# With fewer than half of the resamples defined, what is left is not a sample of anything.
SMALLEST_DEFINED_SHARE = 0.5

Statistic = Callable[[NDArray[np.intp]], ArrayLike]


def resampled(
    statistic: Statistic,
    n: int,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Floats:
    """A statistic on each of many cohorts drawn with replacement.

    Args:
        statistic: takes row numbers, gives a number or an array; nan where undefined.
        n: rows.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts.
    Returns: (resamples, ...), what the statistic gave.
    """
    rows = _rows_of_patients(checked_clusters(clusters, n))
    return np.array([statistic(_draw(rows, n, rng)) for _ in range(resamples)], dtype=float)


def percentiles(draws: Floats) -> tuple[Floats, Floats]:
    """2.5th and 97.5th percentile over the first axis, undefined draws left out.

    Returns: low and high, nan where fewer than half of the draws are defined.
    """
    defined = np.isfinite(draws).mean(axis=0) >= SMALLEST_DEFINED_SHARE
    filled = np.where(defined, draws, 0.0)
    low, high = np.nanpercentile(filled, (2.5, 97.5), axis=0)
    return np.where(defined, low, np.nan), np.where(defined, high, np.nan)


def spread_limits(draws: Floats) -> tuple[Floats, Floats]:
    """`percentiles`, nan where all draws are alike: drawing again then tells no spread.

    A perfect score of few patients is perfect in each draw of them, and what others would give
    is not known by that.
    """
    low, high = percentiles(draws)
    filled = np.where(np.isfinite(draws), draws, low)
    is_alike = np.ptp(filled, axis=0) == 0
    return np.where(is_alike, np.nan, low), np.where(is_alike, np.nan, high)


def bootstrap_estimate(
    statistic: Callable[[NDArray[np.intp]], float],
    n: int,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A statistic with its 95 % percentile interval.

    Args:
        statistic: takes row numbers, gives a number; nan where undefined (one class drawn).
        n: rows.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Returns: the estimate; its `n` counts patients, `method` says what was left out; limits are
        nan where all draws are alike.
    """
    draws = resampled(statistic, n, rng, clusters=clusters, resamples=resamples)
    low, high = spread_limits(draws)
    words = method_words(draws, by_patient=clusters is not None)
    return Estimate(
        value=float(statistic(np.arange(n))),
        low=float(low),
        high=float(high),
        n=int(checked_clusters(clusters, n).max()) + 1,
        method=f"{words}; no limits, for all draws are alike" if np.isnan(low) else words,
    )


def method_words(draws: Floats, *, by_patient: bool) -> str:
    """How the interval was made, with the draws that had no answer."""
    words = f"percentile bootstrap of {draws.shape[0]}" + (", by patient" if by_patient else "")
    undefined = int((~np.isfinite(draws)).sum()) if draws.ndim == 1 else 0
    return words + (f"; {undefined} undefined draws left out" if undefined else "")


def _rows_of_patients(patients: NDArray[np.int_]) -> list[NDArray[np.intp]] | None:
    """Rows of each patient; none where each row is a patient of its own."""
    if np.unique(patients).size == patients.size:
        return None
    order = np.argsort(patients, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(patients[order])) + 1)


def _draw(
    rows: list[NDArray[np.intp]] | None, n: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Rows of one cohort drawn with replacement."""
    if rows is None:
        return rng.integers(n, size=n)
    return np.concatenate([rows[i] for i in rng.integers(len(rows), size=len(rows))])
