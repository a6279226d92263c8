"""Which features a classifier gets: duplicates out, then recursive elimination."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.radiomics.settings import RadiomicsSettings

# Two features this alike carry one finding; the first by name is kept.
LARGEST_CORRELATION = 0.95
# Share of the remaining features that one round of elimination drops.
ELIMINATION_STEP = 0.1


def select_features(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    names: Sequence[str],
    settings: RadiomicsSettings,
) -> tuple[str, ...]:
    """Choose features on training patients alone; call it inside each fold.

    Args:
        values: (n, features).
        labels: (n,), 0 or 1.
        names: (features,).
        settings: `rfe` eliminates recursively with a logistic classifier (S4 has a random forest
            there, whose importances favor features of many values); `none` keeps all that vary.
    Returns: names in alphabetic order, so that neither the order of the columns nor that of the
        patients matters.
    Raises: ValueError: no feature varies.
    """
    order = np.argsort(np.asarray(names))
    z, kept = _standardized(values[:, order], [names[i] for i in order])
    if settings.selection == "none":
        return tuple(kept)
    distinct = _distinct(z)
    z, kept = z[:, distinct], [kept[i] for i in distinct]
    if len(kept) <= settings.n_features:
        return tuple(kept)
    return tuple(kept[i] for i in _eliminated(z, labels, settings.n_features))


def _standardized(
    values: NDArray[np.float64], names: list[str]
) -> tuple[NDArray[np.float64], list[str]]:
    """z-scores of the features that vary beyond rounding."""
    sd = values.std(axis=0)
    varies = np.flatnonzero(sd > 1e-9 * np.maximum(np.abs(values).max(axis=0), 1e-300))
    if varies.size == 0:
        raise ValueError("at least one feature must vary among the training patients")
    z = (values[:, varies] - values[:, varies].mean(axis=0)) / sd[varies]
    return z, [names[i] for i in varies]


def _distinct(z: NDArray[np.float64]) -> list[int]:
    """Columns that no earlier kept column resembles."""
    alike = np.abs(z.T @ z / len(z)) > LARGEST_CORRELATION
    kept: list[int] = []
    for column in range(z.shape[1]):
        if not alike[column, kept].any():
            kept.append(column)
    return kept


def _eliminated(z: NDArray[np.float64], labels: NDArray[np.int64], count: int) -> list[int]:
    """Columns that recursive feature elimination leaves, ascending."""
    from sklearn.feature_selection import RFE
    from sklearn.linear_model import LogisticRegression

    estimator = LogisticRegression(C=0.1, solver="newton-cholesky", max_iter=200)
    chosen = RFE(estimator, n_features_to_select=count, step=ELIMINATION_STEP).fit(z, labels)
    return [int(i) for i in np.flatnonzero(chosen.support_)]
