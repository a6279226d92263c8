"""AUC of a procedure from repeated cross-validation: pairs of one fold alone are compared.

Scores of two folds come from two models, and a fold that drew many events leaves few to train on:
pooled, the folds' levels alone rank patients, mostly backwards. So each patient is compared with
the other class of its own fold, and what it wins is averaged over folds and repeats.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.discrimination.auc_interval import DelongSpread, auc_interval
from TACEResponseLib.evaluation.discrimination.clustered import (
    BY_PATIENT,
    PlacementSpread,
    placement_spread,
)
from TACEResponseLib.evaluation.discrimination.discrimination import clusters_by_class
from TACEResponseLib.evaluation.discrimination.placements import placements
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import (
    Floats,
    Labels,
    checked_clusters,
    checked_outcome,
    checked_scores,
)

FoldNumbers = NDArray[np.integer]


def folded_auc(
    labels: ArrayLike,
    folds: ArrayLike,
    scores: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
) -> Estimate:
    """AUC within folds, averaged, with a 95 % interval of the procedure that made the scores.

    A patient's placement, the share of the other class that it beats, is taken within its fold. The
    placements of one repeat give the variance that other patients in the folds would bring; more
    repeats bring no more patients. Fits of different folds share patients, and with others they
    would all be others together: the variance is multiplied by 1 / repeats + folds / (folds - 1),
    Nadeau and Bengio's correction, which takes the correlation of folds to be 1 / folds.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        folds: (repeats, n), fold of each patient, the same numbers in each repeat.
        scores: (repeats, n), higher = more likely positive, each by a fit without the patient's
            fold; scales may differ between folds.
        clusters: (n,), patient of each row, who lies in one fold; each row its own if not given.
    Raises: InputError: one class only, shapes differ, a value is missing, one fold alone, or no
        fold has both classes.
    Source: Nadeau and Bengio, Machine Learning 2003;52:239, for repeats Bouckaert and Frank,
        Advances in Knowledge Discovery and Data Mining 2004:3, for the correction; Obuchowski,
        Biometrics 1997;53:567, for patients with several rows; LeDell, Petersen
        and van der Laan, Electronic Journal of Statistics 2015;9:1583, for the variance within
        folds by placements, in place of that between folds, which five areas tell badly. Putting
        the two together is ours; docs/trust-of-fusion.md shows how it does without any signal.
    """
    outcome = checked_outcome(labels)
    numbers, rows = np.asarray(folds), np.atleast_2d(np.asarray(scores, dtype=float))
    if numbers.shape != rows.shape:
        raise InputError(
            "folds",
            f"must be as many as scores, {rows.shape}",
            got=f"shape {numbers.shape}",
            remedy="give one fold a score",
        )
    n_folds = np.unique(numbers).size
    if n_folds < 2:
        raise InputError(
            "folds",
            "must be at least 2",
            got="1",
            remedy="divide the patients into more",
        )
    repeats = [
        _placed(outcome, fold, checked_scores(row, outcome))
        for fold, row in zip(numbers, rows, strict=True)
    ]
    value = float(np.mean([area for area, _ in repeats]))
    spreads = [_spread(outcome, placed, clusters) for _, placed in repeats]
    variances = np.mean(spreads, axis=0) * (1 / len(repeats) + n_folds / (n_folds - 1))
    sizes = [np.unique(p).size for p in clusters_by_class(outcome, clusters)]
    low, high, method = _limits(value, variances, sizes)
    divided = f"{n_folds} folds" if len(repeats) == 1 else f"{len(repeats)} x {n_folds} folds"
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=int(checked_clusters(clusters, outcome.size).max()) + 1,
        method=f"mean AUC within {divided}; {method}"
        + ("" if clusters is None else f"; {BY_PATIENT}"),
    )


def _limits(value: float, variances: Floats, sizes: Sequence[int]) -> tuple[float, float, str]:
    """Both limits and how they were made; scores that rank nobody have a value and no spread."""
    if not variances.any() and value == 0.5:
        return 0.0, 1.0, "no interval, for it says the same of every patient of a fold"
    spread = PlacementSpread(*(float(variance) for variance in variances))
    low, high, method = auc_interval(
        DelongSpread(
            auc=value,
            of_positives=spread.of_positives,
            of_negatives=spread.of_negatives,
            positives=sizes[0],
            negatives=sizes[1],
            covariance=spread.covariance,
        )
    )
    return low, high, f"{method}, corrected for fits that share patients"


def _placed(outcome: Labels, folds: FoldNumbers, scores: Floats) -> tuple[float, Floats]:
    """Mean AUC over the folds, and each patient's placement within its own, (n,).

    Patients of a fold of one class have none, nan.
    """
    areas, placed = [], np.full(outcome.size, np.nan)
    for fold in np.unique(folds):
        positives, negatives = (np.flatnonzero((folds == fold) & (outcome == c)) for c in (1, 0))
        if positives.size and negatives.size:
            beats, beaten = placements(scores[positives], scores[negatives])
            placed[positives], placed[negatives] = beats, beaten
            areas.append(float(beats.mean()))
    if not areas:
        raise InputError(
            "folds",
            "must hold both classes in at least one fold",
            got="one class in each",
            remedy="use fewer folds",
        )
    return float(np.mean(areas)), placed


def _spread(outcome: Labels, placed: Floats, clusters: ArrayLike | None) -> PlacementSpread:
    """How sure the mean placements are, by those rows that have any.

    A class of one patient has no spread; `auc_interval` gives it no limits either.
    """
    has_any = np.isfinite(placed)
    patients = checked_clusters(clusters, outcome.size)
    own = [has_any & (outcome == c) for c in (1, 0)]
    return placement_spread(
        placed[own[0]],
        placed[own[1]],
        None if clusters is None else (patients[own[0]], patients[own[1]]),
    )
