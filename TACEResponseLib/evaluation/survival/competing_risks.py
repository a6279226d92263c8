"""Cumulative incidence when another event can come first and rule the event out.

One minus Kaplan-Meier treats a patient who died without progression as one who may still
progress; the incidence of progression is then too high. Aalen and Johansen's does not.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.survival.aalen_johansen import aalen_johansen
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, TimeUnit
from TACEResponseLib.evaluation.survival.kaplan_meier import kaplan_meier
from TACEResponseLib.evaluation.survival.times import refuse_bad_times, step_at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompetingRisks:
    """Time to the first of several events, and which it was.

    Raises: InputError: a time is missing or negative, a cause is no whole number >= 0, or lengths
        differ.
    """

    time: Floats
    """(n,), >= 0, in `unit`."""
    cause: NDArray[np.int_]
    """(n,), 0 where censored, else the event's number in `causes`, counted from 1."""
    causes: tuple[str, ...]
    unit: TimeUnit

    def __post_init__(self) -> None:
        time, cause = np.asarray(self.time, dtype=float), np.asarray(self.cause, dtype=float)
        if time.ndim != 1 or time.size == 0 or cause.shape != time.shape:
            raise InputError(
                "time and cause",
                "must be one each a patient",
                got=f"shapes {time.shape} and {cause.shape}",
                remedy="give two columns",
            )
        refuse_bad_times(time, "time", self.unit, "count from the start of treatment")
        wrong = np.flatnonzero(~np.isin(cause, range(len(self.causes) + 1)))
        if wrong.size:
            raise InputError(
                f"cause, row {wrong[0] + 1}",
                f"must be 0 (censored) to {len(self.causes)}",
                got=f"{cause[wrong[0]]:g}",
                remedy=f"1 is {', then '.join(self.causes)}",
            )
        object.__setattr__(self, "time", time)
        object.__setattr__(self, "cause", cause.astype(np.int_))

    def number(self, cause: str) -> int:
        """Number of a cause by its name.

        Raises: InputError: no such cause.
        """
        if cause not in self.causes:
            raise InputError(
                "cause",
                f"must be one of {', '.join(self.causes)}",
                got=cause,
                remedy="name it among the causes",
            )
        return self.causes.index(cause) + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeIncidence:
    """Probability to have had the event by a time, as steps."""

    group: str
    cause: str
    time: Floats
    incidence: Floats
    low: Floats
    high: Floats
    """95 %, pointwise, on the log-log scale; as wide as 0..1 before the first event."""
    n: int
    events: int
    unit: TimeUnit

    def at(self, time: float) -> Estimate:
        """Incidence at a time; nan after the last patient was seen.

        Raises: ValueError: a negative time.
        """
        step = step_at(self.time, time, self.unit)
        if time > self.time[-1]:
            value, low, high = math.nan, math.nan, math.nan
        elif step < 0:
            value, low, high = 0.0, 0.0, 1.0
        else:
            value, low, high = (float(v[step]) for v in (self.incidence, self.low, self.high))
        return Estimate(value=value, low=low, high=high, n=self.n, method="Aalen, log-log")


def cumulative_incidence(
    risks: CompetingRisks, cause: str, groups: ArrayLike | None = None
) -> tuple[CumulativeIncidence, ...]:
    """Aalen-Johansen curve of one cause in each group, in the order of the groups' names.

    Args:
        risks: of all patients.
        cause: the event of interest; all others compete.
        groups: (n,), a name each; everyone in the group `all` if not given.
    Raises: InputError: no such cause.
    """
    number = risks.number(cause)
    names = np.full(risks.time.size, "all") if groups is None else np.asarray(groups).astype(str)
    return tuple(_curve(risks, number, names == name, str(name)) for name in np.unique(names))


def _curve(
    risks: CompetingRisks, number: int, chosen: NDArray[np.bool_], name: str
) -> CumulativeIncidence:
    """Curve of one group; flat at 0 where the event was not seen."""
    time, cause = risks.time[chosen], risks.cause[chosen]
    is_event = cause == number
    is_other = (cause > 0) & ~is_event
    if is_event.any() and not is_other.any():
        steps, incidence, low, high = _one_minus_kaplan_meier(time, is_event, risks.unit)
    else:
        steps, incidence, variance = aalen_johansen(time, is_event, is_other)
        low, high = _log_log_limits(incidence, variance)
    return CumulativeIncidence(
        group=name,
        cause=risks.causes[number - 1],
        time=steps,
        incidence=incidence,
        low=low,
        high=high,
        n=time.size,
        events=int(is_event.sum()),
        unit=risks.unit,
    )


def _log_log_limits(incidence: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """95 % limits on the scale of log(-log); 0 and 1 before the first event."""
    low, high = np.zeros(incidence.size), np.ones(incidence.size)
    seen = incidence > 0
    value = incidence[seen]
    spread = np.exp(Z_95 * np.sqrt(variance[seen]) / -(value * np.log(value)))
    low[seen], high[seen] = value**spread, value ** (1 / spread)
    return low, high


def _one_minus_kaplan_meier(
    time: Floats, event: NDArray[np.bool_], unit: TimeUnit
) -> tuple[Floats, Floats, Floats, Floats]:
    """The same curve where nothing competes; limits 0 and 1 before the first event, as there."""
    follow_up = FollowUp(time=time, event=event, unit=unit, endpoint="event")
    curve = kaplan_meier(follow_up)[0]
    observed = np.isin(curve.time, time)
    incidence, low, high = 1 - curve.survival, 1 - curve.high, 1 - curve.low
    unseen = incidence == 0
    low[unseen], high[unseen] = 0.0, 1.0
    return curve.time[observed], incidence[observed], low[observed], high[observed]
