"""The fusions that a recipe compares: each fitted on out-of-fold outputs, one chosen by tuning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.fusion.fusion import FittedFusion, fit_fusion_and_ask
from TACEResponseLib.recipe.recipe import Candidate, Recipe
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort

ONLY = "all"
"""Name of the one candidate of a recipe that lists none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCandidate:
    """One trained fusion, and what it reached where it was allowed to be measured."""

    candidate: Candidate
    fusion: FittedFusion
    training: Estimate
    """AUC of out-of-fold outputs of the training patients."""
    tuning: Estimate | None
    """AUC of tuning patients, whom no fit has seen; the choice rests on it."""
    is_chosen: bool = False


def candidates_of(recipe: Recipe) -> tuple[Candidate, ...]:
    """What a recipe compares; with nothing listed, all branches fused."""
    names = tuple(settings.name for settings in recipe.branches)
    return recipe.candidates or (Candidate(name=ONLY, branches=names),)


def fit_candidate(
    candidate: Candidate,
    recipe: Recipe,
    out_of_fold: Mapping[str, Floats],
    cohort: PreparedCohort,
    seed: int,
    *,
    resampled: bool = False,
) -> tuple[FittedFusion, Estimate]:
    """Fit one fusion.

    Args:
        candidate: which branches, and how they are fused.
        recipe: has the settings of a candidate without its own.
        out_of_fold: logits (n,) by branch, of every branch; each patient's by a fit without it.
        cohort: the training patients.
        seed: of folds and bootstrap.
        resampled: with the bootstrap that its intervals need; only what is kept has any.
    Returns: the fusion, and the AUC of fused outputs by models without the patient's fold.
    """
    logits = {name: out_of_fold[name] for name in candidate.branches}
    settings = candidate.fusion or recipe.fusion
    fusion, fused = fit_fusion_and_ask(
        settings, logits, cohort.clinical, cohort.labels, seed, resampled=resampled
    )
    return fusion, auc(cohort.labels, fused)


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
    return probabilities, auc(cohort.labels, probabilities)


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
