"""Logistic regression and its curve, as every model here uses them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

Floats = NDArray[np.float64]
# No finite cohort supports a probability of exactly 0 or 1, which has no logit either. A model
# that gives one is badly calibrated, but must still get a number.
SMALLEST_PROBABILITY = 1e-6
# scikit-learn's C at which its penalty no longer moves the third digit of a slope, yet
# perfectly separated classes still have a finite answer.
UNPENALIZED_C = 1e6


def fit_logistic(inputs: Floats, labels: NDArray[np.int64], inverse_regularization: float) -> Any:
    """scikit-learn's logistic regression of (n, m) inputs, solved to rounding error."""
    from sklearn.linear_model import LogisticRegression

    # Newton's solvers are as exact, but give up on a constant input.
    model = LogisticRegression(C=inverse_regularization, solver="lbfgs", tol=1e-8, max_iter=1000)
    return model.fit(inputs, labels)


def inside(probabilities: Floats) -> Floats:
    """Probabilities moved off 0 and 1."""
    return np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)


def logits(probabilities: ArrayLike) -> Floats:
    """Finite logits of probabilities within 0..1, of the same shape."""
    return np.asarray(logit(inside(np.asarray(probabilities, dtype=np.float64))))
