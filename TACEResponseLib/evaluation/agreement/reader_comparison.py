"""Model and reader on the same patients: does either find more, or spare more?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, checked_clusters, checked_outcome
from TACEResponseLib.evaluation.significance import Significance


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderComparison:
    """Model less reader, both at a fixed call."""

    sensitivity: Estimate
    specificity: Estimate
    sensitivity_test: Significance
    specificity_test: Significance


def compare_with_reader(
    labels: ArrayLike,
    model_calls: ArrayLike,
    reader_calls: ArrayLike,
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> ReaderComparison:
    """Differences of sensitivity and specificity, paired by patient.

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        model_calls: (n,), 1 where the model, at its own cut-off, says positive.
        reader_calls: (n,), 1 where the reader says positive.
        rng: source of the draws.
        clusters: (n,), patient of each row, for lesions; each row its own patient if not given.
            With several rows of one patient the exact test has no p value.
        resamples: how many cohorts are drawn.
    Raises: InputError: values other than 0 and 1, lengths differ, or one class only.
    Source: McNemar, Psychometrika 1947;12:153, exact.
    """
    outcome = checked_outcome(labels)
    model, reader = (
        checked_outcome(calls, both_classes=False) for calls in (model_calls, reader_calls)
    )
    if not model.size == reader.size == outcome.size:
        raise InputError(
            "calls",
            f"must be one a patient, {outcome.size}",
            got=f"{model.size}, {reader.size}",
            remedy="join them by case id",
        )
    independent = np.unique(checked_clusters(clusters, outcome.size)).size == outcome.size
    right = (model == outcome).astype(float) - (reader == outcome)

    def share(value: int) -> Estimate:
        def of(rows: NDArray[np.intp]) -> float:
            chosen = right[rows][outcome[rows] == value]
            return float(chosen.mean()) if chosen.size else float("nan")

        return bootstrap_estimate(of, outcome.size, rng, clusters=clusters, resamples=resamples)

    return ReaderComparison(
        sensitivity=share(1),
        specificity=share(0),
        sensitivity_test=_mcnemar(right, outcome == 1, independent=independent),
        specificity_test=_mcnemar(right, outcome == 0, independent=independent),
    )


def _mcnemar(right: Floats, among: NDArray[np.bool_], *, independent: bool) -> Significance:
    """Exact test of the patients whom one of the two alone called rightly."""
    from scipy.stats import binomtest

    n = int(among.sum())
    model_alone, reader_alone = (int((right[among] == sign).sum()) for sign in (1, -1))
    if not independent:
        return Significance(
            statistic=float("nan"), p=float("nan"), n=n, method="none: several rows of one patient"
        )
    either = model_alone + reader_alone
    return Significance(
        statistic=float(model_alone - reader_alone),
        p=float(binomtest(model_alone, either).pvalue) if either else 1.0,
        n=n,
        method="McNemar, exact; statistic: right by the model alone less by the reader alone",
    )
