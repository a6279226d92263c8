"""Every fit of a training: each branch once a split and once on all training patients."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.process.remaining import Remaining
from TACEResponseLib.evidence.branch import AnyBranch, FitContext, Prepared
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.fusion.clusters import Clusters, of_rows
from TACEResponseLib.likeness.fitted import FittedLikeness, fit_likeness
from TACEResponseLib.likeness.reference import fit_reference
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.checks import note_findings
from TACEResponseLib.training.held_out import Split
from TACEResponseLib.training.logs.log import FitLog
from TACEResponseLib.training.prepared_cohort import (
    Floats,
    Labels,
    PreparedCohort,
    Rows,
    chosen_of,
    labels_for,
)
from TACEResponseLib.training.state import DISTANCES, FITS, TrainingState, damaged_work


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
    notes_findings: bool
    """Whether it is looked at what it shows of them."""
    measures: bool
    """Whether it says how far its patients lie from others, beside what it says of them."""
    options: TrainingOptions
    state: TrainingState
    keeps_branch: bool = False
    """What was trained is kept beside what it says: it stands for another draw of patients."""
    patients: Clusters = None
    """(n,), patient of each row."""


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
    patients = cohort.clusters
    for settings in recipe.branches:
        labels, prepared = labels_for(settings, cohort), cohort.by_branch[settings.name]
        for split in (None, *splits):
            yield Fit(
                name=split_fit(settings.name, split) if split else whole_fit(settings.name),
                settings=settings,
                prepared=chosen_of(prepared, split.trained) if split else prepared,
                labels=labels[split.trained] if split else labels,
                held_out=chosen_of(prepared, split.held_out) if split else None,
                notes_findings=split is not None and split.asks_once,
                measures=split is None or split.asks_once,
                options=options,
                state=state,
                keeps_branch=_stands_in_refits(recipe, settings, split),
                patients=of_rows(patients, split.trained) if split else patients,
            )


def _stands_in_refits(recipe: Recipe, settings: BranchSettings, split: Split | None) -> bool:
    """Whether it is a network that left out one fold; refits train none of their own."""
    is_network = bool(recipe.refits and settings.trained_by_epochs)
    return is_network and split is not None and split.asks_once


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
        patients=fit.patients,
    )
    recipe = branch_recipe(fit.settings)
    branch = recipe.fit(fit.prepared, fit.labels, options.seed, context)
    # A fit counts as finished by what is written last.
    if fit.measures:
        reference = fit_reference(branch.vectors(fit.prepared))
        if fit.held_out is None:
            state.save_reference(fit.name, reference)
        else:
            distances = reference.distances(branch.vectors(fit.held_out))
            state.save_distances(fit.name, distances)
    if fit.held_out is None:
        state.save_branch(fit.name, branch)
    else:
        if fit.keeps_branch:
            state.save_branch(kept_fit(fit.name), branch)
        if fit.notes_findings:
            note_findings(fit.name, branch, fit.held_out, options.seed, state)
        state.save_logits(fit.name, branch.logits(fit.held_out))
    state.forget_checkpoint(fit.name)


def fit_here(
    settings: BranchSettings, cohort: PreparedCohort, seed: int, rows: Rows | None = None
) -> AnyBranch:
    """One branch in this process, nothing kept: what is a matter of moments.

    Args:
        settings: of the branch.
        cohort: training patients.
        seed: of the branch.
        rows: (n,), those to learn from; everybody if not given.
    """
    prepared, labels = cohort.by_branch[settings.name], labels_for(settings, cohort)
    patients = cohort.clusters
    if rows is not None:
        prepared, labels = chosen_of(prepared, rows), labels[rows]
        patients = of_rows(patients, rows)
    return branch_recipe(settings).fit(prepared, labels, seed, FitContext(patients=patients))


def answers_here(
    settings: BranchSettings, cohort: PreparedCohort, splits: Sequence[Split], seed: int
) -> dict[str, Floats]:
    """Logits of the patients whom each fit of a branch is asked about, by split."""
    prepared, answers = cohort.by_branch[settings.name], {}
    for split in splits:
        branch = fit_here(settings, cohort, seed, split.trained)
        # Of resampled patients none may be left to be asked.
        asks = split.held_out.any()
        answers[split.name] = (
            branch.logits(chosen_of(prepared, split.held_out)) if asks else np.empty(0)
        )
    return answers


def likeness_of(
    branches: Sequence[str], splits: Sequence[Split], state: TrainingState
) -> FittedLikeness:
    """What tells cases like the training patients from others, of what fits have measured.

    Args:
        branches: whose numbers count; those that ship.
        splits: of the training.
        state: of the finished fits.
    Raises: InputError: a file of the state is damaged.
    """
    distances, logits = {}, {}
    for branch in branches:
        rows = np.full((2, splits[0].trained.size), np.nan)
        for split in splits:
            if split.asks_once:
                name = split_fit(branch, split)
                held_out = (state.read_distances(name), state.read_logits(name))
                if {row.shape for row in held_out} != {(split.held_out.sum(),)}:
                    raise damaged_work(state.folder, f"{FITS}/{name}.{DISTANCES}")
                rows[:, split.held_out] = held_out
        distances[branch], logits[branch] = rows
    references = {branch: state.read_reference(whole_fit(branch)) for branch in branches}
    return fit_likeness(references, distances, logits)
