"""Plausible contours of an ROI: as another reader, or the same one again, might have drawn it.

Grown and shrunk by 1 and 2 mm, shifted by up to 2 mm, and deformed smoothly as far as two readers
differ. What a lesion can't bear is done to it by less: it stays in one piece, keeps the voxels that
a lesion must have, and never has a Dice below `LEAST_DICE` with what was drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.contour_plans import ContourPlan
from TACEResponseLib.imaging.roi.outline import Outline, padding, reach_mm
from TACEResponseLib.imaging.volume import Mask, Voxels

# Each lesion costs time, and further ones change few models' answers.
MOST_REDRAWN = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contour:
    """An ROI drawn otherwise."""

    plan: ContourPlan
    indices: Voxels
    """Number of the lesion in each voxel (K, J, I), uint16, 0 outside."""
    geometry: Geometry
    dice: float
    """With what was drawn, all lesions together."""


class Outlines:
    """The lesions of an ROI, ready to be drawn otherwise; what all contours share is done once."""

    def __init__(
        self, indices: Voxels, geometry: Geometry, image: Geometry, redrawn: Sequence[int]
    ) -> None:
        """Take the distances from each lesion's surface.

        Args:
            indices: number of the lesion in each voxel (K, J, I).
            geometry: its grid, which may end at the lesions.
            image: no contour leaves it, but for what was drawn outside.
            redrawn: numbers of the lesions to draw otherwise, the most important first; the
                others, and those beyond `MOST_REDRAWN`, stay as they are.
        Raises: ValueError: nothing is marked, or not one of these lesions.
        """
        numbers = tuple(redrawn)[:MOST_REDRAWN]
        self._drawn, self.geometry = _with_room(indices, geometry, numbers)
        """The grid of the contours."""
        free = _inside(self.geometry, image) | (self._drawn > 0)
        self._outlines = [Outline.of(n, self._drawn, self.geometry, free) for n in numbers]

    def drawn(self, plan: ContourPlan) -> Contour:
        """Draw every lesion as planned; a voxel that two of them reach goes to the deeper one."""
        indices = self._drawn.copy()
        for outline in self._outlines:
            indices[outline.box][outline.mask] = 0
        depth = np.zeros(indices.shape)
        for outline in self._outlines:
            mask, level = outline.redrawn(plan)
            taken = mask & (level < depth[outline.box])
            indices[outline.box][taken] = outline.number
            depth[outline.box][taken] = level[taken]
        return Contour(
            plan=plan, indices=indices, geometry=self.geometry, dice=_dice(indices, self._drawn)
        )


def _dice(one: Voxels, other: Voxels) -> float:
    """Twice what both mark as the same lesion, of all that they mark."""
    marked = one > 0
    shared = np.count_nonzero(one[marked] == other[marked])
    return float(2 * shared / (np.count_nonzero(marked) + np.count_nonzero(other)))


def _with_room(
    indices: Voxels, geometry: Geometry, numbers: Sequence[int]
) -> tuple[Voxels, Geometry]:
    """What is marked with room for all contours, which may reach beyond the grid."""
    box = marked_box(indices)
    if box is None:
        raise ValueError("indices must mark at least one voxel")
    counts = np.bincount(indices[box].ravel())
    voxels = max((int(counts[n]) for n in numbers if n < counts.size), default=0)
    spacing = geometry.spacing_mm[::-1]
    pads = padding(spacing, reach_mm(voxels, spacing))
    window = np.pad(indices[box].astype(np.uint16), [(pad, pad) for pad in pads])
    start = [side.start - pad for side, pad in zip(box, pads, strict=True)]
    return window, geometry.cropped(start[::-1], window.shape[::-1])


def _inside(window: Geometry, image: Geometry) -> Mask:
    """Which voxel centers of a window lie in an image, (K, J, I)."""
    k, j, i = np.indices(window.shape_kji, sparse=True)
    # From index to index is affine: a start, and a step along each axis.
    start = image.to_index(window.to_lps((0, 0, 0)))
    steps = image.to_index(window.to_lps(np.eye(3))) - start
    inside = np.ones(window.shape_kji, dtype=np.bool_)
    for axis, size in enumerate(image.size_ijk):
        place = start[axis] + i * steps[0, axis] + j * steps[1, axis] + k * steps[2, axis]
        inside &= (place > -0.5) & (place < size - 0.5)
    return inside
