"""Rows of one patient stay together: in folds, in resamples, in permutations.

Lesions or sessions of a patient resemble each other. Where one trains and the other is asked, the
model is judged on whom it knows, and noise seems to predict.
"""

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.fusion.bounded_line import Labels

Clusters = NDArray[np.int64] | None
"""Number of the patient of each row, (n,); `None` where each row is a patient of its own."""


def of_rows(patients: Clusters, rows: NDArray[np.bool_]) -> Clusters:
    """The patients of some rows.

    Args:
        patients: (n,), or `None`.
        rows: (n,), true for those to keep.
    """
    return None if patients is None else patients[rows]


def rows_by_patient(patients: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Rows of each patient, in the order of their numbers."""
    order = np.argsort(patients, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(patients[order])) + 1)


def fewest_of_a_class(labels: Labels, patients: Clusters) -> int:
    """Patients of the smaller class; a patient with rows of both counts in both.

    Args:
        labels: (n,), 0 and 1.
        patients: (n,), or `None`.
    """
    if patients is None:
        return int(np.bincount(labels, minlength=2).min())
    return min(np.unique(patients[labels == label]).size for label in (0, 1))


def grouped_folds(labels: Labels, patients: NDArray[np.int64], folds: int, seed: int) -> Labels:
    """Fold of each row, (n,): a patient's rows in one, classes spread as evenly as that allows.

    Args:
        labels: (n,), 0 and 1.
        patients: (n,), number of the patient of each row.
        folds: how many; no more than patients of a class.
        seed: of the draw.
    Source: scikit-learn's StratifiedGroupKFold.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    fold = np.empty(labels.size, dtype=np.int64)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for number, (_, held_out) in enumerate(splitter.split(labels, labels, patients)):
        fold[held_out] = number
    return fold


def drawn_rows(n: int, patients: Clusters, rng: np.random.Generator) -> NDArray[np.intp]:
    """Rows of patients drawn with replacement; all rows of a patient come along.

    Args:
        n: rows.
        patients: (n,), or `None`.
        rng: source of the draw.
    """
    if patients is None:
        return rng.integers(0, n, n)
    rows = rows_by_patient(patients)
    return np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])


def dealt_rows(n: int, patients: Clusters, rng: np.random.Generator) -> NDArray[np.intp]:
    """Row whose label each row gets when labels are dealt out anew among patients, (n,).

    A patient gets the labels of one other patient, so that labels of one patient stay as alike as
    they were. Where the other has fewer rows they are dealt in turn, where it has more the rest is
    left: each patient counts once, whatever its rows.

    Args:
        n: rows.
        patients: (n,), or `None`: each row is dealt by itself.
        rng: source of the draw.
    """
    if patients is None:
        return rng.permutation(n)
    rows = rows_by_patient(patients)
    dealt = np.empty(n, dtype=np.intp)
    for own, other in zip(rows, rng.permutation(len(rows)), strict=True):
        dealt[own] = np.resize(rows[other], own.size)
    return dealt
