"""A share of rows of which several are one patient's."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import checked_clusters
from TACEResponseLib.evaluation.proportions import ProportionMethod, proportion

UPPER_TAIL = 0.975


def share(
    successes: ArrayLike,
    clusters: ArrayLike | None,
    *,
    method: ProportionMethod = "Clopper-Pearson",
) -> Estimate:
    """Share of rows that succeed, with its 95 % interval.

    Args:
        successes: (n,), true or false.
        clusters: (n,), patient of each row; each row its own patient if not given.
        method: of the interval where each row is its own patient.
    Returns: where patients have several rows Clopper and Pearson's interval for the number of
        independent rows that would be as sure; its `n` counts patients, and its limits are 0 and 1
        with fewer than two of them.
    Source: Korn and Graubard, Survey Methodology 1998;24:193; as R's survey::svyciprop with
        method "beta".
    """
    hits = np.asarray(successes, dtype=bool)
    patients = checked_clusters(clusters, hits.size)
    people = np.unique(patients)
    if people.size == hits.size:
        return proportion(int(hits.sum()), hits.size, method=method)
    value = float(hits.mean())
    low, high = _limits(value, effective_rows(hits, patients), hits.size, people.size)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=people.size,
        method="Korn-Graubard, rows of one patient counted together",
    )


def effective_rows(hits: NDArray[np.bool_], patients: NDArray[np.int_]) -> float:
    """Independent rows that would be as sure of a share; as many as patients where all are alike.

    Args:
        hits: (n,), rows that succeed.
        patients: (n,), patient of each row.
    """
    codes = np.unique(patients, return_inverse=True)[1]
    m, p = int(codes.max()) + 1, float(hits.mean())
    if m < 2 or p in (0.0, 1.0):
        return float(m)
    sums = np.bincount(codes, weights=hits - p)
    variance = m / (m - 1) * float(sums @ sums) / hits.size**2
    return p * (1 - p) / variance if variance > 0 else float(hits.size)


def _limits(value: float, effective: float, n: int, patients: int) -> tuple[float, float]:
    """By the beta distribution, the number of rows corrected for a variance that is estimated."""
    from scipy.stats import beta, t

    if patients < 2:
        return 0.0, 1.0
    ratio = float(t.ppf(UPPER_TAIL, n - 1) / t.ppf(UPPER_TAIL, patients - 1))
    rows = min(float(n), effective * ratio**2)
    hits, misses = rows * value, rows * (1 - value)
    low = float(beta.ppf(1 - UPPER_TAIL, hits, misses + 1)) if value > 0 else 0.0
    high = float(beta.ppf(UPPER_TAIL, hits + 1, misses)) if value < 1 else 1.0
    return low, high
