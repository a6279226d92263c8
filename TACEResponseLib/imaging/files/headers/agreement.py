"""The last step of every reader: what was read is what the file's own header says."""

from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.imaging.files.headers.header import LARGEST_SHIFT_MM, largest_shift_mm
from TACEResponseLib.imaging.geometry import FloatArray, Geometry
from TACEResponseLib.imaging.volume import Voxels

if TYPE_CHECKING:
    from collections.abc import Sequence

# The rounding of single precision, in which values that are no integers of two bytes are kept.
SINGLE = 2.0**-22
SMALLEST = 1e-37

# Exporting again writes the same: programs mark so what lies outside the field of view.
FINITE_REMEDY = (
    "give those voxels a number: outside the field of view that of air (-1000 in CT, 0 in MR), in "
    "a mask 0"
)


def check_agreement(
    voxels: Voxels,
    geometry: Geometry,
    stored: Voxels,
    affine_lps: FloatArray,
    scales: "Sequence[tuple[float, float]]",
    where: str,
) -> None:
    """Compare voxels and place with what the headers say.

    Args:
        voxels: what the reader returns, (K, J, I), or with layers as a fourth axis.
        geometry: its grid.
        stored: the numbers as they stand in the file, in the same order.
        affine_lps: index to LPS by the header's own fields.
        scales: slope and intercept of each slice, or of all slices.
        where: how messages call the image.
    Raises: InputError: a value that is not finite, differs, or lies elsewhere.
    """
    apart = largest_shift_mm(geometry.affine_lps, affine_lps, geometry.size_ijk)
    if not apart <= LARGEST_SHIFT_MM:
        raise InputError(
            where,
            f"each voxel must lie within {LARGEST_SHIFT_MM:g} mm of where its header says",
            got=f"{past(apart, LARGEST_SHIFT_MM)} mm apart",
            remedy="resample it to a regular grid, for instance in 3D Slicer",
        )
    odd = 0
    for k in range(len(voxels)):
        slope, intercept = scales[k if len(scales) > 1 else 0]
        odd += _check_slice(voxels[k], stored[k], slope, intercept, where)
    if odd:
        raise InputError(
            where,
            "must hold finite numbers only",
            got=f"{odd} NaN or infinite voxels",
            remedy=FINITE_REMEDY,
        )


def _check_slice(voxels: Voxels, stored: Voxels, slope: float, intercept: float, where: str) -> int:
    """How many values are not finite; the others must be those of the file."""
    if (slope, intercept) == (1.0, 0.0) and np.array_equal(voxels, stored):
        return int(stored.size - np.isfinite(stored).sum())
    with np.errstate(all="ignore"):
        expected = stored.astype(np.float64) * slope + intercept
        odd = ~(np.isfinite(expected) & np.isfinite(voxels))
        differs = ~odd & ~(np.abs(voxels - expected) <= SINGLE * np.abs(expected) + SMALLEST)
    if differs.any():
        first = tuple(np.argwhere(differs)[0])
        raise InputError(
            where,
            "each voxel must be what its header says",
            got=f"{voxels[first]:g} for {expected[first]:g}",
            remedy="convert it, for instance in 3D Slicer to .nrrd",
        )
    return int(odd.sum())
