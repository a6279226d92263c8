"""How far another draw of training patients would move one probability.

The whole procedure is trained anew on patients drawn with replacement; what these refits say of a
case spreads as the predictions of models from other cohorts of this size would. Two such models
differ from each other by the square root of two times that, so that the range about the one that
is there holds, nine times in ten, what another would say. It does not hold the truth as often: of
what no input shows, and of what the procedure can't fit, refits know nothing.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from TACEResponseLib.basics.logistic import Floats, inside

COVERED = 0.9
FEWEST_REFITS, MOST_REFITS = 20, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRange:
    """Where models trained on other patients would put a case, and how much that says."""

    low: float
    high: float
    n_refits: int
    similar_patients: float | None
    """Patients alike to this one that a share as uncertain would rest on; None without end."""
    method: str


def model_range(
    probability: float, refits: ArrayLike, *, networks: int | None = None
) -> ModelRange:
    """The 90 % range of what another draw of training patients would give.

    Args:
        probability: of the model itself; the range lies about it.
        refits: (k,) probabilities of the same case by refits, k >= 20.
        networks: of how many folds the networks among them are; None where each refit trained all
            of its parts.
    Raises: ValueError: there are too few, or one is no probability.
    Source: logit +- sqrt(2) t SD, a prediction interval for one further draw (Efron and
        Tibshirani, An Introduction to the Bootstrap 1993, chapters 6 and 25). Effective number:
        Thomassen et al., Statistics in Medicine 2024;43:1384, p (1 - p) / variance; Riley et al.,
        BMJ 2025;388:e080749.
    """
    drawn = np.asarray(refits, dtype=float)
    if drawn.ndim != 1 or drawn.size < FEWEST_REFITS:
        raise ValueError(f"a range needs >= {FEWEST_REFITS} refits, got {drawn.size}")
    if not ((drawn >= 0) & (drawn <= 1)).all() or not 0 < probability < 1:
        raise ValueError("refits must be probabilities")
    p = probability
    middle, values = float(logit(probability)), logit(inside(drawn))
    freedom = (drawn.size if networks is None else networks) - 1
    half = math.sqrt(2) * _t(freedom) * float(values.std(ddof=1))
    variance = float(drawn.var(ddof=1))
    return ModelRange(
        low=min(p, float(expit(middle - half))),
        high=max(p, float(expit(middle + half))),
        n_refits=drawn.size,
        similar_patients=probability * (1 - probability) / variance if np.ptp(drawn) > 0 else None,
        method=_method(drawn.size, networks),
    )


def as_of_all(whole: float, of_folds: ArrayLike) -> Floats:
    """Logits of fold networks, spread about the network of all as those of other cohorts would be.

    Folds share most of their patients, so that their networks differ less than networks of cohorts
    that share none: by the factor of the jackknife that leaves a group out.

    Args:
        whole: logit by the network of all training patients.
        of_folds: one logit a fold.
    Source: Shao and Tu, The Jackknife and Bootstrap 1995, section 2.3: variance (k - 1)^2 / k
        times that between k fits, 3.2 for five folds.
    """
    values = np.asarray(of_folds, dtype=float)
    factor = math.sqrt((values.size - 1) ** 2 / values.size)
    return np.asarray(whole + factor * (values - values.mean()))


def _t(freedom: int) -> float:
    """Student's t that leaves a twentieth on each side."""
    from scipy.stats import t

    return float(t.ppf((1 + COVERED) / 2, freedom))


def _method(refits: int, networks: int | None) -> str:
    part = "" if networks is None else f"; networks by {networks} folds"
    return (
        f"90 % of what another draw of training patients would give, by {refits} refits of the "
        f"whole procedure on resampled patients{part}"
    )
