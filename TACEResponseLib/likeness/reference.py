"""Where the training patients lie in the numbers that one branch reads, and how far a case is.

The distance is Mahalanobis' with a shrunk covariance, kept by its principal axes: networks give
thousands of numbers, and few patients tell no more than a few directions apart. Radiomics has long
tails, of which a few patients fill the covariance until nothing seems far: each number is brought
to the cohort's median and quartiles first, and its tails are drawn in as by a logarithm. What lies
ever further out is ever further away still. A reference holds medians, means and covariances, and
no patient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.logistic import Floats

# Above the embeddings of small networks, whose covariance is then kept whole.
MOST_AXES = 64
# Between the quartiles of a normal distribution, in standard deviations.
NORMAL_QUARTILES = 1.349
# Of the mean variance: what exact copies of a number would be divided by.
SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """The middle of the training patients and their spread.

    Raises: ValueError: parts of different sizes, or a number that is none.
    """

    center: Floats
    """(d,), median."""
    unit: Floats
    """(d,), standard deviation by the quartiles; the usual one where they are equal, 1 where
    nothing varies."""
    mean: Floats
    """(d,), with tails drawn in."""
    scale: Floats
    """(d,), standard deviation with tails drawn in; 1 where nothing varies."""
    axes: Floats
    """(k, d), orthonormal, of z-scores with tails drawn in."""
    variances: Floats
    """(k,), along the axes, after shrinkage."""
    rest: float
    """Variance along every direction square to the axes."""

    def __post_init__(self) -> None:
        """Refuse what does not belong together."""
        size, axes = self.mean.size, len(self.variances)
        rows = (self.center, self.unit, self.mean, self.scale)
        shapes = (*(row.shape for row in rows), self.axes.shape, self.variances.shape)
        if shapes != (*((size,),) * 4, (axes, size), (axes,)):
            raise ValueError(f"a reference needs parts of fitting sizes, got {shapes}")
        positive = (self.unit, self.scale, self.variances, np.array([self.rest]))
        if not all(np.isfinite(part).all() for part in (*rows, self.axes, *positive)):
            raise ValueError("a reference needs finite numbers")
        if not all((part > 0).all() for part in positive):
            raise ValueError("scales and variances must be > 0")

    def z_scores(self, values: Floats) -> Floats:
        """Of values (n, d) or (d,), tails drawn in."""
        drawn_in = np.arcsinh((values - self.center) / self.unit)
        return np.asarray((drawn_in - self.mean) / self.scale)

    def distances(self, values: Floats) -> Floats:
        """How far patients lie from the middle, (n,), in standard deviations, tails drawn in.

        Args:
            values: (n, d), finite.
        """
        z_scores = self.z_scores(values)
        along = z_scores @ self.axes.T
        beside = np.square(z_scores).sum(axis=1) - np.square(along).sum(axis=1)
        squares = (np.square(along) / self.variances).sum(axis=1)
        return np.sqrt(squares + np.maximum(beside, 0.0) / self.rest)


def fit_reference(values: Floats) -> Reference:
    """The reference of training patients.

    Args:
        values: (n, d), n >= 2.
    Returns: with no more than `MOST_AXES` axes; where there are fewer directions than that, the
        distance is that of the shrunk covariance itself.
    Source: Mahalanobis, Proceedings of the National Institute of Sciences of India 1936;2:49;
        Ledoit and Wolf, Journal of Multivariate Analysis 2004;88:365, as scikit-learn has it;
        Burbidge, Magee and Robb, Journal of the American Statistical Association 1988;83:123, for
        the inverse hyperbolic sine, which is a line near 0 and a logarithm far from it; for
        embeddings Lee, Advances in Neural Information Processing Systems 2018;31:7167 (theirs has
        a middle a class, which few patients do not give).
    """
    from sklearn.covariance import ledoit_wolf_shrinkage

    center, unit = np.median(values, axis=0), _unit(values)
    drawn_in = np.arcsinh((values - center) / unit)
    mean, scale = drawn_in.mean(axis=0), _or_one(drawn_in.std(axis=0), drawn_in)
    z_scores = (drawn_in - mean) / scale
    n, size = z_scores.shape
    shrinkage = float(ledoit_wolf_shrinkage(z_scores, assume_centered=True)) if size > 1 else 0.0
    _, singular, axes = np.linalg.svd(z_scores, full_matrices=False)
    kept = min(MOST_AXES, int((singular > 1e-9 * singular[:1].max(initial=0.0)).sum()))
    variances = np.square(singular) / n
    average = variances.sum() / size or 1.0
    shrunk = (1 - shrinkage) * variances + shrinkage * average
    # Directions that no patient goes along have the shrinkage alone.
    left = shrunk[kept:].sum() + (size - len(shrunk)) * shrinkage * average
    smallest = SMALLEST_VARIANCE * average
    return Reference(
        center=center,
        unit=unit,
        mean=mean,
        scale=scale,
        axes=axes[:kept],
        variances=np.maximum(shrunk[:kept], smallest),
        rest=max(float(left) / max(size - kept, 1), smallest),
    )


def _unit(values: Floats) -> Floats:
    """Standard deviation of each number by its quartiles, (d,), so that tails do not count."""
    low, high = np.percentile(values, (25, 75), axis=0)
    by_quartiles, usual = (high - low) / NORMAL_QUARTILES, values.std(axis=0)
    return np.where(_varies(by_quartiles, values), by_quartiles, _or_one(usual, values))


def _or_one(sd: Floats, values: Floats) -> Floats:
    """Standard deviations (d,); 1 where there is none beyond rounding."""
    return np.where(_varies(sd, values), sd, 1.0)


def _varies(sd: Floats, values: Floats) -> NDArray[np.bool_]:
    """Whether numbers differ beyond rounding, (d,)."""
    return np.asarray(sd > 1e-9 * np.maximum(np.abs(values).max(axis=0), 1e-300))
