"""Survival of the groups that a model predicts, and of those that responded."""

from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evaluation.survival.concordance import concordance
from TACEResponseLib.evaluation.survival.cox import CoxResult, cox, proportionality_sentence
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.kaplan_meier import SurvivalCurve, at_risk, kaplan_meier
from TACEResponseLib.evaluation.survival.landmark import landmark
from TACEResponseLib.evaluation.survival.log_rank import log_rank
from TACEResponseLib.evaluation.survival.time_dependent_auc import time_dependent_auc
from TACEResponseLib.validation.study.study import Model, Study, TimedOutcome
from TACEResponseLib.validation.topics.survival.competing import (
    FEWEST_EVENTS,
    CompetingMeasures,
    competing,
)
from TACEResponseLib.validation.topics.survival.risk_times import YEAR_DAYS, risk_times
from TACEResponseLib.validation.topics.topic import Measuring

ABOVE, BELOW = "predicted positive", "predicted negative"
RESPONDED, NOT_RESPONDED = "positive by outcome", "negative by outcome"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalMeasures:
    """One endpoint by the groups of one model; None where too few events were seen."""

    model: str
    endpoint: str
    unit: str
    n: int
    events: int
    curves: tuple[SurvivalCurve, ...]
    risk_times: tuple[float, ...]
    at_risk: dict[str, list[int]]
    log_rank: Significance | None
    hazards: CoxResult | None
    """Of being predicted positive; below 1: the event comes later."""
    proportionality: str
    concordance: Estimate | None
    """Of 1 - probability as risk."""
    auc_time: float | None
    auc_at_time: Estimate | None
    competing: CompetingMeasures | None
    """Of TTP where deaths are known: they rule progression out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LandmarkMeasures:
    """Survival by the OBSERVED outcome, counted from the read-out."""

    endpoint: str
    day: float
    n: int
    events_before: int
    censored_before: int
    curves: tuple[SurvivalCurve, ...]
    log_rank: Significance | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalResults:
    """Of the first model."""

    survival: tuple[SurvivalMeasures, ...]
    """An endpoint each."""
    landmarks: tuple[LandmarkMeasures, ...]


def measure_survival(study: Study, how: Measuring) -> SurvivalResults:
    """Every endpoint by predicted group, and by observed response where a day is given."""
    how.progress("survival")
    first, day = study.models[0], how.landmark_day
    curves = tuple(survival(study, first, t, how.rng, resamples=how.resamples) for t in study.timed)
    marks = [survival_from_readout(study, t, day) for t in study.timed if day]
    return SurvivalResults(survival=curves, landmarks=tuple(mark for mark in marks if mark))


def survival(
    study: Study, model: Model, timed: TimedOutcome, rng: np.random.Generator, *, resamples: int
) -> SurvivalMeasures:
    """Groups at the model's own cut-off, known at the start of the clock.

    Args:
        study: checked patients.
        model: its cut-off splits them.
        timed: the endpoint.
        rng: source of the draws.
        resamples: cohorts drawn for the c-index.
    """
    follow_up, p = timed.follow_up, model.probabilities[timed.rows]
    groups = np.where(p >= model.threshold, ABOVE, BELOW)
    times = risk_times(float(follow_up.time.max()))
    enough = follow_up.events >= FEWEST_EVENTS
    both = enough and np.unique(groups).size == 2
    hazards = cox(follow_up, {ABOVE: groups == ABOVE}) if both else None
    time, at_time = _auc_at(follow_up, 1 - p, rng) if enough else (None, None)
    return SurvivalMeasures(
        model=model.name,
        endpoint=follow_up.endpoint,
        unit=follow_up.unit,
        n=follow_up.n,
        events=follow_up.events,
        curves=kaplan_meier(follow_up, groups),
        risk_times=times,
        at_risk=at_risk(follow_up, times, groups),
        log_rank=log_rank(follow_up, groups) if both else None,
        hazards=hazards,
        proportionality=proportionality_sentence(hazards) if hazards else "",
        concordance=concordance(follow_up, 1 - p, rng, resamples=resamples) if enough else None,
        auc_time=time,
        auc_at_time=at_time,
        competing=competing(study, model.name, timed, groups),
    )


def survival_from_readout(study: Study, timed: TimedOutcome, day: float) -> LandmarkMeasures | None:
    """Groups by observed response, from a landmark on; None where nobody is left.

    Args:
        study: checked patients.
        timed: the endpoint.
        day: of the read-out, from treatment.
    """
    try:
        left = landmark(timed.follow_up, day)
    except InputError:
        return None
    groups = np.where(study.outcome[timed.rows][left.kept] == 1, RESPONDED, NOT_RESPONDED)
    both = left.follow_up.events > 0 and np.unique(groups).size == 2
    return LandmarkMeasures(
        endpoint=timed.follow_up.endpoint,
        day=day,
        n=left.follow_up.n,
        events_before=left.events_before,
        censored_before=left.censored_before,
        curves=kaplan_meier(left.follow_up, groups),
        log_rank=log_rank(left.follow_up, groups) if both else None,
    )


def _auc_at(
    follow_up: FollowUp, risk: Floats, rng: np.random.Generator
) -> tuple[float | None, Estimate | None]:
    """Time-dependent AUC at the median of the event times, rounded to years where they allow."""
    events = follow_up.time[follow_up.event]
    middle = float(np.median(events))
    time = round(middle / YEAR_DAYS) * YEAR_DAYS if middle >= YEAR_DAYS else middle
    if not events.min() <= time < follow_up.time.max():
        return None, None
    return time, time_dependent_auc(follow_up, risk, [time], rng)[0]
