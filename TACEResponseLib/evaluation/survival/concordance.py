"""Harrell's c: of two patients, did the one said to be at higher risk have the event first?"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_scores
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, refuse_no_events


def concordance(
    follow_up: FollowUp,
    risks: ArrayLike,
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Share of comparable pairs in the right order, ties of risk counting half.

    Args:
        follow_up: of all patients; at least one event.
        risks: (n,), higher = the event comes EARLIER; hand in 1 - p for a probability of response.
        rng: source of the draws.
        resamples: how many cohorts are drawn.
    Returns: the estimate, .5 without knowledge, nan if no pair can be compared; pairs in which
        the earlier one is censored don't count, so much censoring makes it depend on who was
        censored.
    Raises: InputError: no event, another length, or a missing risk.
    Source: Harrell, JAMA 1982;247:2543.
    """
    refuse_no_events(follow_up)
    risk = checked_scores(risks, follow_up.event.astype(int), name="risks")
    comparable, won = _pairs(follow_up, risk)

    def of(rows: NDArray[np.intp]) -> float:
        times_drawn = np.bincount(rows, minlength=follow_up.n).astype(np.float32)
        pairs = float(times_drawn @ (comparable @ times_drawn))
        return float(times_drawn @ (won @ times_drawn)) / pairs if pairs else float("nan")

    return bootstrap_estimate(of, follow_up.n, rng, resamples=resamples)


def _pairs(follow_up: FollowUp, risk: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Which patient (row) is known to have the event before which (column), and with more risk.

    Compared once for all draws: scikit-survival's function gives the same and compares anew.
    """
    time, event = follow_up.time, follow_up.event
    first = (time[:, None] < time) | ((time[:, None] == time) & ~event)
    comparable = (event[:, None] & first).astype(np.float32)
    won = comparable * ((risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)).astype(np.float32)
    return comparable, won
