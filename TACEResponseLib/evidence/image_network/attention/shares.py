"""How much of a map lies inside the ROI, in the rim round it, and elsewhere."""

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.branch import SaliencyShares
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Mask

RIM_MM = 10.0


def shares_of(
    heat: NDArray[np.float32],
    footprint: NDArray[np.float32],
    mask: Mask,
    slices: tuple[int, ...],
    geometry: Geometry,
) -> SaliencyShares | None:
    """Shares of a map on the slices that the network saw; what is interpolated is left out.

    Args:
        heat: (K, J, I), >= 0.
        footprint: (K, J, I), above 0 where the network saw the image.
        mask: (K, J, I), the ROI.
        slices: along K, that the network saw.
        geometry: of all three.
    Returns: `None` of an empty map, and without an ROI.
    """
    chosen = list(slices)
    seen = (footprint[chosen] > 0).astype(np.float64)
    values = heat[chosen].astype(np.float64)
    if not mask.any() or not values.sum() > 0:
        return None
    inside, rim = mask[chosen], _rim(mask, geometry)[chosen]
    return SaliencyShares(
        roi=float(values[inside].sum() / values.sum()),
        rim=float(values[rim].sum() / values.sum()),
        roi_area=float(seen[inside].sum() / seen.sum()),
        rim_area=float(seen[rim].sum() / seen.sum()),
    )


def _rim(mask: Mask, geometry: Geometry) -> Mask:
    """Voxels outside a mask whose centers lie within 10 mm of the center of one inside."""
    from scipy.ndimage import distance_transform_edt

    spacing = geometry.spacing_mm[::-1]
    box = tuple(_span(mask, axis, step) for axis, step in enumerate(spacing))
    near = distance_transform_edt(~mask[box], sampling=spacing) <= RIM_MM
    rim = np.zeros_like(mask)
    rim[box] = near & ~mask[box]
    return rim


def _span(mask: Mask, axis: int, step: float) -> slice:
    """Where a mask lies along one axis, 10 mm more on both sides."""
    others = tuple(n for n in range(mask.ndim) if n != axis)
    held = np.flatnonzero(mask.any(axis=others))
    more = int(np.ceil(RIM_MM / step))
    return slice(max(0, int(held[0]) - more), int(held[-1]) + more + 1)
