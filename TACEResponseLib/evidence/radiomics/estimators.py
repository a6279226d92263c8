"""The classifiers of the papers, fitted by scikit-learn on z-scored features."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

LASSO_FOLDS = 5
# Smallest penalty tried, as a share of the one that leaves no feature.
SMALLEST_ALPHA = 0.01
MOST_ITERATIONS = 20_000


def fit_pipeline(
    settings: RadiomicsSettings,
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    seed: int,
    patients: NDArray[np.int64] | None = None,
) -> "Pipeline":
    """Scaling and classifier, fitted together on training patients.

    Args:
        settings: names the classifier; any but `dnn`.
        values: (n, features), unscaled.
        labels: (n,), 0 or 1.
        seed: of forests, boosting and the lasso's folds.
        patients: (n,), patient of each row, who lies in one of the lasso's folds; each row its own
            if not given.
    """
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    scale = StandardScaler()
    z = scale.fit_transform(values)
    if settings.classifier == "lasso":
        classifier = _lasso(settings, z, labels, seed, patients)
    elif settings.classifier in ("random_forest", "gbm"):
        classifier = _trees(settings, seed)
    else:
        classifier = _plain(settings)
    pipeline = Pipeline([("scale", scale), ("classify", classifier)]).fit(values, labels)
    if settings.classifier == "gbm":
        _forget_training(classifier)
    return pipeline


def _plain(settings: RadiomicsSettings) -> Any:
    """Lines, margins and neighbors."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC

    c = settings.inverse_regularization
    match settings.classifier:
        case "linear":
            return LinearRegression()
        case "logistic":
            return LogisticRegression(C=c, solver="newton-cholesky", max_iter=1000)
        case "svm_linear":
            return SVC(kernel="linear", C=c)
        case "svm_rbf":
            return SVC(kernel="rbf", C=c, gamma=settings.gamma)
        case "knn":
            # No tree: it saves nothing at this size, and a file of it would need more trust.
            return KNeighborsClassifier(settings.n_neighbors, algorithm="brute")
    raise ValueError(f"no scikit-learn classifier is called {settings.classifier}")


def _trees(settings: RadiomicsSettings, seed: int) -> Any:
    """A random forest, or gradient boosting."""
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    if settings.classifier == "random_forest":
        return RandomForestClassifier(
            n_estimators=settings.n_trees,
            min_samples_leaf=settings.min_samples_leaf,
            random_state=seed,
            n_jobs=1,
        )
    return GradientBoostingClassifier(
        n_estimators=settings.n_trees,
        min_samples_leaf=settings.min_samples_leaf,
        max_depth=settings.tree_depth,
        learning_rate=settings.learning_rate,
        random_state=seed,
    )


def _lasso(
    settings: RadiomicsSettings,
    z: NDArray[np.float64],
    labels: NDArray[np.int64],
    seed: int,
    patients: NDArray[np.int64] | None,
) -> Any:
    """A lasso with its penalty, chosen by the error on held-out training patients if not given.

    The inner folds share the z-scores of the whole training cohort, which know no label.
    """
    from sklearn.linear_model import Lasso, LassoCV
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    alpha = settings.alpha
    if alpha is None:
        own = np.arange(labels.size) if patients is None else patients
        folds = min(LASSO_FOLDS, *(np.unique(own[labels == c]).size for c in np.unique(labels)))
        divide = StratifiedKFold if patients is None else StratifiedGroupKFold
        splits = divide(folds, shuffle=True, random_state=seed).split(z, labels, patients)
        search = LassoCV(cv=list(splits), eps=SMALLEST_ALPHA, max_iter=MOST_ITERATIONS)
        alpha = float(search.fit(z, labels).alpha_)
    return Lasso(alpha=alpha, max_iter=MOST_ITERATIONS)


def _forget_training(boosting: Any) -> None:
    """Drop what only training needs, so that a file of it holds nothing but numbers and trees.

    Random states and the compiled loss would need trust when the file is read.
    """
    del boosting._rng, boosting._loss
    for tree in boosting.estimators_.ravel():
        tree.random_state = None
