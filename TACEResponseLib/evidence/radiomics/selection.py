"""Which features a classifier gets, chosen on training patients alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.evidence.radiomics.mrmr import choose_mrmr
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings

# Two features this alike carry one finding; the first by name is kept.
LARGEST_CORRELATION = 0.95
# Share of the features that one round of elimination drops.
ELIMINATION_STEP = 0.1
# Enough to rank features; the classifier's own forest may be larger.
RANKING_TREES = 100


def select_features(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    names: Sequence[str],
    settings: RadiomicsSettings,
    seed: int = 0,
) -> tuple[str, ...]:
    """Choose features on training patients alone; call it inside each fold.

    Args:
        values: (n, features).
        labels: (n,), 0 or 1.
        names: (features,).
        settings: `rfe` drops near-duplicates and then eliminates recursively, ranked by a logistic
            classifier or by a random forest's impurity importances (caret's forest, which S4 used,
            permutes instead); `mrmr` weighs redundancy itself; `given` takes its names; `none`
            keeps all. Features that never vary are left out by all.
        seed: of the random forest.
    Returns: names in alphabetic order, so that neither the order of the columns nor that of the
        patients matters.
    Raises: InputError: no feature varies, or a given one is not there.
    """
    order = np.argsort(np.asarray(names))
    z, kept = _standardized(values[:, order], [names[i] for i in order])
    if settings.selection == "given":
        _check_given(settings.given, names)
        return _among(settings.given, kept)
    if settings.selection == "none":
        return tuple(kept)
    if settings.selection == "mrmr":
        return tuple(kept[i] for i in sorted(choose_mrmr(z, labels, settings.n_features)))
    distinct = _distinct(z)
    z, kept = z[:, distinct], [kept[i] for i in distinct]
    if len(kept) <= settings.n_features:
        return tuple(kept)
    return tuple(kept[i] for i in _eliminated(z, labels, settings, seed))


def varying(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Columns that vary beyond rounding."""
    largest = np.maximum(np.abs(values).max(axis=0), 1e-300)
    return np.flatnonzero(values.std(axis=0) > 1e-9 * largest)


def _standardized(
    values: NDArray[np.float64], names: list[str]
) -> tuple[NDArray[np.float64], list[str]]:
    """z-scores of the features that vary."""
    varies = varying(values)
    if varies.size == 0:
        raise _none_varies(names)
    z = (values[:, varies] - values[:, varies].mean(axis=0)) / values.std(axis=0)[varies]
    return z, [names[i] for i in varies]


def _check_given(given: Sequence[str], names: Sequence[str]) -> None:
    """Every given feature is there."""
    if missing := sorted(set(given) - set(names)):
        raise InputError(
            "recipe, given",
            "must name features of the parameter set",
            got=", ".join(missing[:3]),
            remedy="correct the name or the parameter set",
        )


def _among(given: Sequence[str], kept: Sequence[str]) -> tuple[str, ...]:
    """Given features that vary, in alphabetic order."""
    if not (selected := tuple(name for name in kept if name in set(given))):
        raise _none_varies(given)
    return selected


def _none_varies(names: Sequence[str]) -> InputError:
    """Nothing can be learned from constants."""
    return InputError(
        option("cohort"),
        "at least one feature must vary among the training patients",
        got=f"{len(names)} constant ones, such as {names[0]}",
        remedy="check images and ROIs, or the columns of the table",
    )


def _distinct(z: NDArray[np.float64]) -> list[int]:
    """Columns that no earlier kept column resembles."""
    alike = np.abs(z.T @ z / len(z)) > LARGEST_CORRELATION
    kept: list[int] = []
    for column in range(z.shape[1]):
        if not alike[column, kept].any():
            kept.append(column)
    return kept


def _eliminated(
    z: NDArray[np.float64], labels: NDArray[np.int64], settings: RadiomicsSettings, seed: int
) -> list[int]:
    """Columns that recursive feature elimination leaves, ascending."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.feature_selection import RFE
    from sklearn.linear_model import LogisticRegression

    estimator = (
        LogisticRegression(C=0.1, solver="newton-cholesky", max_iter=200)
        if settings.rfe_estimator == "logistic"
        else RandomForestClassifier(
            n_estimators=RANKING_TREES,
            min_samples_leaf=settings.min_samples_leaf,
            random_state=seed,
            n_jobs=1,
        )
    )
    ranking = RFE(estimator, n_features_to_select=settings.n_features, step=ELIMINATION_STEP)
    return [int(i) for i in np.flatnonzero(ranking.fit(z, labels).support_)]
