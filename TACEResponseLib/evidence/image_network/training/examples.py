"""Patches of several patients as a training reads them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """Patches in the order of their patients; every patch carries its patient's label."""

    patches: NDArray[np.float32]
    """(n, channels, rows, columns), as prepared."""
    labels: NDArray[np.int64]
    """Index of the class of each patch's patient, (n,)."""
    patients: NDArray[np.int64]
    """Number of each patch's patient, (n,), ascending from 0."""
    clinical: NDArray[np.float64] | None = None
    """z-scored values of each patch's patient, (n, m); with a joint head only."""

    @property
    def first_rows(self) -> NDArray[np.int64]:
        """The first patch of each patient."""
        return np.unique(self.patients, return_index=True)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a network does on the patients held apart."""

    auc: float | None
    """`None` where they are of one class."""
    accuracy: float
    """Share of patients whose most probable class is the right one."""


def judged(
    probabilities: NDArray[np.float64], tuning: Examples, settings: ImageNetworkSettings
) -> Judgement:
    """Judge class probabilities of the held-apart patients' patches, (n, classes).

    A patient's probabilities are the mean of its patches'.
    """
    from TACEResponseLib.evaluation.discrimination.discrimination import auc

    counts = np.bincount(tuning.patients)[:, np.newaxis]
    mean = np.add.reduceat(probabilities, tuning.first_rows, axis=0) / counts
    truth = tuning.labels[tuning.first_rows]
    is_positive = np.isin(truth, settings.positive)
    positive = mean[:, list(settings.positive)].sum(axis=1)
    is_mixed = is_positive.any() and not is_positive.all()
    return Judgement(
        auc=auc(is_positive.astype(np.int64), positive).value if is_mixed else None,
        accuracy=float((mean.argmax(axis=1) == truth).mean()),
    )
