"""Does the model work alike at every site, scanner, sex and size? A forest and two tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evaluation.clustered_proportions import share
from TACEResponseLib.evaluation.discrimination.discrimination import auc, delong_spread
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, Labels, checked_outcome, checked_probabilities
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evaluation.usefulness.likelihood_ratio import likelihood_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """Patients who share one level of an attribute."""

    level: str
    n: int
    events: int
    auc: Estimate | None
    """None where all have the same outcome."""
    observed: Estimate
    """Share with the positive outcome."""
    predicted: float
    """Mean probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupForest:
    """All levels of one attribute; read the tests, corrected for their number, before any line."""

    attribute: str
    overall: Estimate
    subgroups: tuple[Subgroup, ...]
    heterogeneity: Significance | None
    """Cochran's Q of the levels' AUCs on the logit scale; None with fewer than two of them."""
    interaction: Significance | None
    """Likelihood-ratio test of attribute x logit on the outcome: does a step in the logit mean the
    same at every level? None with fewer than two levels of both outcomes."""


def subgroup_forest(
    labels: ArrayLike,
    probabilities: ArrayLike,
    levels: ArrayLike,
    *,
    attribute: str,
    clusters: ArrayLike | None = None,
) -> SubgroupForest:
    """AUC, observed and predicted share of each level, and whether the levels differ.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        probabilities: (n,), of the positive class.
        levels: (n,), level of each patient; cut a continuous attribute at a value set beforehand.
        attribute: its name.
        clusters: (n,), patient of each row; each row its own patient if not given. The test of
            interaction takes rows as patients, and is left out then.
    Raises: InputError: one class only, no probabilities, or another number of levels.
    Source: Cochran, Biometrics 1954;10:101.
    """
    outcome = checked_outcome(labels)
    p = checked_probabilities(probabilities, outcome)
    names = np.asarray(levels).astype(str)
    if names.shape != outcome.shape:
        raise InputError(
            attribute,
            f"must be one level a patient, {outcome.shape}",
            got=f"shape {names.shape}",
            remedy="join by case id",
        )
    return SubgroupForest(
        attribute=attribute,
        overall=auc(outcome, p, clusters=clusters),
        subgroups=tuple(
            _subgroup(
                str(name),
                outcome[names == name],
                p[names == name],
                of_level(clusters, names == name),
            )
            for name in np.unique(names)
        ),
        heterogeneity=_heterogeneity(outcome, p, names, clusters),
        interaction=_interaction(outcome, logits(p), names) if clusters is None else None,
    )


def of_level(clusters: ArrayLike | None, chosen: NDArray[np.bool_]) -> ArrayLike | None:
    """The patients of some rows, (n,) both."""
    return None if clusters is None else np.asarray(clusters)[chosen]


def _subgroup(level: str, outcome: Labels, p: Floats, clusters: ArrayLike | None) -> Subgroup:
    """One line of the forest."""
    events = int(outcome.sum())
    return Subgroup(
        level=level,
        n=outcome.size,
        events=events,
        auc=auc(outcome, p, clusters=clusters) if 0 < events < outcome.size else None,
        observed=share(outcome, clusters),
        predicted=float(p.mean()),
    )


def _heterogeneity(
    outcome: Labels, p: Floats, names: NDArray[np.str_], clusters: ArrayLike | None
) -> Significance | None:
    """Cochran's Q of the levels that have an AUC with a standard error."""
    from scipy.stats import chi2

    values, precisions, n = [], [], 0
    for name in np.unique(names):
        chosen = names == name
        if not 1 < outcome[chosen].sum() < chosen.sum() - 1:
            continue
        spread = delong_spread(outcome[chosen], p[chosen], clusters=of_level(clusters, chosen))
        if spread.error > 0:
            value = spread.auc
            values.append(float(logits(value)))
            precisions.append((value * (1 - value) / spread.error) ** 2)
            n += int(chosen.sum())
    if len(values) < 2:
        return None
    pooled = np.average(values, weights=precisions)
    statistic = float(np.sum(np.array(precisions) * (np.array(values) - pooled) ** 2))
    degrees = len(values) - 1
    return Significance(
        statistic=statistic,
        p=float(chi2.sf(statistic, degrees)),
        n=n,
        method="Cochran's Q of the AUCs, logit scale, chi-squared",
        degrees_of_freedom=degrees,
    )


def _interaction(outcome: Labels, logit: Floats, names: NDArray[np.str_]) -> Significance | None:
    """Likelihood-ratio test of level x logit, among levels that have both outcomes."""
    both = [
        name
        for name in np.unique(names)
        if 0 < outcome[names == name].sum() < (names == name).sum()
    ]
    if len(both) < 2:
        return None
    kept = np.isin(names, both)
    member = (names[kept, None] == np.array(both)).astype(float)
    small = np.column_stack([member, logit[kept]])
    large = np.column_stack([member, member * logit[kept, None]])
    return likelihood_ratio(outcome[kept], small, large)
