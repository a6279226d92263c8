"""Kaplan-Meier curves with intervals, medians and numbers at risk."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, TimeUnit
from TACEResponseLib.evaluation.survival.times import step_at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurve:
    """Share of a group without the event, as steps: each value holds from its time on."""

    group: str
    time: Floats
    """(steps,), rising from 0."""
    survival: Floats
    low: Floats
    high: Floats
    """95 %, pointwise; nan where the curve is 1 or 0, for no limits are defined there."""
    median: Estimate
    """Infinite where the curve, or its limit, never falls to one half."""
    n: int
    events: int
    unit: TimeUnit
    endpoint: str

    def at(self, time: float) -> Estimate:
        """Survival at a time; nan after the last patient was seen.

        Raises: ValueError: a negative time.
        """
        step = step_at(self.time, time, self.unit)
        beyond = time > self.time[-1]
        value, low, high = (
            math.nan if beyond else float(values[step])
            for values in (self.survival, self.low, self.high)
        )
        return Estimate(value=value, low=low, high=high, n=self.n, method="log-log Greenwood")


def kaplan_meier(follow_up: FollowUp, groups: ArrayLike | None = None) -> tuple[SurvivalCurve, ...]:
    """One curve a group, in the order of the groups' names.

    Args:
        follow_up: of all patients; a group without events has a flat curve.
        groups: (n,), a name each; everyone in the group `all` if not given. A group by predicted
            response is known at the start; a group by OBSERVED response needs `landmark` first.
    Source: Kaplan and Meier, JASA 1958;53:457; interval by Greenwood on the log-log scale
        (Kalbfleisch and Prentice 1980); median's interval by Brookmeyer and Crowley 1982.
    """
    names = np.full(follow_up.n, "all") if groups is None else np.asarray(groups).astype(str)
    return tuple(_curve(name, follow_up.take(names == name)) for name in np.unique(names))


def at_risk(follow_up: FollowUp, times: ArrayLike, groups: ArrayLike) -> dict[str, list[int]]:
    """Patients of each group still under observation just before each time.

    Args:
        follow_up: of all patients.
        times: (t,), in the unit of `follow_up`.
        groups: (n,), a name each.
    """
    names, moments = np.asarray(groups).astype(str), np.asarray(times, dtype=float)
    return {
        str(name): [int((follow_up.time[names == name] >= time).sum()) for time in moments]
        for name in np.unique(names)
    }


def _curve(name: str, follow_up: FollowUp) -> SurvivalCurve:
    """Curve of one group."""
    from lifelines import KaplanMeierFitter

    fit = KaplanMeierFitter().fit(follow_up.time, follow_up.event)
    time = fit.survival_function_.index.to_numpy(dtype=float)
    survival = fit.survival_function_.to_numpy()[:, 0]
    # log(-log) has no value at 1 and 0; the fitter gives the curve itself there.
    is_inside = (survival > 0) & (survival < 1)
    limits = np.where(is_inside[:, None], fit.confidence_interval_.to_numpy(), np.nan)
    return SurvivalCurve(
        group=name,
        time=time,
        survival=survival,
        low=limits[:, 0],
        high=limits[:, 1],
        median=_median(float(fit.median_survival_time_), time, limits, follow_up.n),
        n=follow_up.n,
        events=follow_up.events,
        unit=follow_up.unit,
        endpoint=follow_up.endpoint,
    )


def _median(value: float, time: Floats, limits: Floats, n: int) -> Estimate:
    """Median with the times at which the curve's limits fall to one half.

    Args:
        value: where the curve does.
        time: (steps,).
        limits: (steps, 2), low and high; undefined where the curve is 1 or 0.
        n: patients.
    """
    low, high = (_falls_to_half(time, limit) for limit in limits.T)
    if math.isinf(low) and math.isfinite(value):
        low = math.nan  # the curve fell from 1 to 0 at once and had no limit on its way
    return Estimate(value=value, low=low, high=high, n=n, method="Kaplan-Meier, log-log limits")


def _falls_to_half(time: Floats, limit: Floats) -> float:
    """First time at which a limit is defined and at most one half; infinite without one."""
    reached = limit <= 0.5
    return float(time[reached][0]) if reached.any() else math.inf
