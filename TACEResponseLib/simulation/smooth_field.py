"""Smooth random fields: white noise on coarse knots, joined by cubic B-splines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""Single precision throughout; numpy's stubs lose track of that."""

# Mean of the squared weights of a cubic B-spline over all positions between knots, per axis:
# the central value of the seventh-degree B-spline.
MEAN_SQUARED_WEIGHT = 151.0 / 315.0


def smooth_field(
    rng: np.random.Generator, shape: Sequence[int], spacing: Sequence[float], knot_mm: float
) -> Field:
    """A smooth random field of mean 0 and standard deviation 1.

    Args:
        rng: random numbers; the count drawn depends on `shape`, `spacing` and `knot_mm` alone.
        shape: voxels along each axis.
        spacing: mm along each axis, in the order of `shape`.
        knot_mm: distance of the knots, > 0: detail is about twice as wide.
    """
    if knot_mm <= 0:
        raise ValueError(f"knot_mm must be > 0, got {knot_mm}")
    positions = [np.arange(n) * (s / knot_mm) for n, s in zip(shape, spacing, strict=True)]
    knots = [int(p[-1]) + 4 for p in positions]
    field = rng.standard_normal(knots, dtype=np.float32)
    for axis, position in enumerate(positions):
        field = _splined(field, position, axis)
    return field * np.float32(MEAN_SQUARED_WEIGHT ** (-0.5 * len(positions)))


def _splined(knots: Field, position: Field, axis: int) -> Field:
    """Values at `position`, in knots, along one axis."""
    first = position.astype(np.intp)
    t = (position - first).astype(np.float32)
    weights = (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
    along = [1] * knots.ndim
    along[axis] = position.size
    total = np.take(knots, first, axis=axis) * weights[0].reshape(along)
    for step in (1, 2, 3):
        total += np.take(knots, first + step, axis=axis) * weights[step].reshape(along)
    return total
