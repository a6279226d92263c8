"""Time to progression where death can come first: incidence of both by predicted group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evaluation.survival.competing_risks import (
    CompetingRisks,
    CumulativeIncidence,
    cumulative_incidence,
)
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.gray import gray_test
from TACEResponseLib.evaluation.survival.kaplan_meier import at_risk, kaplan_meier
from TACEResponseLib.validation.study.study import Study, TimedOutcome
from TACEResponseLib.validation.study.timed_outcomes import OS, TTP
from TACEResponseLib.validation.topics.survival.risk_times import MONTH_DAYS, risk_times

PROGRESSION, DEATH = "progression", "death without progression"
# Groups with fewer events are drawn and not tested.
FEWEST_EVENTS = 5
# Incidence is told in numbers at the last of these times at which each group still has so many
# patients under observation.
TOLD_MONTHS = (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120)
FEWEST_AT_RISK = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceAt:
    """One group at one time."""

    group: str
    progression: Estimate
    death: Estimate
    without_competing: float
    """What 1 - Kaplan-Meier would say of progression: too much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompetingMeasures:
    """Progression and death without it, in the groups of one model."""

    model: str
    n: int
    progressions: int
    deaths: int
    """Without a progression seen before."""
    unwatched: float | None
    """Median days from the last look for progression to such a death; None without any."""
    progression: tuple[CumulativeIncidence, ...]
    death: tuple[CumulativeIncidence, ...]
    risk_times: tuple[float, ...]
    at_risk: dict[str, list[int]]
    """Alive, free of progression and still followed."""
    gray_progression: Significance | None
    gray_death: Significance | None
    """None with one group or too few such events."""
    told_at: float | None
    """Days; None where a group is too small from the first month on."""
    incidences: tuple[IncidenceAt, ...]
    """Of each group at `told_at`."""


def competing_risks(study: Study, timed: TimedOutcome) -> CompetingRisks | None:
    """Progression, death without it, or neither; None for another endpoint or without deaths known.

    A death counts at its day where no progression was seen before it, even if progression was last
    looked for earlier, as in progression-free survival. A patient whose survival is unknown is
    censored when last seen for progression.

    Args:
        study: its overall survival tells who died, and when.
        timed: time to progression.
    """
    deaths = next((t for t in study.timed if t.follow_up.endpoint == OS), None)
    if timed.follow_up.endpoint != TTP or deaths is None:
        return None
    died, end = np.zeros(study.n, dtype=bool), np.zeros(study.n)
    died[deaths.rows], end[deaths.rows] = deaths.follow_up.event, deaths.follow_up.time
    progressed = timed.follow_up.event
    dead = died[timed.rows] & ~progressed
    return CompetingRisks(
        time=np.where(dead, end[timed.rows], timed.follow_up.time),
        cause=np.where(progressed, 1, np.where(dead, 2, 0)),
        causes=(PROGRESSION, DEATH),
        unit=timed.follow_up.unit,
    )


def competing(
    study: Study, model: str, timed: TimedOutcome, groups: NDArray[np.str_]
) -> CompetingMeasures | None:
    """Cumulative incidence and Gray's tests; None where `competing_risks` has none.

    Args:
        study: its overall survival tells who died, and when.
        model: whose groups they are.
        timed: time to progression.
        groups: (n,), of the patients of `timed`, known at the start of the clock.
    """
    risks = competing_risks(study, timed)
    if risks is None:
        return None
    either = FollowUp(time=risks.time, event=risks.cause > 0, unit=risks.unit, endpoint=TTP)
    times = risk_times(float(risks.time.max()))
    curves = [cumulative_incidence(risks, cause, groups) for cause in (PROGRESSION, DEATH)]
    told_at = _told_at(either, groups)
    return CompetingMeasures(
        model=model,
        n=risks.time.size,
        progressions=int((risks.cause == 1).sum()),
        deaths=int((risks.cause == 2).sum()),
        unwatched=_unwatched(risks, timed),
        progression=curves[0],
        death=curves[1],
        risk_times=times,
        at_risk=at_risk(either, times, groups),
        gray_progression=_gray(risks, PROGRESSION, groups),
        gray_death=_gray(risks, DEATH, groups),
        told_at=told_at,
        incidences=() if told_at is None else _incidences(risks, curves, groups, told_at),
    )


def _unwatched(risks: CompetingRisks, timed: TimedOutcome) -> float | None:
    """How long before death nobody looked for progression any more."""
    died = risks.cause == 2
    gaps = risks.time[died] - timed.follow_up.time[died]
    return float(np.median(gaps)) if gaps.size else None


def _gray(risks: CompetingRisks, cause: str, groups: NDArray[np.str_]) -> Significance | None:
    """Gray's test of one cause, where there is enough to test."""
    seen = int((risks.cause == risks.number(cause)).sum())
    if seen < FEWEST_EVENTS or np.unique(groups).size < 2:
        return None
    return gray_test(risks, cause, groups)


def _told_at(either: FollowUp, groups: NDArray[np.str_]) -> float | None:
    """The last of the round months at which each group is still large enough, days."""
    times = [MONTH_DAYS * months for months in TOLD_MONTHS]
    fewest = np.min(list(at_risk(either, times, groups).values()), axis=0)
    large = [time for time, count in zip(times, fewest, strict=True) if count >= FEWEST_AT_RISK]
    return max(large, default=None)


def _incidences(
    risks: CompetingRisks,
    curves: list[tuple[CumulativeIncidence, ...]],
    groups: NDArray[np.str_],
    time: float,
) -> tuple[IncidenceAt, ...]:
    """Both causes in each group, beside what Kaplan-Meier says if deaths are censored."""
    censored = FollowUp(time=risks.time, event=risks.cause == 1, unit=risks.unit, endpoint=TTP)
    return tuple(
        IncidenceAt(
            group=progression.group,
            progression=progression.at(time),
            death=death.at(time),
            without_competing=1 - plain.at(time).value,
        )
        for progression, death, plain in zip(*curves, kaplan_meier(censored, groups), strict=True)
    )
