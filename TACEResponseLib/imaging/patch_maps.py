"""Maps of patches, laid back onto the slices that the patches were cut from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patches import PatchPlan, slice_geometry
from TACEResponseLib.imaging.resampling import resample, smoothed_for
from TACEResponseLib.imaging.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastedMap:
    """A map on the grid of an image on LPS axes."""

    voxels: NDArray[np.float32]
    """(K, J, I), 0 outside the patches and outside the span of the scored slices."""
    scored_slices: tuple[int, ...]
    interpolated_slices: tuple[int, ...]


def paste_maps(
    maps: NDArray[np.float32], plans: Sequence[PatchPlan], geometry: Geometry
) -> PastedMap:
    """Lay maps back, and fill the slices between scored ones linearly.

    Args:
        maps: (n, H, W), one a plan.
        plans: where they were cut, one a slice, by ascending slice.
        geometry: of the image on LPS axes.
    Returns: the map; each scored slice holds its own map inside its box, 0 outside.
    Raises: ValueError: the slices don't ascend.
    """
    scored = tuple(plan.slice_index for plan in plans)
    if any(low >= high for low, high in pairwise(scored)):
        raise ValueError(f"plans must be in ascending order of slices, got {scored}")
    voxels = np.zeros(geometry.shape_kji, dtype=np.float32)
    for pixels, plan in zip(maps, plans, strict=True):
        voxels[plan.slice_index] = _on_slice(pixels, plan, geometry)
    between = [(k, low, high) for low, high in pairwise(scored) for k in range(low + 1, high)]
    for k, low, high in between:
        share = np.float32((k - low) / (high - low))
        voxels[k] = (1 - share) * voxels[low] + share * voxels[high]
    return PastedMap(
        voxels=voxels, scored_slices=scored, interpolated_slices=tuple(k for k, _, _ in between)
    )


def _on_slice(
    pixels: NDArray[np.float32], plan: PatchPlan, geometry: Geometry
) -> NDArray[np.float32]:
    """One map on the pixels of its slice, 0 outside the patch.

    A border of repeated pixels is added first: interpolation needs it up to the patch's edge,
    half a pixel beyond the outermost centers. What it adds outside is cut off.
    """
    slab = slice_geometry(geometry, plan.slice_index)
    smooth = smoothed_for(pixels.astype(np.float32), plan.geometry, slab)
    width, height, _ = plan.geometry.size_ijk
    bordered = Volume(
        voxels=np.pad(smooth, 1, mode="edge")[np.newaxis],
        geometry=plan.geometry.cropped((-1, -1, 0), (width + 2, height + 2, 1)),
    )
    inside = _centers_within(plan.geometry, slab)
    return np.where(inside, resample(bordered, slab).voxels[0], np.float32(0))


def _centers_within(patch: Geometry, slab: Geometry) -> NDArray[np.bool_]:
    """Which pixels of a slice have their centers on a patch, (J, I)."""
    row, column = np.indices(slab.shape_kji[1:])
    index = np.stack([column, row, np.zeros_like(row)], axis=-1)
    place = patch.to_index(slab.to_lps(index))[..., :2]
    last = np.array(patch.size_ijk[:2]) - 0.5
    return np.asarray(((place >= -0.5) & (place <= last)).all(axis=-1))
