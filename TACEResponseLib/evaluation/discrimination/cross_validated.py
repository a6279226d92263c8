"""Honest numbers from cross-validation: the whole procedure is what has a spread.

Predictions pooled over folds come from several models, and the folds share patients; DeLong's
formula knows of neither. So the procedure itself - folds, fits and all - is run again on
resampled patients for the interval, and on shuffled outcomes for the p value.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.bootstrap import bootstrap_estimate, spread_limits
from TACEResponseLib.evaluation.discrimination.discrimination import (
    area,
    score_levels,
    with_exact_limits,
)
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Labels, checked_outcome, checked_scores
from TACEResponseLib.evaluation.significance import Significance

FEWEST_PERMUTATIONS = 200


class Procedure(Protocol):
    """A complete cross-validation that gives one number, such as a mean AUC over its folds."""

    def __call__(self, rows: NDArray[np.intp], labels: Labels, rng: np.random.Generator) -> float:
        """Split, fit and judge anew.

        Args:
            rows: (m,), patients of this cohort; a patient may occur several times. Copies of one
                patient must fall into one fold (hand `rows` to a grouped splitter), or the model
                is judged on patients that trained it.
            labels: (m,), outcome of each row; shuffled under the hypothesis.
            rng: source of the splits and fits.
        """


def repeated_auc(
    labels: ArrayLike,
    predictions: Sequence[ArrayLike],
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = 2000,
) -> Estimate:
    """Mean AUC over repeats of a cross-validation, predictions held fixed.

    The interval holds what other patients would change in the judging, not what they would change
    in the fitting: narrower than that of `procedure_estimate`, and said so in `method`.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        predictions: of each repeat, (n,), out-of-fold, higher = more likely positive; each repeat
            with one calibration over its folds, for pooling compares scores between folds.
        rng: source of the draws.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: one class only, no repeat, lengths differ, or a value is missing.
    """
    outcome = checked_outcome(labels)
    if not predictions:
        raise InputError(
            "predictions",
            "must hold at least one repeat",
            got="none",
            remedy="give the out-of-fold scores",
        )
    repeats = [score_levels(checked_scores(scores, outcome)) for scores in predictions]

    def of(rows: NDArray[np.intp]) -> float:
        return float(np.mean([area(outcome[rows], levels[rows]) for levels in repeats]))

    drawn = bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)
    mean = with_exact_limits(drawn, outcome, clusters)
    return Estimate(
        value=mean.value,
        low=mean.low,
        high=mean.high,
        n=mean.n,
        method=f"mean of {len(repeats)} repeats; {mean.method}, fits held fixed",
    )


def procedure_estimate(
    procedure: Procedure,
    labels: ArrayLike,
    rng: np.random.Generator,
    *,
    repeats: int = 10,
    resamples: int = 200,
) -> Estimate:
    """Mean over repeats, with a bootstrap of patients round the whole procedure.

    Args:
        procedure: splits, fits and judges; see `Procedure`.
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        rng: source of draws, splits and fits.
        repeats: runs on all patients, with new splits.
        resamples: cohorts drawn with replacement, one run each. A draw holds about 63 % of the
            patients, so its models are a little worse: the interval is moved to be centered on
            the mean over repeats. Limits are nan where all draws are alike.
    Raises: InputError: one class only. ValueError: no repeat.
    Source: Efron and Tibshirani, JASA 1997;92:548; Jiang, Varma and Simon, Statistical
        Applications in Genetics and Molecular Biology 2008;7:8.
    """
    outcome = checked_outcome(labels)
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    everyone = np.arange(outcome.size)
    value = float(np.mean([procedure(everyone, outcome, rng) for _ in range(repeats)]))
    draws = np.array([_one_draw(procedure, outcome, rng) for _ in range(resamples)])
    low, high = spread_limits(draws)
    shift = value - float(np.nanmedian(draws)) if np.isfinite(draws).any() else 0.0
    return Estimate(
        value=value,
        low=float(np.maximum(0.0, low + shift)),
        high=float(np.minimum(1.0, high + shift)),
        n=outcome.size,
        method=f"mean of {repeats} repeats; percentile bootstrap of {resamples} round the whole "
        "procedure, centered",
    )


def permutation_test(
    procedure: Procedure,
    labels: ArrayLike,
    rng: np.random.Generator,
    *,
    repeats: int = 10,
    permutations: int = FEWEST_PERMUTATIONS,
) -> Significance:
    """How often does the procedure do as well when outcomes are shuffled among patients?

    Args:
        procedure: splits, fits and judges; higher = better.
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        rng: source of shuffles, splits and fits.
        repeats: runs of which the mean is taken, with true and with shuffled outcomes alike.
        permutations: shuffles, at least 200.
    Returns: p is never 0: the true order is one of the orders.
    Raises: InputError: one class only. ValueError: fewer than 200 shuffles.
    Source: Ojala and Garriga, Journal of Machine Learning Research 2010;11:1833; Phipson and
        Smyth, Statistical Applications in Genetics and Molecular Biology 2010;9:39.
    """
    outcome = checked_outcome(labels)
    if permutations < FEWEST_PERMUTATIONS:
        raise ValueError(f"permutations must be at least {FEWEST_PERMUTATIONS}, got {permutations}")
    everyone = np.arange(outcome.size)

    def mean_of(shuffled: Labels) -> float:
        return float(np.mean([procedure(everyone, shuffled, rng) for _ in range(repeats)]))

    value = mean_of(outcome)
    by_chance = np.array([mean_of(rng.permutation(outcome)) for _ in range(permutations)])
    return Significance(
        statistic=value,
        p=(1 + int((by_chance >= value).sum())) / (1 + permutations),
        n=outcome.size,
        method=f"{permutations} permutations of the outcome round the whole procedure; "
        "statistic: the procedure's own value",
    )


def _one_draw(procedure: Procedure, outcome: Labels, rng: np.random.Generator) -> float:
    """The procedure on one resampled cohort; nan where a class is absent or has one patient."""
    rows = rng.integers(outcome.size, size=outcome.size)
    patients = np.unique(rows)
    if min(outcome[patients].sum(), (1 - outcome[patients]).sum()) < 2:
        return float("nan")
    return float(procedure(rows, outcome[rows], rng))
