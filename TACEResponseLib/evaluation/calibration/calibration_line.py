"""Calibration slope and intercept: does 60 % mean 60 of 100?"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evaluation.estimate import Z_95, Estimate
from TACEResponseLib.evaluation.inputs import (
    checked_clusters,
    checked_outcome,
    checked_probabilities,
    is_separated,
)


def calibration_line(
    labels: ArrayLike, probabilities: ArrayLike, *, clusters: ArrayLike | None = None
) -> tuple[Estimate, Estimate]:
    """Slope and intercept of the logistic regression of the outcome on the logit.

    Args:
        labels: (n,), 1 for the positive class, 0 else.
        probabilities: (n,), of the positive class.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Returns: slope (1 is right, below 1 is overconfident) and intercept at that slope; nan where
        the probabilities separate the classes or are all the same, for then no line is best.
    Raises: InputError: one class only, or no probabilities.
    Source: Cox, Biometrika 1958;45:562; intervals by Wald, for several rows a patient with the
        variance of Liang and Zeger, Biometrika 1986;73:13.
    """
    import statsmodels.api as sm

    outcome = checked_outcome(labels)
    logit = logits(checked_probabilities(probabilities, outcome))
    if is_separated(outcome, logit, but_for_ties=True):
        same = np.ptp(logit) == 0
        why = "all probabilities are the same" if same else "the probabilities separate the classes"
        none = _none(outcome.size, f"none, for {why}")
        return none, none
    patients = checked_clusters(clusters, outcome.size)
    fit = sm.Logit(outcome, sm.add_constant(logit)).fit(disp=0, **_by_patient(patients))
    n, method = int(patients.max()) + 1, _method(patients)
    intercept, slope = (
        Estimate(value=float(value), low=float(low), high=float(high), n=n, method=method)
        for value, (low, high) in zip(fit.params, fit.conf_int(), strict=True)
    )
    return slope, intercept


def calibration_in_the_large(
    labels: ArrayLike, probabilities: ArrayLike, *, clusters: ArrayLike | None = None
) -> Estimate:
    """Intercept with the slope held at 1: how far all logits are off together.

    Args:
        labels: (n,), 1 for the positive class, 0 else.
        probabilities: (n,), of the positive class.
        clusters: (n,), patient of each row; each row its own patient if not given.
    Returns: 0 is right; above 0 the model says too little, below 0 too much.
    Raises: InputError: one class only, or no probabilities.
    Source: Steyerberg and Vergouwe, European Heart Journal 2014;35:1925; interval by Wald, as
        that of `calibration_line`.
    """
    import statsmodels.api as sm

    outcome = checked_outcome(labels)
    offset = logits(checked_probabilities(probabilities, outcome))
    patients = checked_clusters(clusters, outcome.size)
    with warnings.catch_warnings():
        # A shift always exists where both classes occur; the remark means that every patient's
        # fitted probability is near its outcome.
        warnings.simplefilter("ignore", sm.tools.sm_exceptions.PerfectSeparationWarning)
        fit = sm.GLM(
            outcome, np.ones(outcome.size), family=sm.families.Binomial(), offset=offset
        ).fit(**_by_patient(patients))
    value, error = float(fit.params[0]), float(fit.bse[0])
    return Estimate(
        value=value,
        low=value - Z_95 * error,
        high=value + Z_95 * error,
        n=int(patients.max()) + 1,
        method=_method(patients),
    )


def _by_patient(patients: NDArray[np.int_]) -> dict[str, Any]:
    """What a fit is told where patients have several rows."""
    if np.unique(patients).size == patients.size:
        return {}
    return {"cov_type": "cluster", "cov_kwds": {"groups": patients}}


def _method(patients: NDArray[np.int_]) -> str:
    """How intervals were made."""
    return "Wald, rows of one patient counted together" if _by_patient(patients) else "Wald"


def _none(n: int, why: str) -> Estimate:
    """An estimate that these patients can't give."""
    nan = float("nan")
    return Estimate(value=nan, low=nan, high=nan, n=n, method=why)
