"""Cohort + recipe -> bundle. Everything fitted on branch outputs sees out-of-fold outputs only.

1. Each patient is loaded once and reduced to what the branches need.
2. Every branch is trained on each fold's other patients and asked about the fold's own: these
   out-of-fold outputs are all that fusion, calibration and threshold ever see.
3. Every branch is trained once more, on the whole training cohort; that is what ships.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.branch import BranchRecipe, FittedBranch
from TACEResponseLib.case import Case
from TACEResponseLib.clinical.record import ClinicalRecord
from TACEResponseLib.cnn.settings import ImageNetworkSettings
from TACEResponseLib.fusion import FittedFusion, fit_fusion
from TACEResponseLib.progress import Progress, silent
from TACEResponseLib.radiomics.settings import RadiomicsSettings
from TACEResponseLib.recipe import Recipe

Labels = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One patient of a cohort: an id, a label, and a way to load the rest when needed."""

    case_id: str
    label: int
    """1 for the positive class, 0 else."""
    load: Callable[[], Case]
    """Picklable: it is called in a worker process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCohort:
    """What the branches need of each patient, in the cohort's order."""

    case_ids: tuple[str, ...]
    labels: Labels
    clinical: tuple[ClinicalRecord, ...]
    by_branch: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """The parts that a bundle is made of, and the out-of-fold outputs behind them."""

    branches: tuple[FittedBranch, ...]
    fusion: FittedFusion
    out_of_fold: Mapping[str, Floats]
    """Logits by branch, (n,)."""


def train(
    recipe: Recipe,
    cohort: PreparedCohort,
    *,
    seed: int,
    jobs: int = 1,
    progress: Progress = silent,
) -> TrainedModel:
    """Train every branch, then fusion and calibration on out-of-fold outputs.

    Args:
        recipe: what to train.
        cohort: the training cohort alone; patients of a test cohort have no business here.
        seed: of folds, networks, classifiers and bootstrap.
        jobs: worker processes; the result does not depend on their number.
        progress: told each step.
    Returns: the trained parts; same inputs, same numbers on the same machine.
    Raises: ValueError: a class has fewer patients than there are folds.
    """
    _check_classes(cohort.labels, recipe.folds)
    folds = stratified_folds(cohort, recipe.folds, seed)
    with workers(jobs) as pool:
        waiting = {
            (settings.name, fold): pool.submit(_fit_and_ask, settings, cohort, folds != fold, seed)
            for settings in recipe.branches
            for fold in range(recipe.folds)
        }
        final = [
            pool.submit(_fit, settings, cohort, np.ones_like(folds, dtype=bool), seed)
            for settings in recipe.branches
        ]
        out_of_fold = {s.name: np.full(folds.size, np.nan) for s in recipe.branches}
        for (name, fold), answer in waiting.items():
            out_of_fold[name][folds == fold] = answer.result()
            progress(f"{name}: fold {fold + 1} of {recipe.folds}")
        branches = tuple(answer.result() for answer in final)
    progress("fusion and calibration")
    fusion = fit_fusion(recipe.fusion, out_of_fold, cohort.clinical, cohort.labels, seed)
    return TrainedModel(branches=branches, fusion=fusion, out_of_fold=out_of_fold)


def prepare(
    recipe: Recipe, members: Sequence[Member], *, jobs: int = 1, progress: Progress = silent
) -> PreparedCohort:
    """Load each patient once and keep the little that each branch needs.

    Args:
        recipe: names the branches.
        members: the cohort; its order doesn't matter, patients are sorted by id.
        jobs: worker processes.
        progress: told how far it got.
    Returns: the prepared cohort; memory grows with patches and features, not with images.
    """
    ordered = sorted(members, key=lambda member: member.case_id)
    evidence: list[tuple[ClinicalRecord, dict[str, Any]]] = []
    with workers(jobs) as pool:
        for done in pool.map(_prepare_one, [recipe] * len(ordered), ordered, chunksize=4):
            evidence.append(done)
            if len(evidence) % 25 == 0:
                progress(f"prepared {len(evidence)} of {len(ordered)} patients")
    return PreparedCohort(
        case_ids=tuple(member.case_id for member in ordered),
        labels=np.array([member.label for member in ordered], dtype=np.int64),
        clinical=tuple(clinical for clinical, _ in evidence),
        by_branch={
            s.name: tuple(by_branch[s.name] for _, by_branch in evidence) for s in recipe.branches
        },
    )


def stratified_folds(cohort: PreparedCohort, folds: int, seed: int) -> Labels:
    """Fold of each patient, (n,): classes spread evenly, patients in the order of their ids."""
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    fold = np.empty(cohort.labels.size, dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(cohort.labels, cohort.labels)):
        fold[held_out] = number
    return fold


def branch_recipe(settings: ImageNetworkSettings | RadiomicsSettings) -> BranchRecipe:
    """The trainable branch of these settings."""
    if isinstance(settings, ImageNetworkSettings):
        from TACEResponseLib.cnn.branch import ImageNetworkRecipe

        return ImageNetworkRecipe(settings)
    from TACEResponseLib.radiomics.branch import RadiomicsRecipe

    return RadiomicsRecipe(settings)


@contextmanager
def workers(jobs: int) -> Iterator[Executor]:
    """Fresh processes of one thread each: forked ones would inherit torch's locked threads."""
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_one_thread) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _one_thread() -> None:
    """Two processes of one thread beat two of two, and results don't vary with the number."""
    import torch

    torch.set_num_threads(1)


def _prepare_one(recipe: Recipe, member: Member) -> tuple[ClinicalRecord, dict[str, Any]]:
    """Runs in a worker."""
    case = member.load()
    return case.clinical, {s.name: branch_recipe(s).prepare(case) for s in recipe.branches}


def _fit(
    settings: ImageNetworkSettings | RadiomicsSettings,
    cohort: PreparedCohort,
    chosen: NDArray[np.bool_],
    seed: int,
) -> FittedBranch:
    """One branch on the chosen patients; runs in a worker."""
    prepared = [p for p, use in zip(cohort.by_branch[settings.name], chosen, strict=True) if use]
    return branch_recipe(settings).fit(prepared, cohort.labels[chosen], seed)


def _fit_and_ask(
    settings: ImageNetworkSettings | RadiomicsSettings,
    cohort: PreparedCohort,
    chosen: NDArray[np.bool_],
    seed: int,
) -> Floats:
    """Logits of the patients that were not chosen, by a branch that never saw them."""
    fitted = _fit(settings, cohort, chosen, seed)
    rest = [p for p, use in zip(cohort.by_branch[settings.name], chosen, strict=True) if not use]
    return fitted.logits(rest)


def _check_classes(labels: Labels, folds: int) -> None:
    """Every fold needs both classes."""
    smaller = int(min((labels == 1).sum(), (labels == 0).sum()))
    if smaller < folds:
        raise ValueError(f"each class needs >= {folds} patients (one a fold), got {smaller}")
