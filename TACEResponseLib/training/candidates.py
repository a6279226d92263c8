"""The fusions that a recipe compares: each fitted on out-of-fold outputs, one chosen by tuning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.discrimination.folded_auc import folded_auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.fusion.fitting import TrainedFusion, fit_fusion
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.recipe.recipe import Candidate, Recipe
from TACEResponseLib.training.one_model import fit_one_model, is_one_model
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort

ONLY = "all"
"""Name of the one candidate of a recipe that lists none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCandidate:
    """One trained fusion, and what it reached where it was allowed to be measured."""

    candidate: Candidate
    fusion: FittedFusion
    training: Estimate
    """AUC of the procedure: of training patients, each by branches, coefficients and calibration
    that never met its fold."""
    tuning: Estimate | None
    """AUC of tuning patients, whom no fit has seen; the choice rests on it."""
    is_chosen: bool = False


def candidates_of(recipe: Recipe) -> tuple[Candidate, ...]:
    """What a recipe compares; with nothing listed, all branches fused."""
    names = tuple(settings.name for settings in recipe.branches)
    return recipe.candidates or (Candidate(name=ONLY, branches=names),)


def fit_candidates(
    recipe: Recipe,
    outputs: NestedOutputs,
    cohort: PreparedCohort,
    tuning: tuple[PreparedCohort, Mapping[str, Floats]] | None,
    seed: int,
    *,
    resampled: bool = True,
) -> tuple[FittedCandidate, ...]:
    """Fit every candidate, measure it, and mark the best.

    Args:
        recipe: what is compared.
        outputs: nested outputs of every branch.
        cohort: the training patients.
        tuning: who chooses, and their logits (n,) by branch, of fits on all training patients.
        seed: of folds and bootstrap.
        resampled: whether the chosen one gets the resamples that its intervals need.
    Raises: ValueError: several candidates, and no tuning patients.
    """
    # Of one model the resamples are the least of the work, which is not done twice for them.
    at_once = resampled and not recipe.refits and is_one_model(recipe.branches, recipe.fusion)
    fitted = []
    for candidate in candidates_of(recipe):
        fusion, training = fit_candidate(
            candidate, recipe, outputs, cohort, seed, resampled=at_once
        )
        tuned = None if tuning is None else measure(fusion, tuning[1], tuning[0])[1]
        fitted.append(
            FittedCandidate(candidate=candidate, fusion=fusion, training=training, tuning=tuned)
        )
    best = choose(fitted)
    fusion = fitted[best].fusion
    if resampled and not (recipe.refits or at_once):
        chosen = fitted[best].candidate
        fusion, _ = fit_candidate(chosen, recipe, outputs, cohort, seed, resampled=True)
    fitted[best] = replace(fitted[best], fusion=fusion, is_chosen=True)
    return tuple(fitted)


def kept_candidate(fitted: Sequence[FittedCandidate]) -> FittedCandidate:
    """The one that is kept."""
    (best,) = (one for one in fitted if one.is_chosen)
    return best


def fit_candidate(
    candidate: Candidate,
    recipe: Recipe,
    outputs: NestedOutputs,
    cohort: PreparedCohort,
    seed: int,
    *,
    resampled: bool = False,
) -> tuple[FittedFusion, Estimate]:
    """Fit one fusion, or the shrinkage of the one model that there is.

    Args:
        candidate: which branches, and how they are fused.
        recipe: has the settings of a candidate without its own.
        outputs: nested outputs of every branch.
        cohort: the training patients.
        seed: of folds and bootstrap.
        resampled: with the bootstrap that its intervals need; only what is kept has any.
    Returns: the fusion, and the AUC of the procedure that made it.
    """
    trained = trained_candidate(candidate, recipe, outputs, cohort, seed, resampled=resampled)
    area = folded_auc(cohort.labels, trained.folds, trained.held_out, clusters=cohort.clusters)
    return trained.fusion, area


def trained_candidate(
    candidate: Candidate,
    recipe: Recipe,
    outputs: NestedOutputs,
    cohort: PreparedCohort,
    seed: int,
    *,
    resampled: bool = False,
) -> TrainedFusion:
    """The procedure of a candidate, by whatever folds its outputs have.

    Args:
        candidate: which branches, and how they are fused.
        recipe: has the settings of a candidate without its own.
        outputs: nested outputs of every branch.
        cohort: the training patients.
        seed: of folds and bootstrap.
        resampled: with the bootstrap.
    """
    settings = candidate.fusion or recipe.fusion
    if is_one_model(recipe.branches, settings):
        (branch,) = recipe.branches
        return fit_one_model(branch, settings, cohort, outputs, seed, resampled=resampled)
    return fit_fusion(
        settings,
        outputs.of(candidate.branches),
        cohort.clinical,
        cohort.labels,
        seed,
        resampled=resampled,
        patients=cohort.clusters,
    )


def measure(
    fusion: FittedFusion, logits: Mapping[str, Floats], cohort: PreparedCohort
) -> tuple[Floats, Estimate]:
    """Probabilities (n,) of patients whom no fit has seen, and their AUC.

    Args:
        fusion: of some of the branches.
        logits: (n,) by branch, of the shipped fits.
        cohort: these patients.
    """
    used = {name: logits[name] for name in fusion.branch_names}
    probabilities = fusion.probabilities(used, cohort.clinical)
    return probabilities, auc(cohort.labels, probabilities, clusters=cohort.clusters)


def choose(fitted: Sequence[FittedCandidate]) -> int:
    """Index of the candidate to keep: the highest tuning AUC.

    Of equals the one with fewer branches, then the first in the recipe.
    Raises: ValueError: several, and no tuning patients.
    """
    if len(fitted) == 1:
        return 0
    values = [one.tuning.value if one.tuning else np.nan for one in fitted]
    if not np.isfinite(values).all():
        raise ValueError("candidates are chosen among by tuning patients, and there are none")
    ranks = [
        (-value, len(one.candidate.branches), place)
        for place, (value, one) in enumerate(zip(values, fitted, strict=True))
    ]
    return min(ranks)[2]
