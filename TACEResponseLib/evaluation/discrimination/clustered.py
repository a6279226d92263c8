"""Variance of an AUC where several rows are one patient's: patients are counted, not rows.

Simple case first: where each patient has one row, the variance is the spread of the placements of
either class, DeLong's. With several rows a patient's placements are added up before the spread is
taken, and a patient with rows of both classes ties the two means together: that is the covariance.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evaluation.inputs import Floats

BY_PATIENT = "rows of one patient counted together"
"""What a method says where they are."""


class PlacementSpread(NamedTuple):
    """Variances of the mean placement of either class, and what patients of both classes add."""

    of_positives: float
    of_negatives: float
    covariance: float = 0.0
    """Twice the covariance of the two means; 0 where no patient has rows of both classes."""


def placement_spread(
    beats: Floats,
    beaten: Floats,
    patients: tuple[NDArray[np.int_], NDArray[np.int_]] | None = None,
) -> PlacementSpread:
    """How sure the two mean placements are.

    Args:
        beats: (m,), placements of the positive rows.
        beaten: (n,), of the negative rows.
        patients: (m,) and (n,), patient of each row; each row its own patient if not given.
    Returns: a class of one patient has no spread, 0.
    Source: Obuchowski, Biometrics 1997;53:567; without patients DeLong, DeLong and Clarke-Pearson,
        Biometrics 1988;44:837.
    """
    if patients is None:
        return PlacementSpread(_mean_variance(beats), _mean_variance(beaten))
    n = int(max(patients[0].max(), patients[1].max())) + 1
    (won, m), (lost, k) = (
        _of_patients(values, own, n) for values, own in zip((beats, beaten), patients, strict=True)
    )
    return PlacementSpread(
        of_positives=_scaled(float(won @ won), m > 0, m.sum() ** 2),
        of_negatives=_scaled(float(lost @ lost), k > 0, k.sum() ** 2),
        covariance=2 * _scaled(float(won @ lost), (m > 0) | (k > 0), m.sum() * k.sum()),
    )


def _of_patients(values: Floats, patients: NDArray[np.int_], n: int) -> tuple[Floats, Floats]:
    """Sum of each patient's deviations from the mean of all rows, and how many rows, (n,) both."""
    sums = np.bincount(patients, weights=values - values.mean(), minlength=n)
    return sums.astype(np.float64), np.bincount(patients, minlength=n).astype(np.float64)


def _scaled(total: float, has_any: NDArray[np.bool_], rows: float) -> float:
    """A sum of squares or products over patients as the variance of a mean over rows."""
    patients = int(has_any.sum())
    return float(patients / (patients - 1) * total / rows) if patients > 1 else 0.0


def _mean_variance(values: Floats) -> float:
    """Variance of a mean; 0 for a single value, which carries no spread."""
    return float(values.var(ddof=1) / values.size) if values.size > 1 else 0.0
