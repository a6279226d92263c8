"""Agreement on categories beyond chance, between two readers (Cohen) or several (Fleiss)."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.estimate import Estimate

KappaWeights = Literal["none", "linear", "quadratic"]


def cohen_kappa(
    first: Sequence[str],
    second: Sequence[str],
    categories: Sequence[str],
    *,
    weights: KappaWeights = "none",
) -> Estimate:
    """Cohen's kappa of two readers, or of a reader and the model.

    Args:
        first: (n,), category of each patient by the one.
        second: (n,), by the other, in the same order.
        categories: all that could be given, in their order (CR, PR, SD, PD).
        weights: `none`, or how much less a near miss counts on ordered categories.
    Returns: 1 is perfect, 0 what chance gives; nan where both give one category alone.
    Raises: InputError: lengths differ, or an unknown category.
    Source: Cohen, Educational and Psychological Measurement 1960;20:37; interval by Fleiss, Cohen
        and Everitt, Psychological Bulletin 1969;72:323.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    one, other = _numbered(first, categories, "first"), _numbered(second, categories, "second")
    if one.shape != other.shape or one.size == 0:
        raise InputError(
            "readers",
            "must have read the same patients",
            got=f"{one.size} and {other.size} readings",
            remedy="join them by case id",
        )
    table = np.zeros((len(categories), len(categories)))
    np.add.at(table, (one, other), 1)
    name = "Cohen's kappa" if weights == "none" else f"Cohen's kappa, {weights} weights"
    if np.union1d(one, other).size == 1:
        return Estimate(
            value=math.nan,
            low=math.nan,
            high=math.nan,
            n=one.size,
            method=f"{name}; none, for all readings are the same",
        )
    used = np.union1d(one, other) if weights == "none" else np.arange(len(categories))
    kappa = cohens_kappa(table[np.ix_(used, used)], wt=None if weights == "none" else weights)
    if np.array_equal(one, other):
        # Wald's variance is 0 there, as if other patients could not be read differently.
        return Estimate(
            value=1.0,
            low=math.nan,
            high=math.nan,
            n=one.size,
            method=f"{name}; no limits, for no reading differs",
        )
    return Estimate(
        value=float(kappa.kappa),
        low=float(max(kappa.kappa_low, -1.0)),
        high=float(min(kappa.kappa_upp, 1.0)),
        n=one.size,
        method=f"{name}, Wald",
    )


def fleiss_kappa(
    readings: ArrayLike,
    categories: Sequence[str],
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Fleiss' kappa of several readers; which reader gave which category does not count.

    Args:
        readings: (n patients, k readers), categories, complete.
        categories: all that could be given.
        rng: source of the draws; patients are resampled with all their readings.
        resamples: how many cohorts are drawn.
    Returns: 1 is perfect, 0 what chance gives; nan where only one category was given.
    Raises: InputError: fewer than two readers, or an unknown category.
    Source: Fleiss, Psychological Bulletin 1971;76:378.
    """
    from statsmodels.stats import inter_rater

    table = np.asarray(readings).astype(str)
    if table.ndim != 2 or table.shape[1] < 2 or table.shape[0] == 0:
        raise InputError(
            "readings",
            "must be patients x at least two readers",
            got=f"shape {table.shape}",
            remedy="give one column a reader",
        )
    numbers = _numbered(table.ravel().tolist(), categories, "readings").reshape(table.shape)
    counts = np.stack([(numbers == i).sum(axis=1) for i in range(len(categories))], axis=1)

    def of(rows: NDArray[np.intp]) -> float:
        if (counts[rows].sum(axis=0) > 0).sum() < 2:
            return math.nan
        return float(inter_rater.fleiss_kappa(counts[rows]))

    return bootstrap_estimate(of, table.shape[0], rng, resamples=resamples)


def _numbered(values: Sequence[str], categories: Sequence[str], name: str) -> NDArray[np.intp]:
    """Place of each value among the categories."""
    places = {category: place for place, category in enumerate(categories)}
    for row, value in enumerate(values):
        if value not in places:
            raise InputError(
                f"{name}, reading {row + 1}",
                f"must be one of {', '.join(categories)}",
                got=value,
                remedy="leave out patients not read, or name the category",
            )
    return np.array([places[value] for value in values], dtype=np.intp)
