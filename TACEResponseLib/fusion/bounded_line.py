"""A linear model whose coefficients of evidence are not below 0.

An output that ranks patients backwards out of fold has failed. A free coefficient would turn it
round and sell the failure as skill; with a bound of 0 it is left out. Clinical values, which have
no direction that is right, stay free, and so does the intercept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from TACEResponseLib.basics.logistic import Floats

LinearModel = Literal["logistic", "linear_svm"]
Labels = NDArray[np.int64]

# The gradient's largest part at which the search ends: coefficients then hold to about 1e-8.
GRADIENT_TOLERANCE = 1e-9
MOST_STEPS = 1000

Objective = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Intercept and coefficients of a fit."""

    intercept: float
    coefficients: Floats
    """(m,)."""

    def logits(self, inputs: Floats) -> Floats:
        """Values (n,) of inputs (n, m); higher = more likely positive."""
        return np.asarray(inputs @ self.coefficients + self.intercept)


def fit_line(
    kind: LinearModel,
    inputs: Floats,
    labels: Labels,
    inverse_regularization: float,
    is_evidence: NDArray[np.bool_],
) -> Line:
    """Fit by the penalized likelihood, or hinge, with coefficients of evidence >= 0.

    Args:
        kind: logistic regression, or a linear support vector machine with the squared hinge.
        inputs: (n, m), z-scored.
        labels: (n,), 1 for the positive class, 0 else; both occur.
        inverse_regularization: scikit-learn's C.
        is_evidence: (m,), true where a coefficient may not be below 0.
    Returns: the one optimum of a convex problem; where no bound binds that of scikit-learn's
        LogisticRegression or of its LinearSVC, which penalizes the intercept too.
    Source: Lawson and Hanson, Solving Least Squares Problems 1974, chapter 23, for the bound;
        Breiman, Machine Learning 1996;24:49, for stacking with coefficients that are not
        negative; Byrd et al., SIAM Journal on Scientific Computing 1995;16:1190, for the search.
    """
    from scipy.optimize import minimize

    signs = np.where(labels == 1, 1.0, -1.0)
    objective = OBJECTIVES[kind](inputs, signs, inverse_regularization)
    bounds = [(None, None), *((0.0, None) if bound else (None, None) for bound in is_evidence)]
    optimum = minimize(
        objective,
        np.zeros(inputs.shape[1] + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"gtol": GRADIENT_TOLERANCE, "ftol": 0.0, "maxiter": MOST_STEPS},
    )
    return Line(intercept=float(optimum.x[0]), coefficients=np.asarray(optimum.x[1:]))


def _logistic(inputs: Floats, signs: Floats, weight: float) -> Objective:
    """Half the squared coefficients + C x the negative log likelihood, divided by C x n."""
    scale = 1.0 / (weight * signs.size)

    def objective(parameters: Floats) -> tuple[float, Floats]:
        coefficients = parameters[1:]
        margins = signs * (inputs @ coefficients + parameters[0])
        loss = np.logaddexp(0.0, -margins).mean() + scale * (coefficients @ coefficients) / 2
        pull = -signs * expit(-margins) / signs.size
        slope = inputs.T @ pull + scale * coefficients
        return float(loss), np.concatenate([[pull.sum()], slope])

    return objective


def _squared_hinge(inputs: Floats, signs: Floats, weight: float) -> Objective:
    """Half the squares of coefficients and intercept + C x the squared hinge, over C x n.

    Source: Fan et al., Journal of Machine Learning Research 2008;9:1871, with L2 penalty and loss.
    """
    scale = 1.0 / (weight * signs.size)

    def objective(parameters: Floats) -> tuple[float, Floats]:
        lacking = np.maximum(0.0, 1.0 - signs * (inputs @ parameters[1:] + parameters[0]))
        loss = (lacking**2).mean() + scale * (parameters @ parameters) / 2
        pull = -2.0 * signs * lacking / signs.size
        slope = np.concatenate([[pull.sum()], inputs.T @ pull])
        return float(loss), slope + scale * parameters

    return objective


OBJECTIVES: dict[LinearModel, Callable[[Floats, Floats, float], Objective]] = {
    "logistic": _logistic,
    "linear_svm": _squared_hinge,
}
