"""Which lesion of one drawing is which of another, drawn on another series of the same patient."""

import numpy as np

from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Voxels


def matched_indices(drawn: Roi, main: Roi, indices: Voxels) -> Voxels:
    """Pieces of a drawing, numbered as the lesions of the main ROI with which they overlap most.

    Args:
        drawn: the tumor as drawn on one sequence.
        main: the ROI whose lesions have the numbers.
        indices: `Lesion.index` of each voxel of the main ROI's grid.
    Returns: `Lesion.index` on the grid of `drawn`, 0 outside and where a piece meets no lesion. A
        drawing of one piece is the largest lesion even where breathing moved it off.
    Raises: InputError: nothing usable is drawn.
    """
    pieces, own = find_lesions(drawn)
    there = resample_labels(indices, main.geometry, drawn.geometry)
    number = np.zeros(len(pieces) + 1, dtype=np.uint16)
    for piece in pieces:
        met = np.bincount(there[own == piece.index])
        met[0] = 0
        number[piece.index] = met.argmax() if met.any() else 0
    if not number.any() and sum(not piece.is_speck for piece in pieces) == 1:
        number[1] = 1
    return np.asarray(number[own])
