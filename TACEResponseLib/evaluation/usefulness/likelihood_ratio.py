"""Likelihood-ratio test of nested logistic regressions."""

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.inputs import Floats, Labels, checked_outcome, checked_probabilities
from TACEResponseLib.evaluation.significance import Significance

UNTOUCHED = (CohortRole.INTERNAL_TEST, CohortRole.EXTERNAL_TEST)


def added_likelihood(
    labels: ArrayLike, base: ArrayLike, added: ArrayLike, role: CohortRole
) -> Significance:
    """Does a second model know something of the outcome that the first does not?

    Args:
        labels: (n,), 1 for the positive class, 0 else; both must occur.
        base: (n,), probabilities by the first model (clinical alone).
        added: (n,), probabilities by the second (image alone).
        role: of the cohort. Scores of patients who trained either model are too good by an
            unknown amount, and the test would take that for knowledge.
    Raises: InputError: a cohort that shaped a model, one class only, or no probabilities.
    Source: Pepe, Kerr, Longton and Wang, Statistics in Medicine 2013;32:1467 (test the
        coefficient, not the change in AUC).
    """
    if role not in UNTOUCHED:
        raise InputError(
            "likelihood-ratio test",
            "needs scores from an internal_test or external_test cohort",
            got=role.value,
            remedy="score patients that shaped neither model",
        )
    outcome = checked_outcome(labels)
    first = logits(checked_probabilities(base, outcome, name="base"))
    second = logits(checked_probabilities(added, outcome, name="added"))
    intercept = np.ones(outcome.size)
    return likelihood_ratio(
        outcome,
        np.column_stack([intercept, first]),
        np.column_stack([intercept, first, second]),
    )


def likelihood_ratio(outcome: Labels, small: Floats, large: Floats) -> Significance:
    """Twice the gain in log-likelihood of the larger of two nested logistic regressions.

    Args:
        outcome: (n,), 0 and 1.
        small: (n, p), design with intercept.
        large: (n, q), the columns of `small` and more.
    Returns: p is nan where the larger model separates the classes, for then it has no best fit.
    Source: Wilks, Annals of Mathematical Statistics 1938;9:60.
    """
    from scipy.stats import chi2

    degrees = int(np.linalg.matrix_rank(large) - np.linalg.matrix_rank(small))
    gain = _log_likelihood(outcome, large) - _log_likelihood(outcome, small)
    # A fit may end a rounding error below the smaller one; nan stays nan.
    statistic = float(np.maximum(2 * gain, 0))
    return Significance(
        statistic=statistic,
        p=float(chi2.sf(statistic, degrees)),
        n=outcome.size,
        method="likelihood ratio, chi-squared",
        degrees_of_freedom=degrees,
    )


def _log_likelihood(outcome: Labels, design: Floats) -> float:
    """Highest log-likelihood of a logistic regression; nan where the classes are separated."""
    import warnings

    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import (
        ConvergenceWarning,
        PerfectSeparationError,
        PerfectSeparationWarning,
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            fit = sm.Logit(outcome, design).fit(disp=0, method="newton", maxiter=100)
        except (
            PerfectSeparationError,
            PerfectSeparationWarning,
            ConvergenceWarning,
            RuntimeWarning,
            np.linalg.LinAlgError,
        ):
            return float("nan")
    return float(fit.llf)
