"""Several sequences of one patient on the grid of one of them, and maps on the way back."""

import numpy as np

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patch_maps import PastedMap
from TACEResponseLib.imaging.resampling import SMOOTH_BEYOND, resample
from TACEResponseLib.imaging.volume import Volume

# Spacings that differ by more than this share are told to the reader.
SPACING_TOLERANCE = 0.05


def on_grid(volume: Volume, geometry: Geometry) -> Volume:
    """A sequence on another one's grid.

    Args:
        volume: on LPS axes, intensities already scaled.
        geometry: the grid wanted, or a box of it.
    Returns: float32, linear; 0 where the sequence doesn't reach. Along an axis that is reduced
        more than `SMOOTH_BEYOND` times it is smoothed first, as patches are.
    """
    if volume.geometry.same_grid(geometry):
        return volume
    ratio = [geometry.spacing_mm[a] / volume.geometry.spacing_mm[a] for a in (2, 1, 0)]
    if max(ratio) <= SMOOTH_BEYOND:
        return resample(volume, geometry)
    from scipy.ndimage import gaussian_filter

    sigma = [max(0.0, (r - 1) / 2) if r > SMOOTH_BEYOND else 0.0 for r in ratio]
    smooth = gaussian_filter(volume.voxels.astype(np.float32), sigma, mode="nearest")
    return resample(volume.with_voxels(smooth), geometry)


def spacing_differs(first: Geometry, other: Geometry) -> bool:
    """Whether voxels of two sequences differ in size, so that one of them is interpolated."""
    ratio = np.array(other.spacing_mm) / np.array(first.spacing_mm)
    return bool((np.abs(ratio - 1) > SPACING_TOLERANCE).any())


def moved_map(pasted: PastedMap, first: Geometry, other: Geometry) -> PastedMap:
    """A map of one sequence's grid on that of another, both on LPS axes.

    Returns: linear; the slices nearest to the scored ones count as scored, the further ones that
        the map reaches as interpolated.
    """
    if first.same_grid(other):
        return pasted
    voxels = resample(Volume(voxels=pasted.voxels, geometry=first), other).voxels
    scored = _nearest_slices(pasted.scored_slices, first, other)
    reached = np.flatnonzero(voxels.any(axis=(1, 2))).tolist()
    return PastedMap(
        voxels=np.asarray(voxels, dtype=np.float32),
        scored_slices=scored,
        interpolated_slices=tuple(k for k in reached if k not in scored),
    )


def _nearest_slices(indices: tuple[int, ...], first: Geometry, other: Geometry) -> tuple[int, ...]:
    """Slices of another grid nearest to some of the first: ascending, each once, inside only."""
    column, row = ((size - 1) / 2 for size in first.size_ijk[:2])
    points = first.to_lps([(column, row, k) for k in indices])
    indices_there = np.rint(other.to_index(points)[:, 2]).astype(int).tolist()
    return tuple(sorted({k for k in indices_there if 0 <= k < other.size_ijk[2]}))
