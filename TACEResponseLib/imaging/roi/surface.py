"""How far each voxel lies from a lesion's surface, and smooth noise to move that surface by.

A mask knows its surface to half a voxel only. Distances are between voxel centers, less most of
half a step, and smoothed by half a voxel: balls grown by 1 and 2 mm, on voxels of .7 x .7 x .7 to
5 x .7 x .7 mm, then have the radius they must to a quarter of a voxel.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.imaging.volume import Mask

Field = NDArray[np.float64]

# Of a voxel step: on average the surface lies a little nearer than half-way.
HALF_STEP = 0.45
SMOOTHED_VOXELS = 0.5
# Keeps the mask itself where the surface isn't moved.
LEAST_MM = 1e-6
SPLINE_DEGREE = 3
# Mean of a cubic B-spline's squared weights over all places, along one axis: the central value of
# the spline of the seventh degree.
MEAN_SQUARED_WEIGHT = 151 / 315


def signed_distance(mask: Mask, spacing_kji: Sequence[float]) -> Field:
    """Distance from the surface of a mask, mm, negative inside; < 0 just where the mask is.

    Args:
        mask: (K, J, I); marks something, and not everything.
        spacing_kji: mm along k, j, i.
    """
    from scipy.ndimage import gaussian_filter

    spacing = np.asarray(spacing_kji, dtype=float)
    rough = _from_nearest(~mask, spacing) - _from_nearest(mask, spacing)
    smooth = gaussian_filter(rough, SMOOTHED_VOXELS, mode="nearest", truncate=3)
    return np.where(mask, np.minimum(smooth, -LEAST_MM), np.maximum(smooth, LEAST_MM))


def _from_nearest(away: Mask, spacing: Field) -> Field:
    """Distance of the voxels `away` from the surface of all others, mm; 0 for these."""
    from scipy.ndimage import distance_transform_edt

    nearest = distance_transform_edt(
        away, sampling=spacing, return_distances=False, return_indices=True
    )
    distance, step = np.zeros(away.shape), np.zeros(away.shape)
    for axis, mm in enumerate(spacing):
        along = [1, 1, 1]
        along[axis] = -1
        offset = (np.arange(away.shape[axis]).reshape(along) - nearest[axis]) * mm
        distance += offset**2
        step += (offset * mm) ** 2
    distance = np.sqrt(distance)
    # A voxel's extent in the direction of the nearest one.
    extent = np.sqrt(step) / np.maximum(distance, LEAST_MM)
    return np.maximum(distance - HALF_STEP * extent, 0.0)


def smooth_noise(
    rng: np.random.Generator, shape: Sequence[int], spacing_kji: Sequence[float], knot_mm: float
) -> Field:
    """A smooth random field (K, J, I) of mean 0 and variance 1.

    White noise on knots, joined by cubic B-splines.

    Args:
        rng: random numbers.
        shape: voxels along k, j, i.
        spacing_kji: mm along k, j, i.
        knot_mm: distance of the knots, > 0.
    """
    weights = [_weights(n, mm / knot_mm) for n, mm in zip(shape, spacing_kji, strict=True)]
    noise = rng.standard_normal([w.shape[1] for w in weights])
    for w in weights:
        # Each turn brings the next axis to the front, and the one just done to the end.
        noise = np.tensordot(noise, w, axes=([0], [1]))
    return np.asarray(noise / MEAN_SQUARED_WEIGHT ** (3 / 2))


def _weights(n: int, step: float) -> Field:
    """Weights (n, knots) of the knots at n places, a step apart in distances of knots."""
    from scipy.interpolate import BSpline

    places = np.arange(n) * step
    knots = np.arange(-SPLINE_DEGREE, int(places[-1]) + SPLINE_DEGREE + 2, dtype=float)
    return np.asarray(BSpline.design_matrix(places, knots, SPLINE_DEGREE).toarray())
