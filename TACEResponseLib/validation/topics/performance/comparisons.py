"""Models against each other, against simple scores, and fused against single evidence."""

from dataclasses import dataclass, replace

import numpy as np

from TACEResponseLib.evaluation.calibration.recalibration import recalibrated_by_line
from TACEResponseLib.evaluation.clustered_proportions import share
from TACEResponseLib.evaluation.discrimination.auc_difference import (
    AucDifference,
    auc_difference,
    bootstrap_auc_difference,
)
from TACEResponseLib.evaluation.discrimination.discrimination import auc, bootstrap_auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, Labels
from TACEResponseLib.evaluation.significance import Significance, holm
from TACEResponseLib.evaluation.usefulness.added_value import AddedValue, added_value
from TACEResponseLib.evaluation.usefulness.likelihood_ratio import UNTOUCHED, added_likelihood
from TACEResponseLib.validation.study.study import Baseline, Model, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The model's AUC less that of another score, on the patients who have both."""

    model: str
    other: str
    direction: str
    other_auc: Estimate
    model_auc: Estimate
    """Of the same patients."""
    difference: Estimate
    """Above 0: the model is better."""
    p: float | None
    """Two-sided; None where DeLong's test does not hold (out-of-fold predictions)."""
    p_holm: float | None
    """Corrected for all comparisons of the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchValue:
    """What fusion adds to one of its branches."""

    model: str
    branch: str
    added: AddedValue
    """AUC of both as they are; Brier score and net benefit with both recalibrated alike."""
    likelihood: Significance | None
    """Of the fused logit beside the branch's; None unless all patients are of a test cohort."""


def compare_all(
    study: Study, rng: np.random.Generator, *, resamples: int
) -> tuple[Comparison, ...]:
    """The first model against every other model and every baseline.

    Args:
        study: checked patients.
        rng: source of the draws, used for out-of-fold predictions only.
        resamples: cohorts drawn.
    """
    first = study.models[0]
    comparisons = [
        _compare(
            study,
            first,
            other.name,
            "higher = more likely positive",
            other.probabilities,
            rng,
            resamples,
        )
        for other in study.models[1:]
    ]
    for baseline in study.baselines:
        if _both_classes(study.outcome, baseline):
            comparisons.append(
                _compare(
                    study, first, baseline.name, baseline.direction, baseline.scores, rng, resamples
                )
            )
    return _corrected(comparisons)


def majority_accuracy(study: Study) -> Estimate:
    """Accuracy of calling every patient by the commoner class."""
    return share(study.outcome == int(2 * study.events >= study.n), study.clusters)


def branch_values(
    study: Study, rng: np.random.Generator, *, resamples: int
) -> tuple[BranchValue, ...]:
    """What each model's fusion adds to each of its branches, if it has several."""
    values = []
    roles = study.origin.roles
    for model in study.models:
        if len(model.branches) < 2 or study.origin.cross_validated:
            continue
        for name, p in model.branches.items():
            # The likelihood takes rows as patients.
            untouched = len(roles) == 1 and roles[0] in UNTOUCHED and study.clusters is None
            values.append(
                BranchValue(
                    model=model.name,
                    branch=name,
                    added=_added(study, p, model, rng, resamples),
                    likelihood=added_likelihood(study.outcome, p, model.probabilities, roles[0])
                    if untouched
                    else None,
                )
            )
    return tuple(values)


def _added(
    study: Study, branch: Floats, model: Model, rng: np.random.Generator, resamples: int
) -> AddedValue:
    """Fused less one branch, on one scale.

    Training calibrated the fused probability alone: as they are, a branch that knows just as much
    would lose in Brier score and net benefit.
    """
    outcome, of = study.outcome, study.clusters
    base, fused = (recalibrated_by_line(outcome, p) for p in (branch, model.probabilities))
    added = added_value(
        outcome, base, fused, model.threshold, rng, clusters=of, resamples=resamples
    )
    return replace(added, auc=auc_difference(outcome, model.probabilities, branch, clusters=of))


def _compare(
    study: Study,
    model: Model,
    name: str,
    direction: str,
    scores: Floats,
    rng: np.random.Generator,
    resamples: int,
) -> Comparison:
    """One comparison, uncorrected."""
    known = np.isfinite(scores)
    y, own, other = study.outcome[known], model.probabilities[known], scores[known]
    of = None if study.clusters is None else study.clusters[known]
    if study.origin.cross_validated:
        gap = bootstrap_auc_difference(y, own, other, rng, clusters=of, resamples=resamples)
        areas = [bootstrap_auc(y, s, rng, clusters=of, resamples=resamples) for s in (own, other)]
        difference = None
    else:
        difference = auc_difference(y, own, other, clusters=of)
        gap, areas = difference.difference, [auc(y, s, clusters=of) for s in (own, other)]
    return Comparison(
        model=model.name,
        other=name,
        direction=direction,
        model_auc=areas[0],
        other_auc=areas[1],
        difference=gap,
        p=_p(difference),
        p_holm=None,
    )


def _p(difference: AucDifference | None) -> float | None:
    return (
        None
        if difference is None or np.isnan(difference.significance.p)
        else difference.significance.p
    )


def _corrected(comparisons: list[Comparison]) -> tuple[Comparison, ...]:
    """Holm's correction over all that have a p value."""
    adjusted = iter(holm([c.p for c in comparisons if c.p is not None]))
    return tuple(
        c if c.p is None else replace(c, p_holm=float(next(adjusted))) for c in comparisons
    )


def _both_classes(outcome: Labels, baseline: Baseline) -> bool:
    return np.unique(outcome[np.isfinite(baseline.scores)]).size == 2
