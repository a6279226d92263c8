"""Slices of a volume, and means of blocks in each, along the coarsest axis."""

import numpy as np

from TACEResponseLib.imaging.volume import Volume, Voxels

BLOCK_MM = 10.0


def slice_axis(volume: Volume) -> int:
    """Along which slices lie, of the voxels' axes: the coarsest."""
    return int(np.argmax(np.round(volume.geometry.spacing_mm[::-1], 3)))


def slice_blocks(volume: Volume) -> Voxels:
    """Means of blocks in each slice, slices first."""
    spacing, axis = volume.geometry.spacing_mm[::-1], slice_axis(volume)
    voxels = np.moveaxis(volume.voxels, axis, 0)
    (rows, row_mm), (columns, column_mm) = (
        pair for n, pair in enumerate(zip(volume.voxels.shape, spacing, strict=True)) if n != axis
    )
    high = min(rows, max(1, round(BLOCK_MM / row_mm)))
    wide = min(columns, max(1, round(BLOCK_MM / column_mm)))
    cut = voxels[:, : rows // high * high, : columns // wide * wide]
    parts = cut.reshape(len(cut), rows // high, high, columns // wide, wide)
    return parts.mean(axis=(2, 4), dtype=np.float32)
