"""Is one model's AUC higher than another's on the same patients?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.discrimination.clustered import BY_PATIENT, placement_spread
from TACEResponseLib.evaluation.discrimination.discrimination import (
    area,
    clusters_by_class,
    score_levels,
)
from TACEResponseLib.evaluation.discrimination.placements import by_class, placements
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_outcome, checked_scores
from TACEResponseLib.evaluation.significance import Significance


@dataclass(frozen=True, slots=True, kw_only=True)
class AucDifference:
    """AUC of the first model less that of the second, with DeLong's paired test."""

    difference: Estimate
    significance: Significance


def auc_difference(
    labels: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
) -> AucDifference:
    """DeLong's test of two models on the same patients, or Obuchowski's for several rows a patient.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        first: (n,), scores of the one model, higher = more likely positive.
        second: (n,), scores of the other, in the same order of patients.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Returns: first less second; two models that rank alike have p = 1; p is nan where a class has
        one patient, all patients differ by the same, or both models are perfect.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837; patients with several rows:
        Obuchowski, Biometrics 1997;53:567.
    """
    from scipy.stats import norm

    of_positives, of_negatives = _placement_differences(labels, first, second)
    difference = float(of_positives.mean())
    patients = clusters_by_class(checked_outcome(labels), clusters)
    sizes = [np.unique(p).size for p in patients]
    spread = placement_spread(of_positives, of_negatives, None if clusters is None else patients)
    error = float("nan") if min(sizes) < 2 else max(0.0, sum(spread)) ** 0.5
    n, by = np.unique(np.concatenate(patients)).size, f"; {BY_PATIENT}" * (clusters is not None)
    if not error > 0 and not _rank_alike(first, second):
        return _without_spread(difference, n)
    z = difference / error if difference else 0.0
    return AucDifference(
        difference=Estimate(
            value=difference,
            low=max(-1.0, difference - Z_95 * error),
            high=min(1.0, difference + Z_95 * error),
            n=n,
            method=f"DeLong, paired{by}",
        ),
        significance=Significance(
            statistic=z, p=float(2 * norm.sf(abs(z))), n=n, method=f"DeLong's paired test, Z{by}"
        ),
    )


def bootstrap_auc_difference(
    labels: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """First AUC less the second with a paired bootstrap interval, clustered by patient.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        first: (n,), scores of the one model, higher = more likely positive.
        second: (n,), scores of the other, in the same order of rows.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    """
    outcome = checked_outcome(labels)
    one, other = (score_levels(checked_scores(scores, outcome)) for scores in (first, second))

    def of(rows: NDArray[np.intp]) -> float:
        return area(outcome[rows], one[rows]) - area(outcome[rows], other[rows])

    return bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)


def _without_spread(difference: float, n: int) -> AucDifference:
    """A difference whose error these patients can't tell: one in a class, or all alike."""
    why = "none, for the differences have no spread"
    nan = float("nan")
    return AucDifference(
        difference=Estimate(value=difference, low=-1.0, high=1.0, n=n, method=why),
        significance=Significance(statistic=nan, p=nan, n=n, method=why),
    )


def _rank_alike(first: ArrayLike, second: ArrayLike) -> bool:
    """Whether two models put all patients into one order, and would others too."""
    one, other = (score_levels(np.asarray(s, dtype=float)) for s in (first, second))
    return np.array_equal(one, other)


def _placement_differences(
    labels: ArrayLike, first: ArrayLike, second: ArrayLike
) -> tuple[Floats, Floats]:
    """Placements under the first model less those under the second, by class."""
    one = placements(*by_class(labels, first))
    other = placements(*by_class(labels, second))
    return one[0] - other[0], one[1] - other[1]
