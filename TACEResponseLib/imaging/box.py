"""The box of voxels that holds everything marked; work on it costs what the lesion costs."""

import numpy as np

from TACEResponseLib.imaging.volume import Voxels

Box = tuple[slice, slice, slice]


def marked_box(labels: Voxels) -> Box | None:
    """The smallest box that holds every voxel other than 0, along k, j, i; `None` if all are 0.

    Args:
        labels: (K, J, I), booleans or integers.
    """
    # Slice by slice first: it reads memory in order, and leaves little for the other axes.
    k = _extent(_marked_slices(labels))
    if k is None:
        return None
    slab = np.asarray(labels[k].any(axis=0))
    j, i = (_extent(np.asarray(slab.any(axis=axis))) for axis in (1, 0))
    return (k, j, i) if j and i else None


def _marked_slices(labels: Voxels) -> Voxels:
    """Which slices (K,) hold anything; byte by byte, since that needs no conversion to boolean."""
    if labels.ndim != 3 or labels.size == 0 or not labels.flags.c_contiguous:
        return np.asarray(labels.any(axis=(1, 2)))
    rows = labels.reshape(len(labels), -1).view(np.uint8)
    return np.asarray(np.bitwise_or.reduce(rows, axis=1) > 0)


def _extent(marked: Voxels) -> slice | None:
    """From the first to the last entry marked."""
    places = np.flatnonzero(marked)
    return slice(int(places[0]), int(places[-1]) + 1) if places.size else None
