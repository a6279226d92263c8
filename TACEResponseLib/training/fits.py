"""Every fit of a training: each branch once a split and once on all training patients."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.process.remaining import Remaining
from TACEResponseLib.evidence.branch import FitContext, Prepared
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.held_out import Split
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
    prepared: Sequence[Prepared]
    labels: Labels
    held_out: Sequence[Prepared] | None
    """Patients who are asked; `None` for the fit of all, which is kept."""
    options: TrainingOptions
    state: TrainingState
    keeps_branch: bool = False
    """What was trained is kept beside what it says: it stands for another draw of patients."""


def split_fit(branch: str, split: Split) -> str:
    """Name of a fit that is asked about others."""
    return f"{branch}-{split.name}"


def whole_fit(branch: str) -> str:
    """Name of the fit on all training patients."""
    return f"{branch}-all"


def kept_fit(name: str) -> str:
    """Name under which a branch that was asked about others is kept itself."""
    return f"{name}-kept"


def planned(
    recipe: Recipe,
    cohort: PreparedCohort,
    splits: Sequence[Split],
    options: TrainingOptions,
    state: TrainingState,
) -> Iterator[Fit]:
    """Every fit of a training, the longest first: those of all patients."""
    for settings in recipe.branches:
        labels, prepared = labels_for(settings, cohort), cohort.by_branch[settings.name]
        for split in (None, *splits):
            yield Fit(
                name=split_fit(settings.name, split) if split else whole_fit(settings.name),
                settings=settings,
                prepared=chosen_of(prepared, split.trained) if split else prepared,
                labels=labels[split.trained] if split else labels,
                held_out=chosen_of(prepared, split.held_out) if split else None,
                options=options,
                state=state,
                keeps_branch=_stands_in_refits(recipe, settings, split),
            )


def _stands_in_refits(recipe: Recipe, settings: BranchSettings, split: Split | None) -> bool:
    """Whether it is a network that left out one fold; refits train none of their own."""
    is_network = bool(recipe.refits and settings.trained_by_epochs)
    return is_network and split is not None and split.repeat == 0 and split.fold is not None


def run_all(fits: Sequence[Fit], pool: Executor, progress: Progress) -> None:
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
    )
    recipe = branch_recipe(fit.settings)
    branch = recipe.fit(fit.prepared, fit.labels, options.seed, context)
    if fit.held_out is None:
        state.save_branch(fit.name, branch)
    else:
        if fit.keeps_branch:
            state.save_branch(kept_fit(fit.name), branch)
        state.save_logits(fit.name, branch.logits(fit.held_out))
    state.forget_checkpoint(fit.name)
