"""Decision curve: would acting on the model do more good than treating all, or none?

At a threshold probability pt a true positive is worth 1 and a false positive costs the odds
pt / (1 - pt). Net benefit is the sum over all patients divided by their number: 0.05 is the worth
of 5 true positives in 100 patients at no false positive.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.bootstrap import RESAMPLES, method_words, percentiles, resampled
from TACEResponseLib.evaluation.inputs import Floats, Labels, checked_outcome, checked_probabilities

# Runs of thresholds narrower than this are counted in words, not listed.
SHORT_RUN = 0.03


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecisionCurve:
    """Net benefit over thresholds; all arrays are (thresholds,), per patient, intervals 95 %."""

    thresholds: Floats
    net_benefit: Floats
    low: Floats
    high: Floats
    treat_all: Floats
    treat_all_low: Floats
    treat_all_high: Floats
    advantage: Floats
    """Net benefit less that of the better of treating all and treating none (0)."""
    advantage_low: Floats
    advantage_high: Floats
    advantage_sure: Floats
    """Lower limit that holds at all thresholds at once; nan where no draw differs."""
    n: int
    events: int
    method: str

    @property
    def per_100(self) -> Floats:
        """Net benefit in true positives per 100 patients."""
        return 100 * self.net_benefit


def net_benefit(labels: Labels, probabilities: Floats, thresholds: Floats) -> Floats:
    """Net benefit of treating patients whose probability is at or above each threshold.

    Args:
        labels: (n,), 0 and 1, checked.
        probabilities: (n,), within 0..1, checked.
        thresholds: (t,), inside 0..1.
    Source: Vickers and Elkin, Medical Decision Making 2006;26:565.
    """
    treated = [
        scores.size - np.searchsorted(np.sort(scores), thresholds, side="left")
        for scores in (probabilities[labels == 1], probabilities[labels == 0])
    ]
    return (treated[0] - treated[1] * thresholds / (1 - thresholds)) / labels.size


def decision_curve(
    labels: ArrayLike,
    probabilities: ArrayLike,
    rng: np.random.Generator,
    *,
    thresholds: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> DecisionCurve:
    """Net benefit of the model, of treating all, and of the model over the better default.

    Args:
        labels: (n,), 1 for the positive class, 0 else; one class alone will do.
        probabilities: (n,), of the positive class.
        rng: source of the draws.
        thresholds: (t,), rising, inside 0..1; .01 to .99 in steps of .01 if not given.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn; intervals are pointwise.
    Raises: InputError: values missing or outside 0..1. ValueError: thresholds outside 0..1.
    Source: Vickers and Elkin, Medical Decision Making 2006;26:565; the limit for all thresholds
        at once by the greatest studentized deviation of the draws, as in Montiel Olea and
        Plagborg-Moller, Journal of Applied Econometrics 2019;34:1.
    """
    outcome = checked_outcome(labels, both_classes=False)
    p = checked_probabilities(probabilities, outcome)
    cuts = np.arange(1, 100) / 100 if thresholds is None else np.asarray(thresholds, dtype=float)
    if cuts.ndim != 1 or not np.all((cuts > 0) & (cuts < 1)) or np.any(np.diff(cuts) <= 0):
        raise ValueError(f"thresholds must rise and lie inside 0..1, got {cuts.tolist()}")

    def curves(rows: NDArray[np.intp]) -> Floats:
        model = net_benefit(outcome[rows], p[rows], cuts)
        share = outcome[rows].mean()
        everyone = share - (1 - share) * cuts / (1 - cuts)
        # Rounding must not look like an advantage.
        return np.stack([model, everyone, model - np.maximum(everyone, 0)]).round(12)

    draws = resampled(curves, p.size, rng, clusters=clusters, resamples=resamples)
    low, high = percentiles(draws)
    value = curves(np.arange(p.size))
    return DecisionCurve(
        thresholds=cuts,
        net_benefit=value[0],
        low=low[0],
        high=high[0],
        treat_all=value[1],
        treat_all_low=low[1],
        treat_all_high=high[1],
        advantage=value[2],
        advantage_low=low[2],
        advantage_high=high[2],
        advantage_sure=_sure(value[2] - _one_wrong(cuts, value[1], p.size), draws[:, 2], value[2]),
        n=p.size,
        events=int(outcome.sum()),
        method=method_words(draws, by_patient=clusters is not None),
    )


def _one_wrong(thresholds: Floats, treat_all: Floats, n: int) -> Floats:
    """What one more patient called wrongly against the better default costs.

    Where no patient with the outcome was left untreated (or none without it treated) draws hold
    none either, and see no risk in what one such patient would turn round.
    """
    return np.where(treat_all > 0, 1.0, thresholds / (1 - thresholds)) / n


def _sure(start: Floats, draws: Floats, value: Floats) -> Floats:
    """Lower limit of a curve that holds over all of its thresholds together.

    Of a hundred thresholds some look helpful by chance: a model that guesses lies above its
    pointwise limit somewhere in 5 to 40 % of studies.

    Args:
        start: (t,), from which the limit is counted.
        draws: (resamples, t), of the curve.
        value: (t,), the curve.
    """
    error = draws.std(axis=0)
    scale = np.where(error > 0, error, np.nan)
    deviations = np.nan_to_num((draws - value) / scale, nan=-np.inf).max(axis=1)
    limit: Floats = start - np.percentile(deviations, 97.5) * scale
    return limit


def helpful_ranges(
    curve: DecisionCurve, *, by: Literal["estimate", "interval"] = "interval"
) -> tuple[tuple[float, float], ...]:
    """Ranges of thresholds at which the model beats both treating all and treating none.

    Args:
        curve: from `decision_curve`.
        by: its point estimate, or the lower limit that holds at all thresholds at once.
    Returns: first and last threshold of each unbroken run.
    """
    advantage = curve.advantage if by == "estimate" else curve.advantage_sure
    helps = np.concatenate([[False], advantage > 0, [False]])
    starts = np.flatnonzero(~helps[:-1] & helps[1:])
    ends = np.flatnonzero(helps[:-1] & ~helps[1:]) - 1
    return tuple(
        (float(curve.thresholds[start]), float(curve.thresholds[end]))
        for start, end in zip(starts, ends, strict=True)
    )


def usefulness_sentence(curve: DecisionCurve) -> str:
    """The range where the model helps, in words, with its greatest advantage."""
    likely, sure = helpful_ranges(curve, by="estimate"), helpful_ranges(curve)
    if not likely:
        return (
            "At no threshold does acting on the model beat both treating all and treating none "
            f"({curve.n} patients, {curve.events} with the outcome)."
        )
    best = int(np.argmax(curve.advantage))
    greatest = (
        f"its greatest advantage is {100 * curve.advantage[best]:.1f} per 100 patients (95 % "
        f"interval at that threshold alone {100 * curve.advantage_low[best]:.1f} to "
        f"{100 * curve.advantage_high[best]:.1f}) at {100 * curve.thresholds[best]:.0f} %."
    )
    if not sure:
        return (
            "That acting on the model beats treating all and treating none is not shown: on these "
            f"patients it does at thresholds of {_in_words(likely)}, nowhere beyond chance; "
            f"{greatest}"
        )
    return (
        f"Acting on the model beats treating all and treating none beyond chance at thresholds of "
        f"{_in_words(sure)}, and on these patients at {_in_words(likely)}; {greatest}"
    )


def _in_words(ranges: tuple[tuple[float, float], ...]) -> str:
    """Ranges of thresholds in percent; short ones, which chance makes, are counted."""
    widest = max(high - low for low, high in ranges)
    named = [(low, high) for low, high in ranges if high - low >= min(SHORT_RUN, widest)]
    words = ", ".join(
        f"{100 * low:.0f} %" if low == high else f"{100 * low:.0f} to {100 * high:.0f} %"
        for low, high in named
    )
    left = len(ranges) - len(named)
    return f"{words} and in {left} short run{'s' if left > 1 else ''} elsewhere" if left else words
