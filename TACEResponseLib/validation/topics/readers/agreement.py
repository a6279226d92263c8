"""Readers against each other and against the model: the noise of the label is the ceiling.

The table of readers has case_id and one column a reader: 0 or 1, or a response class.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import LOG
from TACEResponseLib.basics.reading.cells import truth
from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.evaluation.agreement.kappa import cohen_kappa, fleiss_kappa
from TACEResponseLib.evaluation.agreement.reader_comparison import (
    ReaderComparison,
    compare_with_reader,
)
from TACEResponseLib.evaluation.discrimination.discrimination import auc, bootstrap_auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.usefulness.thresholds import ThresholdMetrics, threshold_metrics
from TACEResponseLib.validation.study.columns import read_columns, refuse_twins, require
from TACEResponseLib.validation.study.study import Model, Study

CATEGORIES = ("0", "1")
NOT_READ = -1
# Patients that a message names.
MOST_NAMED = 4
Calls = NDArray[np.int_]


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


def read_readers(path: Path, study: Study, endpoint: Endpoint) -> dict[str, Calls]:
    """Each reader's calls in the study's order, -1 where not read.

    Raises: InputError: no table, a patient twice, an unknown reading, or nobody of the study.
    """
    columns = read_columns(path, "--reader-study")
    where = f"--reader-study {path.name}"
    require(columns, ("case_id",), where)
    refuse_twins(columns["case_id"], where)
    readers = [name for name in columns if name != "case_id"]
    # `P1` and `p1` are one patient everywhere else, too.
    rows = {case_id.casefold(): row for row, case_id in enumerate(columns["case_id"])}
    of_study = [case_id.casefold() for case_id in study.case_ids]
    if not readers or rows.keys().isdisjoint(of_study):
        raise InputError(
            where,
            "must have a column a reader and patients of the study",
            got=f"{len(readers)} readers",
            remedy="join by case_id",
        )
    calls_by_reader = {}
    for name in readers:
        calls = [
            _call(cell, endpoint, f"{where}, {name}, row {row + 1}")
            for row, cell in enumerate(columns[name])
        ]
        calls_by_reader[name] = np.array(
            [calls[rows[c]] if c in rows else NOT_READ for c in of_study]
        )
    _tell_others(columns["case_id"], set(of_study), where)
    return calls_by_reader


def _tell_others(case_ids: Sequence[str], of_study: Collection[str], where: str) -> None:
    """Say whose readings count for nothing, since an id may have been written otherwise."""
    others = [case_id for case_id in case_ids if case_id.casefold() not in of_study]
    if others:
        named = ", ".join(others[:MOST_NAMED]) + (" and others" if others[MOST_NAMED:] else "")
        LOG.warning(
            "%s: %d of %d patients are not of the study and were left out (%s)",
            where,
            len(others),
            len(case_ids),
            named,
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


def _call(cell: str, endpoint: Endpoint, where: str) -> int:
    """1, 0, or not read."""
    if not cell:
        return NOT_READ
    said = truth(cell)
    if said is not None:
        return int(said)
    if cell.upper() in list(ResponseClass):
        return int(ResponseClass(cell.upper()) in endpoint.positive_classes)
    raise InputError(
        where,
        "must be 0, 1 or a response class",
        got=cell[:20],
        remedy="leave a blank where the patient was not read",
    )
