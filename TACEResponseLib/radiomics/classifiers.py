"""Classifiers of selected features, as scikit-learn pipelines."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.radiomics.settings import RadiomicsSettings

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# A forest can be certain; a logit can't.
SMALLEST_PROBABILITY = 1e-6


def fit_classifier(
    settings: RadiomicsSettings, values: NDArray[np.float64], labels: NDArray[np.int64], seed: int
) -> "Pipeline":
    """Scaling and classifier, fitted together on training patients.

    Args:
        settings: names the classifier.
        values: (n, features), unscaled.
        labels: (n,), 0 or 1.
        seed: of the random forest.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    if settings.classifier == "logistic":
        classifier = LogisticRegression(
            C=settings.inverse_regularization, solver="newton-cholesky", max_iter=1000
        )
    else:
        classifier = RandomForestClassifier(
            n_estimators=settings.n_trees,
            min_samples_leaf=settings.min_samples_leaf,
            random_state=seed,
            n_jobs=1,
        )
    return Pipeline([("scale", StandardScaler()), ("classify", classifier)]).fit(values, labels)


def logits(pipeline: "Pipeline", values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits (n,) of the positive class, finite; higher = more likely positive."""
    probability = pipeline.predict_proba(values)[:, 1]
    p = np.clip(probability, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return np.asarray(np.log(p / (1 - p)))


def contributions(pipeline: "Pipeline", values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """What each feature of one patient adds to the logit.

    Args:
        pipeline: from `fit_classifier`.
        values: (features,) of one patient.
    Returns: (features,) in logits, against a patient with the training means; with the intercept
        they add up to the logit exactly. `None` for a random forest, whose answer is no sum over
        features.
    """
    classifier = pipeline.named_steps["classify"]
    if not hasattr(classifier, "coef_"):
        return None
    z = pipeline.named_steps["scale"].transform(values[np.newaxis])[0]
    return np.asarray(classifier.coef_[0] * z)
