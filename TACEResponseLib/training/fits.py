"""Every fit of a training: each branch once a fold and once on all training patients."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.process.remaining import Remaining
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.log import FitLog
from TACEResponseLib.training.prepared_cohort import Labels, PreparedCohort, chosen_of, labels_for
from TACEResponseLib.training.state import TrainingState


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How a training runs, beside what is trained."""

    seed: int
    """Of folds, networks, classifiers and bootstrap."""
    device: str = "cpu"
    """Of networks."""
    weights: Path | None = None
    """ImageNet weights that networks begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One fit, with all that a worker needs; patients on disk are read there."""

    name: str
    settings: BranchSettings
    prepared: Sequence[Any]
    labels: Labels
    held_out: Sequence[Any] | None
    """Patients of the fold, who are asked; `None` for the fit of all, which is kept."""
    tuning: tuple[Sequence[Any], Labels] | None
    options: TrainingOptions
    state: TrainingState


def fold_fit(branch: str, fold: int) -> str:
    """Name of the fit without one fold."""
    return f"{branch}-fold-{fold + 1}"


def whole_fit(branch: str) -> str:
    """Name of the fit on all training patients."""
    return f"{branch}-all"


def planned(
    recipe: Recipe,
    cohort: PreparedCohort,
    tuning: PreparedCohort | None,
    folds: Labels,
    options: TrainingOptions,
    state: TrainingState,
) -> Iterator[Fit]:
    """Every fit of a training, the longest first: those of all patients."""
    for settings in recipe.branches:
        labels = labels_for(settings, cohort)
        prepared = cohort.by_branch[settings.name]
        tuned = None
        if tuning is not None:
            tuned = (tuning.by_branch[settings.name], labels_for(settings, tuning))
        for fold in (None, *range(recipe.folds)):
            train = np.ones_like(folds, dtype=np.bool_) if fold is None else folds != fold
            yield Fit(
                name=whole_fit(settings.name) if fold is None else fold_fit(settings.name, fold),
                settings=settings,
                prepared=chosen_of(prepared, train),
                labels=labels[train],
                held_out=None if fold is None else chosen_of(prepared, ~train),
                tuning=tuned,
                options=options,
                state=state,
            )


def run_all(fits: Sequence[Fit], pool: Any, progress: Progress) -> None:
    """Run the fits that are not finished yet; results lie in the state."""
    missing = [fit for fit in fits if not fit.state.is_finished(fit.name)]
    if len(missing) < len(fits):
        progress(f"{len(fits) - len(missing)} of {len(fits)} fits are there already")
    remaining = Remaining("fit", len(missing), progress)
    waiting: dict[Future[None], str] = {pool.submit(run_fit, fit): fit.name for fit in missing}
    for done in as_completed(waiting):
        done.result()
        remaining.step(f" ({waiting[done]})")


def run_fit(fit: Fit) -> None:
    """Train one branch and keep what came out; runs in a worker."""
    options, state = fit.options, fit.state
    context = FitContext(
        device=options.device,
        checkpoint=state.checkpoint(fit.name),
        log=FitLog(state.log(fit.name)),
        weights=options.weights,
        tuning=fit.tuning,
    )
    recipe = branch_recipe(fit.settings)
    branch = recipe.fit(fit.prepared, fit.labels, options.seed, context)
    if fit.held_out is None:
        state.save_branch(fit.name, branch)
    else:
        state.save_logits(fit.name, branch.logits(fit.held_out))
    state.forget_checkpoint(fit.name)
