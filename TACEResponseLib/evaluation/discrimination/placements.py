"""Placements: how large a share of the other class each patient's score beats."""

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.evaluation.inputs import Floats, checked_outcome, checked_scores


def by_class(labels: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    """Scores of the positive and of the negative patients, in their order.

    Raises: InputError: `labels` and `scores` don't pass `inputs`.
    """
    outcome = checked_outcome(labels)
    score = checked_scores(scores, outcome)
    return score[outcome == 1], score[outcome == 0]


def placements(positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """Share of the other class that each patient beats (positives) or is beaten by (negatives).

    Args:
        positive: (m,), scores of the positive patients; ties count half.
        negative: (n,), scores of the negative patients.
    Returns: (m,) and (n,); both means are the AUC.
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([positive, negative]))
    m, n = positive.size, negative.size
    beats_negative = (ranks[:m] - rankdata(positive)) / n
    beaten_by_positive = 1 - (ranks[m:] - rankdata(negative)) / m
    return beats_negative, beaten_by_positive
