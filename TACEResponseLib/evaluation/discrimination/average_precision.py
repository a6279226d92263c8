"""Average precision: the area under the precision-recall curve, by steps."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.discrimination.discrimination import score_levels
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Labels, checked_outcome, checked_scores


def average_precision(
    labels: ArrayLike,
    scores: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Average precision with a bootstrap interval.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        scores: (n,), higher = more likely positive.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Returns: the estimate; a model without knowledge has the share of positives, not .5.
    Raises: InputError: one class only, lengths differ, or a value is missing.
    """
    outcome = checked_outcome(labels)
    levels = score_levels(checked_scores(scores, outcome))

    def of(rows: NDArray[np.intp]) -> float:
        return _area_by_steps(outcome[rows], levels[rows])

    return bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)


def _area_by_steps(labels: Labels, levels: NDArray[np.int_]) -> float:
    """Mean precision over the positives, ties sharing one; nan without positives.

    scikit-learn's function gives the same and takes a hundred times as long, which a bootstrap
    feels.
    """
    positives = np.bincount(levels[labels == 1], minlength=int(levels.max()) + 1)[::-1]
    called = np.cumsum(np.bincount(levels)[::-1])
    hits = np.cumsum(positives)
    precision = np.divide(hits, called, out=np.zeros(hits.size), where=called > 0)
    return float(positives @ precision / hits[-1]) if hits[-1] else float("nan")
