"""Calibration slope and intercept: does 60 % mean 60 of 100?"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.evaluation.estimate import Estimate

# Probabilities of exactly 0 or 1 have no logit; a model that gives them is badly calibrated
# but must still get a number.
SMALLEST_PROBABILITY = 1e-6


def calibration_line(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Estimate, Estimate]:
    """Slope and intercept of the logistic regression of the outcome on the logit.

    Args:
        labels: (n,), 1 for the positive class, 0 else.
        probabilities: (n,), of the positive class.
    Returns: slope (1 is right, below 1 is overconfident) and intercept at that slope.
    Raises: ValueError: one class only.
    Source: Cox, Biometrika 1958;45:562; intervals by Wald.
    """
    import statsmodels.api as sm

    outcome = np.asarray(labels, dtype=float)
    if not 0 < outcome.mean() < 1:
        raise ValueError("labels must hold both classes")
    design = sm.add_constant(_logits(probabilities))
    fit = sm.Logit(outcome, design).fit(disp=0)
    intercept, slope = (
        Estimate(
            value=float(value), low=float(low), high=float(high), n=outcome.size, method="Wald"
        )
        for value, (low, high) in zip(fit.params, fit.conf_int(), strict=True)
    )
    return slope, intercept


def _logits(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Finite logits."""
    p = np.clip(np.asarray(probabilities, dtype=float), SMALLEST_PROBABILITY, None)
    p = np.minimum(p, 1 - SMALLEST_PROBABILITY)
    return np.log(p / (1 - p))
