"""What the procedure says of real patients whom it leaves out, and how far its refits differ.

Slope and Brier score are of the folds that training leaves out; thirds of tumor volume and
instability are of the whole procedure on patients drawn with replacement, thirds of those alone who
were not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.bundle.left_out_calibration import CalibrationGroup
from TACEResponseLib.evaluation.bootstrap import bootstrap_estimate, percentiles
from TACEResponseLib.evaluation.calibration.calibration_curve import bin_numbers
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.evidence.kinds import kind_of
from TACEResponseLib.fusion.shrinkage import Drawn, calibration_slope, drawn_with_replacement
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.folds import repeated_folds
from TACEResponseLib.training.one_model import (
    fit_shrunk,
    held_out_probabilities,
    with_fewest_resamples,
)
from TACEResponseLib.training.prepared_cohort import Floats, Labels, PreparedCohort

THIRDS = ("smallest", "middle", "largest")
FIRST_REFIT = 2**36
SLOPE_DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The procedure on patients whom it did not see."""

    slope: Estimate
    brier: Estimate
    instability: Estimate
    """Mean distance of a refit's probability from the model's."""
    thirds: tuple[CalibrationGroup, ...]
    """By rising tumor volume."""


def left_out(
    recipe: Recipe,
    cohort: PreparedCohort,
    probabilities: Floats,
    seed: int,
    *,
    refits: int = 200,
    jobs: int = 1,
    progress: Progress = silent,
) -> LeftOut:
    """Ask the procedure about patients that it leaves out.

    Args:
        recipe: of one logistic branch that measures the tumor.
        cohort: who trains it.
        probabilities: (n,), what the model that ships says of them.
        seed: of the training.
        refits: of the whole procedure, on patients drawn with replacement.
        jobs: worker processes; the result does not depend on their number.
        progress: told each step.
    """
    folds = repeated_folds(cohort, recipe.folds, recipe.n_repeats, seed)
    labels, quick = cohort.labels, with_fewest_resamples(recipe)
    with worker_pool.workers(jobs) as pool:
        divided = [pool.submit(_held_out, recipe, cohort, one[np.newaxis], seed) for one in folds]
        again = [pool.submit(refit, quick, cohort, seed, number) for number in range(refits)]
        held_out = np.concatenate([one.result() for one in divided])
        progress("folds held out")
        rows, said = zip(*(one.result() for one in again), strict=True)
        progress(f"{refits} refits")
    return LeftOut(
        slope=held_out_slope(labels, held_out, np.random.default_rng(seed)),
        brier=held_out_brier(labels, held_out, np.random.default_rng(seed)),
        instability=instability(probabilities, np.array(said)),
        thirds=volume_thirds(labels, tumor_volumes(recipe, cohort), out_of_bag(rows, said)),
    )


def refit(recipe: Recipe, cohort: PreparedCohort, seed: int, number: int) -> tuple[Drawn, Floats]:
    """Rows (n,) of one resample, and what the procedure on them says of everybody, (n,)."""
    (branch,) = recipe.branches
    prepared, rng = (
        cohort.by_branch[branch.name],
        np.random.default_rng([FIRST_REFIT, seed, number]),
    )
    (rows,) = drawn_with_replacement(cohort.labels, 1, rng)
    drawn = [prepared[row] for row in rows]
    model = fit_shrunk(branch, recipe.fusion, drawn, cohort.labels[rows], seed)
    return rows, model.probabilities(prepared)


def _held_out(
    recipe: Recipe, cohort: PreparedCohort, folds: NDArray[np.int64], seed: int
) -> Floats:
    """One repeat, (1, n)."""
    (branch,) = recipe.branches
    prepared = cohort.by_branch[branch.name]
    return held_out_probabilities(branch, recipe.fusion, prepared, cohort.labels, folds, seed)


def held_out_slope(labels: Labels, held_out: Floats, rng: np.random.Generator) -> Estimate:
    """Calibration slope of held-out probabilities (repeats, n), mean over repeats."""
    said = logits(held_out)

    def of(rows: NDArray[np.intp]) -> float:
        if np.unique(labels[rows]).size < 2:
            return float("nan")
        return float(np.mean([calibration_slope(labels[rows], one[rows]) for one in said]))

    return bootstrap_estimate(of, labels.size, rng, resamples=SLOPE_DRAWS)


def held_out_brier(labels: Labels, held_out: Floats, rng: np.random.Generator) -> Estimate:
    """Brier score of held-out probabilities (repeats, n), mean over repeats."""
    squares = ((held_out - labels) ** 2).mean(axis=0)
    return bootstrap_estimate(lambda rows: float(squares[rows].mean()), labels.size, rng)


def instability(probabilities: Floats, refits: Floats) -> Estimate:
    """Mean absolute difference between the model's probabilities and those of its refits.

    Args:
        probabilities: (n,), of the model.
        refits: (b, n), of the same patients.
    Returns: the mean over patients and refits, and where 95 % of the refits lie.
    Source: Riley and Collins, Biometrical Journal 2023;65:2200302, mean absolute prediction error.
    """
    by_refit = np.abs(refits - probabilities).mean(axis=1)
    low, high = percentiles(by_refit)
    return Estimate(
        value=float(by_refit.mean()),
        low=float(low),
        high=float(high),
        n=probabilities.size,
        method=f"{len(refits)} refits of the whole procedure on resampled patients; 95 % of them",
    )


def out_of_bag(rows: Sequence[Drawn], said: Sequence[Floats]) -> Floats:
    """Mean probability (n,) of each patient over the refits that did not draw it."""
    others = np.array(said)
    for one, drawn in zip(others, rows, strict=True):
        one[drawn] = np.nan
    return np.asarray(np.nanmean(others, axis=0))


def tumor_volumes(recipe: Recipe, cohort: PreparedCohort) -> Floats:
    """Log volume of each patient's tumor, (n,)."""
    (branch,) = recipe.branches
    kind = kind_of(branch)
    numbers = [kind.lesion_numbers(one) for one in cohort.by_branch[branch.name]]
    return np.array([one["log_volume_ml"] for one in numbers])


def volume_thirds(
    labels: Labels, volumes: Floats, probabilities: Floats
) -> tuple[CalibrationGroup, ...]:
    """Predicted beside observed in thirds of the patients by volume, (n,) each."""
    third = bin_numbers(volumes, len(THIRDS), "quantile")
    groups = []
    for number, name in enumerate(THIRDS):
        own = third == number
        observed = proportion(int(labels[own].sum()), int(own.sum()))
        groups.append(
            CalibrationGroup(
                name=f"{name} third of tumor volume",
                n=int(own.sum()),
                predicted=float(probabilities[own].mean()),
                observed=observed.value,
                low=observed.low,
                high=observed.high,
            )
        )
    return tuple(groups)
