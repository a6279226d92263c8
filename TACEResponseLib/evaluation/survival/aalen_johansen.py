"""Incidence of one of several events, and how sure it is, at each observed time.

At each time some of the patients at risk have the event. The share of all patients who have it
then is that share of those at risk times the share of all who were free of any event until just
before; the incidence is the sum of these. Patients who leave at one time leave together: nothing
depends on the order in which ties are written.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evaluation.inputs import Floats


class Incidence(NamedTuple):
    """Probability to have had the event by each time, free of the other events until then."""

    time: Floats
    """(t,), each observed time once, rising."""
    value: Floats
    variance: Floats


class _Counts(NamedTuple):
    """What happened at each of T times; numbers of patients, as floats."""

    time: Floats
    at_risk: Floats
    events: Floats
    """Of the cause of interest."""
    any_event: Floats


def aalen_johansen(
    time: Floats, is_event: NDArray[np.bool_], is_other: NDArray[np.bool_]
) -> Incidence:
    """Aalen-Johansen estimator with Aalen's variance.

    Args:
        time: (n,), >= 0; not empty.
        is_event: (n,), the event of interest was seen then.
        is_other: (n,), an event that rules it out was seen then; neither: censored.
    Source: Aalen and Johansen, Scandinavian Journal of Statistics 1978;5:141; variance by Aalen,
        Annals of Statistics 1978;6:534, in the form for ties.
    """
    counts = _counts(time, is_event, is_other)
    free = np.cumprod(1 - counts.any_event / counts.at_risk)
    free_before = np.concatenate([[1.0], free[:-1]])
    value = np.cumsum(free_before * counts.events / counts.at_risk)
    return Incidence(counts.time, value, _variance(counts, free_before, value))


def _counts(time: Floats, is_event: NDArray[np.bool_], is_other: NDArray[np.bool_]) -> _Counts:
    """Patients at risk and events at each observed time."""
    steps, position = np.unique(time, return_inverse=True)
    leaving, events, others = (
        np.bincount(position, weights=chosen, minlength=steps.size).astype(float)
        for chosen in (np.ones(time.size), is_event, is_other)
    )
    at_risk = np.cumsum(leaving[::-1])[::-1]
    return _Counts(steps, at_risk, events, events + others)


def _variance(counts: _Counts, free_before: Floats, value: Floats) -> Floats:
    """Variance at each time.

    With Y at risk, d events of interest, D of any kind, S the free before and F the incidence, it
    is the sum over times s until t of

        (F(t) - F(s))^2 D / ((Y - 1) (Y - D)) + S^2 d (Y - d) / (Y^2 (Y - 1))
        - 2 (F(t) - F(s)) S d (Y - d) / (Y (Y - D) (Y - 1)).

    A denominator is 0 only at the last time of all, where nothing is left that could vary.
    """
    at_risk, events, any_event = counts.at_risk, counts.events, counts.any_event
    still = at_risk - any_event
    free = _ratio(any_event, (at_risk - 1) * still)
    own = _ratio(free_before**2 * events * (at_risk - events), at_risk**2 * (at_risk - 1))
    both = _ratio(free_before * events * (at_risk - events), at_risk * still * (at_risk - 1))
    squares = value**2 * np.cumsum(free) - 2 * value * np.cumsum(value * free)
    squares += np.cumsum(value**2 * free)
    products = value * np.cumsum(both) - np.cumsum(value * both)
    return np.maximum(squares + np.cumsum(own) - 2 * products, 0)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Above / below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
