"""The whole procedure again on patients drawn with replacement, for the range of one case.

Copies of a patient share a fold, since folds are those of the training; each refit takes one
division into folds. A branch that is trained by epochs is not trained anew: its refits are the
networks that left out a fold, in turn, and its outputs those of the training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.fusion.fitting import fit_fusion
from TACEResponseLib.fusion.fusion import FittedFusion, FusionSettings
from TACEResponseLib.fusion.linear_model import MOST_REDRAWS
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.training.held_out import Split, nested_outputs, nested_splits
from TACEResponseLib.training.prepared_cohort import (
    Floats,
    Labels,
    PreparedCohort,
    chosen_of,
    labels_for,
)

# Beyond the seeds of folds, of the permutations and of what a user can give.
FIRST_REFIT = 2**34
FEWEST_OF_A_CLASS = 1

Drawn = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedRefit:
    """What one resample of the patients gives."""

    branches: Mapping[str, AnyBranch]
    """Those that were trained anew."""
    fusion: FittedFusion


def refit(
    branches: Sequence[BranchSettings],
    fusion: FusionSettings,
    cohort: PreparedCohort,
    outputs: NestedOutputs,
    seed: int,
    number: int,
) -> TrainedRefit:
    """Train everything but networks anew; runs in a worker.

    Args:
        branches: those of the candidate that is kept.
        fusion: its settings.
        cohort: the training patients.
        outputs: nested outputs of these branches, whose folds are taken over.
        seed: of the training.
        number: which refit, from 0.
    Returns: trained branches without networks, and the fusion.
    """
    repeat = number % outputs.repeats
    splits = nested_splits(outputs.folds[[repeat]], cohort.labels, seed)
    rng = np.random.default_rng([FIRST_REFIT, seed, number])
    rows = _drawn(cohort.labels, outputs.folds[repeat], splits, rng)
    drawn, folds = cohort.taken(rows), outputs.folds[[repeat]][:, rows]
    splits = [_among(split, rows) for split in splits]
    logits: dict[str, Floats] = {}
    trained: dict[str, AnyBranch] = {}
    for settings in branches:
        name = settings.name
        if settings.trained_by_epochs:
            logits[name] = outputs.logits[name][[repeat]][:, :, rows]
            continue
        trained[name], logits[name] = _again(settings, drawn, folds, splits, seed)
    nested = NestedOutputs(folds=folds, logits=logits)
    fitted = fit_fusion(fusion, nested, drawn.clinical, drawn.labels, seed, resampled=False)
    # Its own held-out scores are of nobody who is asked about.
    return TrainedRefit(
        branches=trained, fusion=fitted.fusion.model_copy(update={"held_out": None})
    )


def _drawn(
    labels: Labels, folds: Labels, splits: Sequence[Split], rng: np.random.Generator
) -> Drawn:
    """Patients drawn with replacement, (n,): nobody is asked a fit without both classes.

    Raises: InputError: no such draw comes about.
    """
    for _ in range(MOST_REDRAWS):
        rows = rng.integers(0, labels.size, labels.size)
        counts = [np.bincount(labels[rows[s.trained[rows]]], minlength=2) for s in splits]
        if min(c.min() for c in counts) >= FEWEST_OF_A_CLASS and set(folds[rows]) == set(folds):
            return rows
    raise InputError(
        "training cohort",
        "must have so many patients of each class that resampled ones can be trained on",
        got=f"{int(labels.sum())} and {int(labels.size - labels.sum())}",
        remedy="add patients, or give the recipe refits: 0, which leaves models without a range",
    )


def _among(split: Split, rows: Drawn) -> Split:
    """The same split of resampled patients."""
    return replace(
        split,
        repeat=0,
        trained=split.trained[rows],
        held_out=split.held_out[rows],
        levels=tuple((fold, own[rows]) for fold, own in split.levels),
    )


def _again(
    settings: BranchSettings,
    drawn: PreparedCohort,
    folds: Folds,
    splits: Sequence[Split],
    seed: int,
) -> tuple[AnyBranch, Floats]:
    """One branch on all resampled patients, and its nested logits (1, levels, n)."""
    prepared, labels = drawn.by_branch[settings.name], labels_for(settings, drawn)
    recipe = branch_recipe(settings)
    answers = {
        split.name: recipe.fit(
            chosen_of(prepared, split.trained), labels[split.trained], seed
        ).logits(chosen_of(prepared, split.held_out))
        if split.held_out.any()
        else np.empty(0)
        for split in splits
    }
    nested = nested_outputs(folds, splits, {settings.name: answers})
    return recipe.fit(prepared, labels, seed), nested.logits[settings.name]
