"""One face for all classifiers: fitted on training patients, answering in logits.

Each classifier's output becomes a logit by a fixed map that rises with it, so that ranks stay and
nothing is fitted twice; calibration happens later, on out-of-fold logits.

| classifier | output | logit |
|---|---|---|
| logistic, random_forest | probability p | log(p / (1 - p)), p kept 1e-6 from 0 and 1 |
| gbm | its own logit | the same |
| dnn | softmax of two outputs | difference of the two |
| linear, lasso | line y, fitted to 0 and 1 | 4 (y - 1/2), the logistic curve's tangent at 1/2 |
| svm_linear, svm_rbf | decision value d | d |
| knn | v of k neighbors positive | log((v + 1/2) / (k - v + 1/2)), finite for 0 and k |
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from TACEResponseLib.basics import logistic
from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier, Log, fit_dense
from TACEResponseLib.evidence.radiomics.estimators import fit_pipeline
from TACEResponseLib.evidence.radiomics.settings import ClassifierName, RadiomicsSettings

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Floats = NDArray[np.float64]

# Slope of the logistic curve's inverse at one half.
LOGITS_PER_LABEL = 4.0


def fit_classifier(
    settings: RadiomicsSettings,
    values: Floats,
    labels: NDArray[np.int64],
    seed: int,
    log: Log | None = None,
    patients: NDArray[np.int64] | None = None,
) -> "Pipeline | DenseClassifier":
    """Scaling and classifier, fitted together on training patients.

    Args:
        settings: names the classifier.
        values: (n, features), unscaled.
        labels: (n,), 0 or 1.
        seed: of whatever is drawn.
        log: told a network's loss by epoch.
        patients: (n,), patient of each row; each row its own if not given.
    """
    if settings.classifier == "dnn":
        return fit_dense(settings.dense, values, labels, seed, log)
    return fit_pipeline(settings, values, labels, seed, patients)


def classifier_logits(classifier: "Pipeline | DenseClassifier", values: Floats) -> Floats:
    """Logits (n,) of the positive class, finite; higher = more likely positive.

    Args:
        classifier: from `fit_classifier`.
        values: (n, features), unscaled.
    """
    if isinstance(classifier, DenseClassifier):
        return classifier.logits(values)
    estimator = classifier.named_steps["classify"]
    z = classifier.named_steps["scale"].transform(values)
    return np.asarray(_TO_LOGITS[type(estimator).__name__](estimator, z), dtype=np.float64)


def contributions(classifier: "Pipeline | DenseClassifier", values: Floats) -> Floats | None:
    """What each feature of one patient adds to the logit.

    Args:
        classifier: from `fit_classifier`.
        values: (features,) of one patient.
    Returns: (features,) in logits, against a patient with the training means; with `baseline`
        they add up to the logit exactly. `None` where the answer is no sum over features: forest,
        boosting, neighbors, a curved kernel, a network.
    """
    if isinstance(classifier, DenseClassifier):
        return None
    estimator = classifier.named_steps["classify"]
    if not hasattr(estimator, "coef_"):
        return None
    z = classifier.named_steps["scale"].transform(values[np.newaxis])[0]
    return np.asarray(_scale(estimator) * np.ravel(estimator.coef_) * z)


def baseline(classifier: "Pipeline | DenseClassifier") -> float | None:
    """Logit of a patient with the training means; `None` as for `contributions`."""
    if isinstance(classifier, DenseClassifier):
        return None
    estimator = classifier.named_steps["classify"]
    if not hasattr(estimator, "coef_"):
        return None
    offset = float(np.ravel(estimator.intercept_)[0])
    return _scale(estimator) * (offset - (0.5 if _is_line(estimator) else 0.0))


def class_name(classifier: ClassifierName) -> str:
    """Which class of scikit-learn, or of ours, a classifier is made of."""
    return {
        "linear": "LinearRegression",
        "logistic": "LogisticRegression",
        "lasso": "Lasso",
        "svm_linear": "SVC",
        "svm_rbf": "SVC",
        "gbm": "GradientBoostingClassifier",
        "random_forest": "RandomForestClassifier",
        "knn": "KNeighborsClassifier",
        "dnn": "DenseClassifier",
    }[classifier]


def _from_probability(estimator: Any, z: Floats) -> Floats:
    """Logistic regression and random forest; a forest can be certain, a logit can't."""
    return logistic.logits(estimator.predict_proba(z)[:, 1])


def _from_line(estimator: Any, z: Floats) -> Floats:
    """Least squares and lasso on labels of 0 and 1."""
    return LOGITS_PER_LABEL * (np.ravel(estimator.predict(z)) - 0.5)


def _from_margin(estimator: Any, z: Floats) -> Floats:
    """Support vector machines, by their vectors and weights.

    Written out, as libsvm would index into a file's arrays unchecked.
    """
    vectors = np.asarray(estimator.support_vectors_)
    if estimator.kernel == "linear":
        kernel = z @ vectors.T
    else:
        squares = ((z[:, np.newaxis] - vectors) ** 2).sum(axis=2)
        kernel = np.exp(-estimator.gamma * squares)
    return kernel @ np.ravel(estimator.dual_coef_) + estimator.intercept_


def _from_stages(estimator: Any, z: Floats) -> Floats:
    """Gradient boosting: the training cohort's odds, and what each tree adds."""
    p = float(estimator.init_.class_prior_[1])
    rows = z.astype(np.float32)
    added = sum(tree.tree_.predict(rows)[:, 0] for tree in estimator.estimators_.ravel())
    return logit(p) + estimator.learning_rate * np.asarray(added)


def _from_votes(estimator: Any, z: Floats) -> Floats:
    """Nearest neighbors."""
    k = estimator.n_neighbors
    votes = np.rint(estimator.predict_proba(z)[:, 1] * k)
    return np.log((votes + 0.5) / (k - votes + 0.5))


_TO_LOGITS: dict[str, Callable[[Any, Floats], Floats]] = {
    "LinearRegression": _from_line,
    "LogisticRegression": _from_probability,
    "Lasso": _from_line,
    "SVC": _from_margin,
    "GradientBoostingClassifier": _from_stages,
    "RandomForestClassifier": _from_probability,
    "KNeighborsClassifier": _from_votes,
}


def _is_line(estimator: Any) -> bool:
    """Whether it was fitted to the labels themselves."""
    return _TO_LOGITS[type(estimator).__name__] is _from_line


def _scale(estimator: Any) -> float:
    """Logits per unit of the estimator's own output."""
    return LOGITS_PER_LABEL if _is_line(estimator) else 1.0
