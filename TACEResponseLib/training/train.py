"""Cohort + recipe -> trained parts. What is fitted on branch outputs sees out-of-fold ones only.

1. Each patient is loaded once and reduced to what the branches need (`preparation`).
2. Every branch is trained on each fold's other patients and asked about the fold's own, and once
   more without a part of the others, so that outputs are nested (`held_out`): these are all that
   fusion, calibration and threshold ever see, and what measures the procedure.
3. Every branch is trained once more, on all training patients; that is what ships.
4. Where a recipe compares candidates, tuning patients, who took no part so far, choose one.
5. Where it asks for it, all of this is done again with permuted labels (`permutations`).
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import FittedCandidate, fit_candidates, kept_candidate
from TACEResponseLib.training.fits import (
    TrainingOptions,
    planned,
    run_all,
    split_fit,
    whole_fit,
)
from TACEResponseLib.training.folds import repeated_folds
from TACEResponseLib.training.held_out import Split, nested_outputs, nested_splits
from TACEResponseLib.training.permutations import chance_of
from TACEResponseLib.training.prepared_cohort import Floats, Labels, PreparedCohort
from TACEResponseLib.training.refits.runs import Refitting, refits_of
from TACEResponseLib.training.state import FITS, TrainingState, damaged_work, temporary_state
from TACEResponseLib.training.trained import TrainedModel, logits_of

# Of each class, in every fold: outside a fold they are divided again.
FEWEST_A_FOLD = 2


def train(
    recipe: Recipe,
    cohort: PreparedCohort,
    *,
    seed: int,
    tuning: PreparedCohort | None = None,
    jobs: int = 1,
    progress: Progress = silent,
    state: TrainingState | None = None,
    device: str = "cpu",
    weights: Path | None = None,
) -> TrainedModel:
    """Train every branch, then each candidate's fusion on out-of-fold outputs, and choose one.

    Args:
        recipe: what to train.
        cohort: the training patients alone; those of a test cohort have no business here.
        seed: of folds, networks, classifiers and bootstrap.
        tuning: patients who choose among candidates.
        jobs: worker processes; the result does not depend on their number.
        progress: told each step.
        state: keeps finished fits, and has those of an interrupted training.
        device: of networks.
        weights: ImageNet weights that networks begin with.
    Returns: the trained parts; same inputs, same numbers on the same machine.
    Raises: ValueError: a class has fewer than two patients a fold, or several candidates and no
        tuning patients. InputError: a branch can't be trained on these patients.
    """
    check_classes(cohort.labels, recipe.folds)
    if len(recipe.candidates) > 1 and tuning is None:
        raise ValueError("candidates are chosen among by tuning patients, and there are none")
    folds = repeated_folds(cohort, recipe.folds, recipe.n_repeats, seed)
    splits = nested_splits(folds, cohort.labels, seed)
    options = TrainingOptions(seed=seed, device=device, weights=weights)
    with (
        nullcontext(state) if state else temporary_state() as kept,
        worker_pool.workers(jobs) as pool,
    ):
        run_all(list(planned(recipe, cohort, splits, options, kept)), pool, progress)
        outputs = _outputs(recipe, folds, splits, kept)
        branches = tuple(kept.read_branch(whole_fit(s.name), device) for s in recipe.branches)
        chance = chance_of(recipe, cohort, tuning, seed, pool, progress)
        progress("fusion and calibration")
        choosing = None if tuning is None else (tuning, logits_of(branches, tuning))
        fitted = fit_candidates(recipe, outputs, cohort, choosing, seed)
        trained = _trained(fitted, branches, outputs, chance)
        work = Refitting(
            branches=tuple(branch.settings for branch in trained.branches),
            fusion=trained.fusion.settings,
            cohort=cohort,
            outputs=trained.outputs,
            seed=seed,
            state=kept,
        )
        refits = refits_of(work, recipe.refits, splits, pool, device, progress)
    return replace(trained, refits=refits)


def check_classes(labels: Labels, folds: int) -> None:
    """Every fold needs both classes, and more than one patient of each.

    Raises: ValueError: it can't have them.
    """
    smaller, needed = int(min((labels == 1).sum(), (labels == 0).sum())), FEWEST_A_FOLD * folds
    if smaller < needed:
        raise ValueError(f"each class needs >= {needed} patients (two a fold), got {smaller}")


def _outputs(
    recipe: Recipe, folds: Folds, splits: Sequence[Split], state: TrainingState
) -> NestedOutputs:
    """What the fits said."""
    answers = {
        s.name: {split.name: _answers(s.name, split, state) for split in splits}
        for s in recipe.branches
    }
    return nested_outputs(folds, splits, answers)


def _answers(branch: str, split: Split, state: TrainingState) -> Floats:
    """Logits of the patients whom one fit was asked about.

    Raises: InputError: they are not as many.
    """
    name = split_fit(branch, split)
    logits = state.read_logits(name)
    if logits.shape != (split.held_out.sum(),):
        raise damaged_work(state.folder, f"{FITS}/{name}.json")
    return logits


def _trained(
    fitted: tuple[FittedCandidate, ...],
    branches: tuple[AnyBranch, ...],
    outputs: NestedOutputs,
    chance: Significance | None,
) -> TrainedModel:
    """What the chosen candidate consists of."""
    best = kept_candidate(fitted)
    used = tuple(branch for branch in branches if branch.name in best.candidate.branches)
    return TrainedModel(
        branches=used,
        fusion=best.fusion,
        outputs=outputs.of([branch.name for branch in used]),
        candidates=fitted,
        all_branches=branches,
        chance=chance,
    )
