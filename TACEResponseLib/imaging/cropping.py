"""The part of an image that a computation needs: a box round the lesion."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Mask, Volume


def box_round(mask: Mask, geometry: Geometry, margin_mm: float | Sequence[float]) -> Box:
    """The box of everything marked, widened and kept inside the image.

    Args:
        mask: (K, J, I) on `geometry`.
        geometry: grid of the mask.
        margin_mm: on every side, or one margin for each of k, j, i.
    Raises: ValueError: nothing is marked.
    """
    box = marked_box(mask)
    if box is None:
        raise ValueError("mask must mark at least one voxel")
    margins = np.broadcast_to(np.asarray(margin_mm, dtype=float), 3)
    pads = np.ceil(margins / np.array(geometry.spacing_mm[::-1])).astype(int)
    k, j, i = (
        slice(max(0, side.start - pad), min(length, side.stop + pad))
        for side, pad, length in zip(box, pads.tolist(), mask.shape, strict=True)
    )
    return k, j, i


def crop(volume: Volume, box: Box) -> Volume:
    """The voxels of a box, with their place in the patient; a view."""
    k, j, i = box
    geometry = volume.geometry.cropped(
        (i.start, j.start, k.start), (i.stop - i.start, j.stop - j.start, k.stop - k.start)
    )
    return replace(volume, voxels=volume.voxels[box], geometry=geometry)
