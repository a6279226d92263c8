"""Cohort + recipe -> trained parts. What is fitted on branch outputs sees out-of-fold ones only.

1. Each patient is loaded once and reduced to what the branches need (`preparation`).
2. Every branch is trained on each fold's other patients and asked about the fold's own: these
   out-of-fold outputs are all that fusion, calibration and threshold ever see.
3. Every branch is trained once more, on all training patients; that is what ships.
4. Where a recipe compares candidates, tuning patients, who took no part so far, choose one.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.evidence.branch import FittedBranch
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import (
    FittedCandidate,
    candidates_of,
    choose,
    fit_candidate,
    measure,
)
from TACEResponseLib.training.fits import TrainingOptions, fold_fit, planned, run_all, whole_fit
from TACEResponseLib.training.folds import stratified_folds
from TACEResponseLib.training.prepared_cohort import Floats, Labels, PreparedCohort
from TACEResponseLib.training.state import FITS, TrainingState, damaged, temporary_state
from TACEResponseLib.training.trained import TrainedModel, logits_of


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
        tuning: patients who choose among candidates, and an epoch where a network asks for it.
        jobs: worker processes; the result does not depend on their number.
        progress: told each step.
        state: keeps finished fits, and has those of an interrupted training.
        device: of networks.
        weights: ImageNet weights that networks begin with.
    Returns: the trained parts; same inputs, same numbers on the same machine.
    Raises: ValueError: a class has fewer patients than there are folds, or several candidates and
        no tuning patients. InputError: a branch can't be trained on these patients.
    """
    check_classes(cohort.labels, recipe.folds)
    if len(recipe.candidates) > 1 and tuning is None:
        raise ValueError("candidates are chosen among by tuning patients, and there are none")
    folds = stratified_folds(cohort, recipe.folds, seed)
    options = TrainingOptions(seed=seed, device=device, weights=weights)
    with nullcontext(state) if state else temporary_state() as kept:
        fits = list(planned(recipe, cohort, tuning, folds, options, kept))
        with worker_pool.workers(jobs) as pool:
            run_all(fits, pool, progress)
        out_of_fold = {s.name: _out_of_fold(s.name, folds, kept) for s in recipe.branches}
        branches = tuple(kept.read_branch(whole_fit(s.name), device) for s in recipe.branches)
    progress("fusion and calibration")
    fitted = _fitted(recipe, out_of_fold, cohort, branches, tuning, seed)
    return _chosen(fitted, branches, out_of_fold)


def check_classes(labels: Labels, folds: int) -> None:
    """Every fold needs both classes.

    Raises: ValueError: it can't have them.
    """
    smaller = int(min((labels == 1).sum(), (labels == 0).sum()))
    if smaller < folds:
        raise ValueError(f"each class needs >= {folds} patients (one a fold), got {smaller}")


def _out_of_fold(branch: str, folds: Labels, state: TrainingState) -> Floats:
    """Logits of each patient by the fit without its fold, (n,)."""
    logits = np.full(folds.size, np.nan)
    for fold in np.unique(folds).tolist():
        of_fold, members = state.read_logits(fold_fit(branch, fold)), folds == fold
        if of_fold.shape != (members.sum(),):
            raise damaged(state.folder, f"{FITS}/{fold_fit(branch, fold)}.json")
        logits[members] = of_fold
    return logits


def _fitted(
    recipe: Recipe,
    out_of_fold: Mapping[str, Floats],
    cohort: PreparedCohort,
    branches: tuple[FittedBranch, ...],
    tuning: PreparedCohort | None,
    seed: int,
) -> tuple[FittedCandidate, ...]:
    """Every candidate, trained and measured; the best one marked, and resampled."""
    tuning_logits = None if tuning is None else logits_of(branches, tuning)
    fitted = []
    for candidate in candidates_of(recipe):
        fusion, training = fit_candidate(candidate, recipe, out_of_fold, cohort, seed)
        tuned = None
        if tuning is not None and tuning_logits is not None:
            _, tuned = measure(fusion, tuning_logits, tuning)
        fitted.append(
            FittedCandidate(candidate=candidate, fusion=fusion, training=training, tuning=tuned)
        )
    best = choose(fitted)
    fusion, _ = fit_candidate(
        fitted[best].candidate, recipe, out_of_fold, cohort, seed, resampled=True
    )
    fitted[best] = replace(fitted[best], fusion=fusion, is_chosen=True)
    return tuple(fitted)


def _chosen(
    fitted: tuple[FittedCandidate, ...],
    branches: tuple[FittedBranch, ...],
    out_of_fold: Mapping[str, Floats],
) -> TrainedModel:
    """What the chosen candidate consists of."""
    (best,) = (one for one in fitted if one.is_chosen)
    used = tuple(branch for branch in branches if branch.name in best.candidate.branches)
    return TrainedModel(
        branches=used,
        fusion=best.fusion,
        out_of_fold={branch.name: out_of_fold[branch.name] for branch in used},
        candidates=fitted,
        all_branches=branches,
    )
