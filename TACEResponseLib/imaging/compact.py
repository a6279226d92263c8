"""Voxels of few bytes: a 512 x 512 x 400 CT stays at 200 MB."""

import numpy as np

from TACEResponseLib.imaging.volume import Voxels


def compact(voxels: Voxels) -> Voxels:
    """int16 where every value is one, else float32."""
    if voxels.dtype in (np.dtype(np.int16), np.dtype(np.float32)):
        return voxels
    limits = np.iinfo(np.int16)
    fits = limits.min <= voxels.min() and voxels.max() <= limits.max
    is_small_integer = np.issubdtype(voxels.dtype, np.integer) and fits
    with np.errstate(over="ignore"):  # infinity is refused by the caller
        return voxels.astype(np.int16 if is_small_integer else np.float32)


def rescaled(stored: Voxels, slope: float, intercept: float) -> Voxels:
    """Stored numbers times slope plus intercept, reckoned in double precision, kept in single."""
    if (slope, intercept) == (1.0, 0.0):
        return stored
    values = np.empty(stored.shape, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(len(stored)):
            values[k] = stored[k].astype(np.float64) * slope + intercept
    return values
