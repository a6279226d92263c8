"""Gray's test: do groups share one cumulative incidence of an event that others can rule out?

Simple case first: without competing events it asks what the log-rank test asks. That one compares,
at each event time, a group's events with its share of the patients at risk. Gray counts as still
at risk also those whom another event took out: of Y patients under observation, standing for a
survival S and an incidence F of the event, there would be R = Y (1 - F) / S had nobody been
censored. The score of group k is the sum over event times of its events less R_k / R of all.

Its variance. Under the hypothesis the score is a sum over groups i of integrals of the martingales
M_i1 (the event) and M_i2 (all others). The weight of an event of group i at time s is

    W_ki(s) + later_ki(s) (1 - (1 - F(s)) / S_i(s)) / h_i(s)    for the event of interest,
             -later_ki(s)      (1 - F(s)) / S_i(s)  / h_i(s)    for another,

with h_i = Y_i / S_i(s-), W_ki = [i = k] - h_k / h, F the pooled incidence, and later_ki(s) the
integral of W_ki h_i dF / (1 - F-) over times after s: an event now changes the S_i and F_i that
enter R_i at every later time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.significance import Significance, untestable
from TACEResponseLib.evaluation.survival.competing_risks import CompetingRisks

# Below it a variance is rounding; counted in patients, one event in two equal groups makes .25.
NO_VARIANCE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counts:
    """What happened in each of K groups at each of T event times."""

    at_risk: Floats
    """(K, T)."""
    events: Floats
    """(K, T), of the cause of interest."""
    others: Floats
    """(K, T), of all other causes."""
    survival_before: Floats
    survival: Floats
    """(K, T), free of any event just before and at each time."""
    incidence_before: Floats
    """(K, T), of the cause of interest."""


def gray_test(risks: CompetingRisks, cause: str, groups: ArrayLike) -> Significance:
    """Gray's K-sample test of one cause, unweighted (rho = 0).

    Args:
        risks: of all patients.
        cause: the event of interest, seen at least once.
        groups: (n,), at least two names, known at the start of the clock.
    Returns: chi-squared with groups - 1 degrees of freedom, less those of groups that nobody was
        left of when the event was seen; p is nan where nothing could have differed.
    Raises: InputError: no such cause, no such event, or one group only.
    Source: Gray, Annals of Statistics 1988;16:1141; ties as in the R package cmprsk, whose
        published results it gives.
    """
    from scipy.stats import chi2

    number, names = risks.number(cause), np.asarray(groups).astype(str)
    _refuse(risks, number, names)
    counts = _counted(risks, number, names)
    free = slice(0, -1)
    score = _score(counts)[free]
    variance = _variance(counts)[free, free]
    degrees = int(np.linalg.matrix_rank(variance, tol=NO_VARIANCE, hermitian=True))
    if degrees == 0:
        # A statistic of 0 and p = 1 would be taken for groups that are alike.
        return untestable(names.size, "Gray, none: the groups were never at risk together")
    statistic = float(score @ np.linalg.pinv(variance, rcond=NO_VARIANCE, hermitian=True) @ score)
    return Significance(
        statistic=statistic,
        p=float(chi2.sf(statistic, degrees)),
        n=risks.time.size,
        method="Gray, chi-squared",
        degrees_of_freedom=degrees,
    )


def _refuse(risks: CompetingRisks, number: int, names: NDArray[np.str_]) -> None:
    """Refuse what has nothing to compare."""
    if names.shape != risks.time.shape or np.unique(names).size < 2:
        raise InputError(
            "groups",
            f"must name at least two groups for {risks.time.size} patients",
            got=f"shape {names.shape}, {np.unique(names).size} groups",
            remedy="give one group a patient",
        )
    if not (risks.cause == number).any():
        raise InputError(
            risks.causes[number - 1],
            "must be seen at least once",
            got="0 events",
            remedy="follow the patients longer",
        )


def _counted(risks: CompetingRisks, number: int, names: NDArray[np.str_]) -> _Counts:
    """Counts of each group at each time of any event."""
    times = np.unique(risks.time[risks.cause > 0])
    member = (names == np.unique(names)[:, None]).astype(float)
    now, later = risks.time == times[:, None], risks.time >= times[:, None]
    at_risk = member @ later.T
    events = member @ (now & (risks.cause == number)).T
    others = member @ (now & (risks.cause > 0) & (risks.cause != number)).T
    survival = np.cumprod(1 - _ratio(events + others, at_risk), axis=1, dtype=np.float64)
    before = _before(survival, 1.0)
    incidence = np.cumsum(before * _ratio(events, at_risk), axis=1, dtype=np.float64)
    return _Counts(
        at_risk=at_risk,
        events=events,
        others=others,
        survival_before=before,
        survival=survival,
        incidence_before=_before(incidence, 0.0),
    )


def _score(counts: _Counts) -> Floats:
    """(K,), events of each group less those expected of it."""
    risk_set = _ratio(counts.at_risk * (1 - counts.incidence_before), counts.survival_before)
    expected = _ratio(risk_set, risk_set.sum(axis=0)) * counts.events.sum(axis=0)
    difference: Floats = (counts.events - expected).sum(axis=1)
    return difference


def _variance(counts: _Counts) -> Floats:
    """(K, K), of the scores under the hypothesis."""
    weight = _ratio(counts.at_risk, counts.survival_before)
    total, events = weight.sum(axis=0), counts.events.sum(axis=0)
    pooled = np.cumsum(events / total)
    hazard = _ratio(events / total, 1 - _before(pooled[None], 0.0)[0])
    share = np.eye(weight.shape[0])[:, :, None] - (weight / total)[:, None, :]
    flow = share * weight * hazard
    later = flow.sum(axis=-1, keepdims=True) - np.cumsum(flow, axis=-1)
    free = _ratio(1 - pooled, counts.survival)
    of_event = share + later * _ratio(1 - free, weight)
    of_other = -later * _ratio(free, weight)
    spread = weight * events / total * _tie_factor(events, total * counts.survival_before)
    spread_other = counts.others * _tie_factor(counts.others, counts.at_risk)
    variance: Floats = np.einsum("kit,lit,it->kl", of_event, of_event, spread) + np.einsum(
        "kit,lit,it->kl", of_other, of_other, spread_other
    )
    return variance


def _tie_factor(events: Floats, among: Floats) -> Floats:
    """What drawing without replacement takes from the variance of several events at one time."""
    return 1 - _ratio(np.maximum(events - 1, 0) * np.ones_like(among), among - 1)


def _ratio(over: Floats, under: Floats) -> Floats:
    """Quotient, 0 where there is nobody to divide by."""
    shape = np.broadcast_shapes(over.shape, under.shape)
    return np.divide(over, under, out=np.zeros(shape), where=under != 0)


def _before(values: Floats, start: float) -> Floats:
    """Each step's value just before it."""
    first = np.full((values.shape[0], 1), start)
    return np.hstack([first, values[:, :-1]])
