"""All refits of the candidate that is kept: trained in workers, kept, read back for the bundle."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.process.remaining import Remaining
from TACEResponseLib.bundle.refits import Refit
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.fusion.fusion import FusionSettings
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.training.fits import kept_fit, split_fit
from TACEResponseLib.training.held_out import Split
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.refits.refitting import refit
from TACEResponseLib.training.state import TrainingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Refitting:
    """What every refit is made of; goes to the workers."""

    branches: tuple[BranchSettings, ...]
    fusion: FusionSettings
    cohort: PreparedCohort
    outputs: NestedOutputs
    seed: int
    state: TrainingState


def refits_of(
    work: Refitting,
    number: int,
    splits: Sequence[Split],
    pool: Executor,
    device: str,
    progress: Progress,
) -> tuple[Refit, ...]:
    """Train what is missing, and read all of them.

    Args:
        work: the candidate that is kept, and its patients.
        number: how many.
        splits: of the training; networks without one fold are kept under their names.
        pool: does the trainings.
        device: of networks.
        progress: told each of them.
    Returns: the refits; networks are shared among them, refit k having left out fold k.
    """
    if not number:
        return ()
    missing = [k for k in range(number) if not work.state.is_finished(_name(k))]
    waiting = [pool.submit(run_refit, work, k) for k in missing]
    remaining = Remaining("refit", len(missing), progress)
    for done in as_completed(waiting):
        done.result()
        remaining.step("")
    networks = {
        settings.name: [
            work.state.read_branch(kept_fit(split_fit(settings.name, split)), device)
            for split in sorted(splits, key=lambda one: one.fold or 0)
            if split.asks_once
        ]
        for settings in work.branches
        if settings.trained_by_epochs
    }
    return tuple(_read(work, k, networks, device) for k in range(number))


def run_refit(work: Refitting, number: int) -> None:
    """One refit, kept; runs in a worker."""
    made = refit(work.branches, work.fusion, work.cohort, work.outputs, work.seed, number)
    for name, branch in made.branches.items():
        work.state.save_branch(f"{_name(number)}-{name}", branch)
    work.state.save_fusion(_name(number), made.fusion)


def _read(
    work: Refitting, number: int, networks: Mapping[str, Sequence[AnyBranch]], device: str
) -> Refit:
    branches = {}
    for settings in work.branches:
        name = settings.name
        if name in networks:
            branches[name] = networks[name][number % len(networks[name])]
        else:
            branches[name] = work.state.read_branch(f"{_name(number)}-{name}", device)
    return Refit(branches=branches, fusion=work.state.read_fusion(_name(number)))


def _name(number: int) -> str:
    """Of a refit among the fits of a training."""
    return f"refit-{number + 1:02d}"
