"""AUC at a time: events until then against patients still without one (cumulative, dynamic)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.bootstrap import method_words, resampled, spread_limits
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_scores
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, refuse_no_events

# Each draw estimates the censoring anew.
RESAMPLES = 200


def time_dependent_auc(
    follow_up: FollowUp,
    risks: ArrayLike,
    times: ArrayLike,
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
) -> tuple[Estimate, ...]:
    """AUC at each time, patients weighted by the inverse of their chance to be uncensored.

    Args:
        follow_up: of all patients; at least one event.
        risks: (n,), higher = the event comes EARLIER.
        times: (t,), rising, in the unit of `follow_up`; each within the observed times, with an
            event at or before it and a patient still at risk after it.
        rng: source of the draws.
        resamples: how many cohorts are drawn.
    Returns: one estimate a time; `n` counts all patients.
    Raises: InputError: no event, another length, or a time outside what was observed.
    Source: Uno, JASA 2007;102:527; Hung and Chiang, Canadian Journal of Statistics 2010;38:8;
        Lambert and Chevret, Statistical Methods in Medical Research 2016;25:2088. Censoring is
        estimated on the same patients, weights are taken at the time of the event, equal risks
        count half.
    """
    refuse_no_events(follow_up)
    risk = checked_scores(risks, follow_up.event.astype(int), name="risks")
    moments = _checked_times(times, follow_up)

    def of(rows: NDArray[np.intp]) -> Floats:
        return np.array([_auc_at(follow_up.take(rows), risk[rows], time) for time in moments])

    draws = resampled(of, follow_up.n, rng, resamples=resamples)
    low, high = spread_limits(draws)
    method = f"inverse probability of censoring, {method_words(draws, by_patient=False)}"
    return tuple(
        Estimate(value=float(v), low=float(lo), high=float(hi), n=follow_up.n, method=method)
        for v, lo, hi in zip(of(np.arange(follow_up.n)), low, high, strict=True)
    )


def _auc_at(follow_up: FollowUp, risk: Floats, time: float) -> float:
    """AUC at one time; nan where a draw has no case or no control.

    A weight is finite wherever there is a control: the chance to be uncensored is 0 only when the
    last patient has left.
    """
    is_case = follow_up.event & (follow_up.time <= time)
    controls = np.sort(risk[follow_up.time > time])
    if not (is_case.any() and controls.size):
        return float("nan")
    weight = 1 / _uncensored(follow_up, follow_up.time[is_case])
    cases = risk[is_case]
    below, not_above = (np.searchsorted(controls, cases, side) for side in ("left", "right"))
    share = weight @ (below + not_above) / (2 * controls.size * weight.sum())
    return min(float(share), 1.0)  # a rounding more where all is in order


def _uncensored(follow_up: FollowUp, times: Floats) -> Floats:
    """Chance to be uncensored at each of some observed times, Kaplan and Meier's estimate.

    At one time events come first, so that who has the event is not at risk to be censored then.
    """
    steps, position = np.unique(follow_up.time, return_inverse=True)
    leaving = np.bincount(position)
    events = np.bincount(position, weights=follow_up.event)
    at_risk = np.cumsum(leaving[::-1])[::-1] - events
    kept = np.cumprod(1 - (leaving - events) / np.maximum(at_risk, 1))
    return kept[np.searchsorted(steps, times)]


def _checked_times(times: ArrayLike, follow_up: FollowUp) -> Floats:
    """Times at which there are cases and controls."""
    moments = np.atleast_1d(np.asarray(times, dtype=float))
    first = float(follow_up.time[follow_up.event].min())
    last = float(follow_up.time.max())
    wrong = moments[~((moments >= first) & (moments < last))]
    if wrong.size or np.any(np.diff(moments) <= 0):
        raise InputError(
            "times",
            f"must rise and lie from the first event, {first:g}, to before the last "
            f"patient seen, {last:g} {follow_up.unit}",
            got=moments.tolist(),
            remedy="ask for times at which some had the event and others are still followed",
        )
    return moments
