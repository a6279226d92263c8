"""Four response classes: each against the rest, their mean, and the confusion matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.bootstrap import RESAMPLES, bootstrap_estimate
from TACEResponseLib.evaluation.clustered_proportions import share
from TACEResponseLib.evaluation.discrimination.discrimination import area, auc, score_levels
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats

# Rounding in a table of probabilities of four decimals.
SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class MulticlassResult:
    """Discrimination between more than two classes."""

    classes: tuple[str, ...]
    one_vs_rest: Mapping[str, Estimate]
    """AUC of each class against all others; classes that no patient has are left out."""
    macro: Estimate
    """Mean of `one_vs_rest`, each class of equal weight."""
    accuracy: Estimate
    confusion: tuple[tuple[int, ...], ...]
    """Patients by observed class (rows) and most probable class (columns)."""
    absent: tuple[str, ...]
    """Classes without an AUC."""


def multiclass(
    observed: Sequence[str],
    probabilities: ArrayLike,
    classes: Sequence[str],
    rng: np.random.Generator,
    *,
    clusters: ArrayLike | None = None,
    resamples: int = RESAMPLES,
) -> MulticlassResult:
    """One-against-the-rest and macro AUC, accuracy and confusion matrix.

    Args:
        observed: (n,), class of each patient.
        probabilities: (n, classes), rows add to 1, columns in the order of `classes`.
        classes: names, each once.
        rng: source of the draws for the macro AUC's interval.
        clusters: (n,), patient of each row; each row its own patient if not given.
        resamples: how many cohorts are drawn.
    Raises: InputError: an unknown class, another shape, rows that don't add to 1, or fewer than
        two classes observed.
    """
    truth, p = _checked(observed, probabilities, classes)
    binary = [(truth == i).astype(np.int_) for i in range(len(classes))]
    present = [i for i, labels in enumerate(binary) if labels.any()]

    levels = [score_levels(column) for column in p.T]

    def macro(rows: NDArray[np.intp]) -> float:
        return float(np.mean([area(binary[i][rows], levels[i][rows]) for i in present]))

    confusion = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(confusion, (truth, p.argmax(axis=1)), 1)
    one_vs_rest = {classes[i]: auc(binary[i], p[:, i], clusters=clusters) for i in present}
    drawn = bootstrap_estimate(macro, truth.size, rng, clusters=clusters, resamples=resamples)
    return MulticlassResult(
        classes=tuple(classes),
        one_vs_rest=one_vs_rest,
        macro=_with_limits(drawn, one_vs_rest),
        accuracy=share(truth == p.argmax(axis=1), clusters),
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
        absent=tuple(name for i, name in enumerate(classes) if i not in present),
    )


def _with_limits(macro: Estimate, one_vs_rest: Mapping[str, Estimate]) -> Estimate:
    """A perfect macro AUC, of which all draws are alike, with the widest of its parts' limits."""
    if macro.value != 1:
        return macro
    widest = min(one_vs_rest.values(), key=lambda estimate: estimate.low)
    return replace(macro, low=widest.low, high=1.0, method=f"as its widest part: {widest.method}")


def _checked(
    observed: Sequence[str], probabilities: ArrayLike, classes: Sequence[str]
) -> tuple[NDArray[np.int_], Floats]:
    """Number of each observed class, and the table of probabilities."""
    unknown = sorted(set(observed) - set(classes))
    if unknown:
        raise InputError(
            "observed class",
            f"must be one of {', '.join(classes)}",
            got=unknown[0],
            remedy="rename it, or name it among the classes",
        )
    if len(set(observed)) < 2:
        raise InputError(
            "observed class",
            "must show at least two classes",
            got=set(observed),
            remedy="add patients of another class",
        )
    p = np.asarray(probabilities, dtype=float)
    if p.shape != (len(observed), len(classes)):
        raise InputError(
            "probabilities",
            f"must be a table of {len(observed)} x {len(classes)}",
            got=f"shape {p.shape}",
            remedy="give one row a patient and one column a class",
        )
    wrong = np.flatnonzero(~(np.abs(p.sum(axis=1) - 1) <= SUM_TOLERANCE) | (p < 0).any(axis=1))
    if wrong.size:
        raise InputError(
            f"probabilities, row {wrong[0] + 1}",
            "must be >= 0 and add to 1",
            got=p[wrong[0]].tolist(),
            remedy="apply softmax to logits first",
        )
    return np.array([list(classes).index(name) for name in observed]), p
