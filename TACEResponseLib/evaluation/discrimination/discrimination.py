"""Area under the ROC curve with DeLong's interval, or a bootstrap's by patient.

Simple case first: the AUC is the share of (positive, negative) pairs in which the positive
patient has the higher score, ties counting half. Each patient's *placement* is the share of
the other class that it beats; the AUC is their mean, and the spread of the placements gives
its variance. scikit-learn has the AUC but no interval.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.discrimination.auc_interval import (
    DelongSpread,
    all_pairs_alike,
    auc_interval,
)
from TACEResponseLib.evaluation.discrimination.clustered import BY_PATIENT, placement_spread
from TACEResponseLib.evaluation.discrimination.placements import by_class, placements
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import (
    Floats,
    Labels,
    checked_clusters,
    checked_outcome,
    checked_scores,
)


def auc(labels: ArrayLike, scores: ArrayLike, *, clusters: ArrayLike | None = None) -> Estimate:
    """AUC with DeLong's 95 % interval, or Obuchowski's where patients have several rows.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive; probabilities or logits.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Returns: the AUC; its `n` counts patients; `method` says how the interval was made, see
        `auc_interval`.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837; ranks as in Sun and Xu,
        IEEE Signal Processing Letters 2014;21:1389; patients with several rows: Obuchowski,
        Biometrics 1997;53:567.
    """
    spread = delong_spread(labels, scores, clusters=clusters)
    low, high, method = auc_interval(spread)
    patients = checked_clusters(clusters, np.size(labels))
    return Estimate(
        value=spread.auc,
        low=low,
        high=high,
        n=int(patients.max()) + 1,
        method=method if clusters is None else f"{method}; {BY_PATIENT}",
    )


def delong_spread(
    labels: ArrayLike, scores: ArrayLike, *, clusters: ArrayLike | None = None
) -> DelongSpread:
    """AUC with DeLong's variances and the patients of both classes.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    """
    outcome = checked_outcome(labels)
    positive, negative = by_class(outcome, scores)
    beats_negative, beaten_by_positive = placements(positive, negative)
    patients = clusters_by_class(outcome, clusters)
    spread = placement_spread(
        beats_negative, beaten_by_positive, None if clusters is None else patients
    )
    return DelongSpread(
        auc=float(beats_negative.mean()),
        of_positives=spread.of_positives,
        of_negatives=spread.of_negatives,
        positives=np.unique(patients[0]).size,
        negatives=np.unique(patients[1]).size,
        covariance=spread.covariance,
    )


def clusters_by_class(
    labels: Labels, clusters: ArrayLike | None
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Patients of the positive and of the negative rows, in their order.

    Raises: InputError: not one patient a row.
    """
    patients = checked_clusters(clusters, labels.size)
    return patients[labels == 1], patients[labels == 0]


def bootstrap_auc(
    labels: ArrayLike,
    scores: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """AUC with a bootstrap interval, clustered by patient for patches and lesions.

    Without a single wrong pair each draw is perfect too, and the exact interval stands: see `auc`.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    """
    outcome = checked_outcome(labels)
    levels = score_levels(checked_scores(scores, outcome))

    def of(rows: NDArray[np.intp]) -> float:
        return area(outcome[rows], levels[rows])

    drawn = bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)
    return with_exact_limits(drawn, outcome, clusters)


def with_exact_limits(
    estimate: Estimate, labels: Labels, clusters: ArrayLike | None = None
) -> Estimate:
    """A bootstrapped AUC of 0 or 1 with the exact limits in place of none; others as they are.

    Args:
        estimate: of these patients.
        labels: (n,), 0 and 1, checked.
        clusters: (n,), patient of each row; each row its own patient if not given.
    """
    if estimate.value not in (0, 1):
        return estimate
    patients = checked_clusters(clusters, labels.size)
    smaller = min(np.unique(patients[labels == positive]).size for positive in (0, 1))
    low, high, method = all_pairs_alike(estimate.value, smaller)
    return replace(estimate, low=low, high=high, method=method)


def score_levels(scores: Floats) -> NDArray[np.int_]:
    """Place of each score among the different scores, 0 the lowest; ranked once for all draws."""
    levels: NDArray[np.int_] = np.unique(scores, return_inverse=True)[1]
    return levels


def area(labels: Labels, levels: NDArray[np.int_]) -> float:
    """AUC alone, of checked values; nan where a class is absent.

    Args:
        labels: (n,), 0 and 1.
        levels: (n,), from `score_levels`.
    """
    counts = int(levels.max()) + 1
    positives = np.bincount(levels[labels == 1], minlength=counts)
    negatives = np.bincount(levels[labels == 0], minlength=counts)
    pairs = int(positives.sum()) * int(negatives.sum())
    beaten = np.cumsum(negatives) - negatives / 2
    return float(positives @ beaten / pairs) if pairs else float("nan")
