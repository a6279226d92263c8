"""Readers against each other and against the model: the noise of the label is the ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from TACEResponseLib.evaluation.agreement.kappa import cohen_kappa, fleiss_kappa
from TACEResponseLib.evaluation.agreement.reader_comparison import (
    ReaderComparison,
    compare_with_reader,
)
from TACEResponseLib.evaluation.discrimination.discrimination import auc, bootstrap_auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.usefulness.thresholds import ThresholdMetrics, threshold_metrics
from TACEResponseLib.validation.study.study import NOT_READ, Calls, Model, Study
from TACEResponseLib.validation.topics.topic import Measuring

CATEGORIES = ("0", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMeasures:
    """One reader on the patients read."""

    reader: str
    n: int
    with_outcome: Estimate
    """Cohen's kappa with the outcome of the table."""
    calls: ThresholdMetrics
    """The reader's calls against the outcome of the table."""
    model_less_reader: ReaderComparison | None
    """None where those read are of one class."""
    model_auc: Estimate | None
    """The model judged by this reader's reading in place of the outcome."""
    reader_auc: Estimate | None
    """What another reader's reading reaches by this one's: the ceiling; mean over the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """All readers."""

    readers: tuple[ReaderMeasures, ...]
    pairs: tuple[tuple[str, str, Estimate], ...]
    """Cohen's kappa of every pair."""
    fleiss: Estimate | None
    """Of all readers, on patients whom all have read."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReaderResults:
    """None where no reader's calls are known."""

    agreement: Agreement | None


def measure_readers(study: Study, how: Measuring) -> ReaderResults:
    """Readers of the study, and the first model."""
    if not how.readers:
        return ReaderResults(agreement=None)
    first, readers = study.models[0], dict(how.readers)
    return ReaderResults(
        agreement=agreement(study, first, readers, how.rng, resamples=how.resamples)
    )


def agreement(
    study: Study,
    model: Model,
    readers: dict[str, Calls],
    rng: np.random.Generator,
    *,
    resamples: int,
) -> Agreement:
    """Kappas, the model against each reader, and what one reader says of another.

    Args:
        study: checked patients.
        model: called at its own cut-off.
        readers: from `read_readers`.
        rng: source of the draws.
        resamples: cohorts drawn.
    """
    pairs = [
        (one, other, _kappa(readers[one], readers[other]))
        for one, other in combinations(readers, 2)
    ]
    table = np.stack(list(readers.values()), axis=1)
    complete = table[(table != NOT_READ).all(axis=1)]
    several = table.shape[1] > 1 and len(complete) > 1
    return Agreement(
        readers=tuple(_reader(study, model, readers, name, rng, resamples) for name in readers),
        pairs=tuple((one, other, kappa) for one, other, kappa in pairs if kappa.n),
        fleiss=fleiss_kappa(complete, CATEGORIES, rng, resamples=resamples) if several else None,
    )


def _reader(
    study: Study,
    model: Model,
    readers: dict[str, Calls],
    name: str,
    rng: np.random.Generator,
    resamples: int,
) -> ReaderMeasures:
    """One reader's numbers."""
    read = readers[name] != NOT_READ
    y, calls, p = study.outcome[read], readers[name][read], model.probabilities[read]
    both = np.unique(y).size == 2
    return ReaderMeasures(
        reader=name,
        n=int(read.sum()),
        with_outcome=_kappa(readers[name], study.outcome),
        calls=threshold_metrics(y, calls, 0.5),
        model_less_reader=compare_with_reader(
            y, (p >= model.threshold).astype(int), calls, rng, resamples=resamples
        )
        if both
        else None,
        model_auc=auc(calls, p) if np.unique(calls).size == 2 else None,
        reader_auc=_ceiling(readers, name, rng, resamples),
    )


def _ceiling(
    readers: dict[str, Calls], name: str, rng: np.random.Generator, resamples: int
) -> Estimate | None:
    """AUC of the other readers' mean call for this reader's label."""
    others = np.stack([c for n, c in readers.items() if n != name] or [readers[name]], axis=1)
    known = (readers[name] != NOT_READ) & (others != NOT_READ).all(axis=1)
    labels = readers[name][known]
    if len(readers) < 2 or np.unique(labels).size < 2:
        return None
    return bootstrap_auc(labels, others[known].mean(axis=1), rng, resamples=resamples)


def _kappa(one: Calls, other: Calls) -> Estimate:
    """Of those whom both have read; nan where nobody."""
    both = (one != NOT_READ) & (other != NOT_READ)
    if not both.any():
        nan = float("nan")
        return Estimate(value=nan, low=nan, high=nan, n=0, method="none: nobody read by both")
    return cohen_kappa(_words(one[both]), _words(other[both]), CATEGORIES)


def _words(calls: Calls) -> Sequence[str]:
    return [str(call) for call in calls.tolist()]
