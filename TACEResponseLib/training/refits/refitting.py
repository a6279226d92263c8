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
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.fusion.clusters import drawn_rows
from TACEResponseLib.fusion.fitting import fuse
from TACEResponseLib.fusion.fusion import FEWEST_RESAMPLES, FittedFusion, FusionSettings
from TACEResponseLib.fusion.linear_model import MOST_REDRAWS
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.fusion.shrinkage import drawn_with_replacement
from TACEResponseLib.training.fits import answers_here, fit_here
from TACEResponseLib.training.held_out import Split, nested_outputs, nested_splits
from TACEResponseLib.training.one_model import fit_shrunk
from TACEResponseLib.training.prepared_cohort import (
    Floats,
    Labels,
    PreparedCohort,
)

# Beyond the seeds of folds, of the permutations and of what a user can give.
FIRST_REFIT = 2**34
FEWEST_OF_A_CLASS, FEWEST_WITHOUT_FOLD = 1, 2

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
    rng = np.random.default_rng([FIRST_REFIT, seed, number])
    # As the model itself was trained: what it is called says how.
    if fusion.calibration == "shrinkage":
        return _one_model(branches[0], fusion, cohort, seed, rng)
    repeat = number % outputs.repeats
    splits = nested_splits(outputs.folds[[repeat]], cohort.labels, seed, cohort.clusters)
    rows = _drawn(cohort, outputs.folds[repeat], splits, rng)
    drawn, folds = cohort.taken(rows), outputs.folds[[repeat]][:, rows]
    splits = [_among(split, rows) for split in splits]
    logits: dict[str, Floats] = {}
    trained: dict[str, AnyBranch] = {}
    for settings in branches:
        name = settings.name
        if settings.trained_by_epochs:
            logits[name] = outputs.logits[name][[repeat]][:, :, rows]
            continue
        answers = {name: answers_here(settings, drawn, splits, seed)}
        logits[name] = nested_outputs(folds, splits, answers).logits[name]
        trained[name] = fit_here(settings, drawn, seed)
    nested = NestedOutputs(folds=folds, logits=logits)
    fused = fuse(fusion, nested, drawn.clinical, drawn.labels)
    # Its own held-out scores are of nobody who is asked about.
    return TrainedRefit(branches=trained, fusion=fused.model_copy(update={"held_out": None}))


def _one_model(
    settings: BranchSettings,
    fusion: FusionSettings,
    cohort: PreparedCohort,
    seed: int,
    rng: np.random.Generator,
) -> TrainedRefit:
    """One logistic regression and its shrinkage, by the fewest resamples that one may rest on."""
    (rows,) = drawn_with_replacement(cohort.labels, 1, rng, cohort.clusters)
    drawn, quick = cohort.taken(rows), fusion.model_copy(update={"n_bootstrap": FEWEST_RESAMPLES})
    prepared = drawn.by_branch[settings.name]
    model = fit_shrunk(settings, quick, prepared, drawn.labels, seed, drawn.clusters)
    return TrainedRefit(branches={settings.name: model.branch}, fusion=model.fusion(fusion))


def _drawn(
    cohort: PreparedCohort, folds: Labels, splits: Sequence[Split], rng: np.random.Generator
) -> Drawn:
    """Rows of patients drawn with replacement, (m,): nobody is asked a fit without both classes.

    Raises: InputError: no such draw comes about.
    """
    labels, patients = cohort.labels, cohort.clusters
    for _ in range(MOST_REDRAWS):
        rows = drawn_rows(labels.size, patients, rng)
        can_be_fitted = all(_has_both(labels[rows], split, rows) for split in splits)
        if can_be_fitted and set(folds[rows]) == set(folds):
            return rows
    raise InputError(
        "training cohort",
        "must have so many patients of each class that resampled ones can be trained on",
        got=f"{int(labels.sum())} and {int(labels.size - labels.sum())}",
        remedy="add patients, or give the recipe refits: 0, which leaves models without a range",
    )


def _has_both(labels: Labels, split: Split, rows: Drawn) -> bool:
    """Whether a split of drawn rows can be trained on; without a fold, fusion too."""
    fewest = FEWEST_OF_A_CLASS if split.fold is None else FEWEST_WITHOUT_FOLD
    return int(np.bincount(labels[split.trained[rows]], minlength=2).min()) >= fewest


def _among(split: Split, rows: Drawn) -> Split:
    """The same split of resampled patients."""
    return replace(
        split,
        repeat=0,
        trained=split.trained[rows],
        held_out=split.held_out[rows],
        levels=tuple((fold, own[rows]) for fold, own in split.levels),
    )
