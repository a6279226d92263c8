"""Cohorts of drawn features, and a training of them in memory: cheap enough for thousands."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evidence.branch import FittedBranch
from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.likeness.fitted import FittedLikeness
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import kept_candidate
from TACEResponseLib.training.fits import (
    TrainingOptions,
    likeness_of,
    planned,
    run_fit,
    whole_fit,
)
from TACEResponseLib.training.folds import repeated_folds
from TACEResponseLib.training.held_out import nested_splits
from TACEResponseLib.training.judging.permutations import train_here
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.state import TrainingState, temporary_state
from TACEResponseLib.training.trained import logits_of
from Testing.training.conftest import FEATURES, SIZE, TEXTURE, radiomics, recipe_content

AGE = "age_years"
RECIPES: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "two logistic": ([radiomics("size", SIZE), radiomics("texture", *TEXTURE)], ()),
    "logistic and neighbors": (
        [radiomics("size", SIZE), radiomics("texture", *TEXTURE, classifier="knn")],
        (),
    ),
    "forest": ([radiomics("texture", *TEXTURE, classifier="random_forest", n_trees=10)], ()),
    "logistic and age": ([radiomics("texture", *TEXTURE)], (AGE,)),
}
"""Branches, and the clinical variables of the fusion."""


def recipe_of(name: str, **changes: Any) -> Recipe:
    """One of `RECIPES`, with five folds and five repeats."""
    branches, clinical = RECIPES[name]
    fusion = {"n_bootstrap": 40, "clinical": [{"name": variable} for variable in clinical]}
    content = {"branches": branches, "candidates": [], "folds": 5, "repeats": 5, "fusion": fusion}
    return Recipe.model_validate(recipe_content(**{**content, **changes}))


def drawn_cohort(
    n: int, prevalence: float, rng: np.random.Generator, signal: float = 0.0
) -> PreparedCohort:
    """Patients of normal features, of which the first texture is higher by `signal` in events."""
    labels = (np.arange(n) < round(n * prevalence)).astype(np.int64)
    values = rng.normal(size=(n, len(FEATURES)))
    values[:, 1] += signal * labels
    rows = tuple(dict(zip(FEATURES, row, strict=True)) for row in values.tolist())
    ages = rng.normal(65, 10, n).tolist()
    return PreparedCohort(
        case_ids=tuple(f"P{number:05d}" for number in range(n)),
        labels=labels,
        clinical=tuple(ClinicalRecord(values={AGE: age}) for age in ages),
        by_branch={"size": rows, "texture": rows},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training gives and states."""

    branches: tuple[FittedBranch, ...]
    fusion: FittedFusion
    stated: Estimate
    """AUC on the card."""

    @property
    def evidence(self) -> tuple[float, ...]:
        """Coefficients of the branches."""
        return self.fusion.model.coefficients[: len(self.fusion.branches)]

    def probabilities(self, cohort: PreparedCohort) -> Floats:
        """What the bundle says of patients, (n,)."""
        return self.fusion.probabilities(self.logits(cohort), cohort.clinical)

    def logits(self, cohort: PreparedCohort) -> Mapping[str, Floats]:
        """Of its branches, (n,)."""
        return logits_of(self.branches, cohort)

    def auc_of(self, cohort: PreparedCohort) -> float:
        """Of the bundle, on patients."""
        return auc(cohort.labels, self.probabilities(cohort)).value


def trained_on(recipe: Recipe, cohort: PreparedCohort, seed: int) -> Trained:
    """The training of `train`, in memory."""
    kept = kept_candidate(train_here(recipe, cohort, None, seed, repeats=recipe.n_repeats))
    branches = tuple(
        branch_recipe(s).fit(cohort.by_branch[s.name], cohort.labels, seed) for s in recipe.branches
    )
    return Trained(branches=branches, fusion=kept.fusion, stated=kept.training)


def likeness_in_memory(
    recipe: Recipe, cohort: PreparedCohort, seed: int, state: TrainingState | None = None
) -> tuple[tuple[FittedBranch, ...], FittedLikeness]:
    """What `train` makes of distances, without its other fits; in this process.

    Args:
        recipe: its branches are fitted.
        cohort: training patients.
        seed: of the training.
        state: keeps finished fits, and has those of before.
    """
    folds = repeated_folds(cohort, recipe.folds, 1, seed)
    splits = nested_splits(folds, cohort.labels, seed)
    names = [settings.name for settings in recipe.branches]
    with nullcontext(state) if state else temporary_state() as kept:
        for fit in planned(recipe, cohort, splits, TrainingOptions(seed=seed), kept):
            if fit.measures and not kept.is_finished(fit.name):
                run_fit(fit)
        branches = tuple(kept.read_branch(whole_fit(name), "cpu") for name in names)
        return branches, likeness_of(names, splits, kept)
