"""One lesion, ready to be drawn otherwise: larger, smaller, elsewhere or of another shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.contour_plans import LEAST_DICE, ContourKind, ContourPlan
from TACEResponseLib.imaging.roi.lesions import SMALLEST_LESION_VOXELS
from TACEResponseLib.imaging.roi.surface import Field, signed_distance, smooth_noise
from TACEResponseLib.imaging.volume import Mask, Voxels

# The noise that moves a surface varies over so much of the lesion's radius.
KNOT_SHARE, LEAST_KNOT_MM = 0.8, 6.0
# How far a surface may move: so much of the radius, and a little more.
REACH_SHARE, LEAST_REACH_MM = 0.35, 3.0
HALVINGS = 9
# A corner of a voxel is enough to hang together, as for lesions as they were drawn.
TOUCHING = np.ones((3, 3, 3), dtype=bool)


def reach_mm(voxels: int, spacing: Sequence[float]) -> float:
    """How far beyond a lesion of so many voxels its contours may reach."""
    return REACH_SHARE * _radius_mm(voxels, spacing) + LEAST_REACH_MM


def padding(spacing_kji: Sequence[float], margin_mm: float) -> list[int]:
    """A margin in voxels along k, j, i, and one voxel more, from which distances are taken."""
    return [int(np.ceil(margin_mm / mm)) + 1 for mm in spacing_kji]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """A lesion with room round it."""

    number: int
    box: Box
    mask: Mask
    """As drawn, in the box, as are the next two."""
    free: Mask
    """Where it may lie."""
    distance: Field
    """From its surface, mm, negative inside."""
    geometry: Geometry
    """Of the whole grid."""
    radius_mm: float
    """Of a ball of its volume."""

    @classmethod
    def of(cls, number: int, indices: Voxels, geometry: Geometry, free: Mask) -> Self:
        """One lesion of several.

        Args:
            number: of the lesion.
            indices: number of the lesion in each voxel, (K, J, I).
            geometry: its grid.
            free: where any lesion may lie; none takes what was drawn as another.
        """
        spacing = geometry.spacing_mm[::-1]
        whole = indices == number
        tight = marked_box(whole)
        if tight is None:
            raise ValueError(f"indices must hold lesion {number}")
        voxels = int(np.count_nonzero(whole[tight]))
        box = _widened(tight, padding(spacing, reach_mm(voxels, spacing)), indices.shape)
        mask = whole[box]
        return cls(
            number=number,
            box=box,
            mask=mask,
            free=free[box] & ((indices[box] == 0) | mask),
            distance=signed_distance(mask, spacing),
            geometry=geometry,
            radius_mm=_radius_mm(voxels, spacing),
        )

    def redrawn(self, plan: ContourPlan) -> tuple[Mask, Field]:
        """The lesion as planned, or by as much less as it needs to stay plausible.

        Returns: the lesion, and how deep each voxel lies in it, negative inside; in its box.
        """
        level, most, least = self._level(plan), plan.amount, LEAST_DICE
        if plan.kind is ContourKind.DEFORMED:
            most, least = reach_mm(int(np.count_nonzero(self.mask)), self._spacing), plan.amount
        amount = self._largest(level, most, least)
        mask = self._largest_piece(level(amount))
        while not self._is_plausible(mask, LEAST_DICE) and amount > 0:
            # What was cut off in going to pieces was too much.
            amount = amount / 2 if amount > most / 2**HALVINGS else 0.0
            mask = self._largest_piece(level(amount))
        return mask, level(amount)

    def _level(self, plan: ContourPlan) -> Callable[[float], Field]:
        """Below 0 inside the new surface, by how far the surface moves, mm."""
        from scipy.ndimage import shift

        if plan.kind is ContourKind.GROWN:
            return lambda mm: self.distance - mm
        if plan.kind is ContourKind.SHRUNK:
            return lambda mm: self.distance + mm
        if plan.kind is ContourKind.SHIFTED:
            along = self.geometry.direction.T @ np.array(plan.direction_lps)
            voxels = along[::-1] / self._spacing
            return lambda mm: shift(self.distance, mm * voxels, order=1, mode="nearest")
        rng = np.random.default_rng(plan.seed)
        knot = max(LEAST_KNOT_MM, KNOT_SHARE * self.radius_mm)
        noise = smooth_noise(rng, self.mask.shape, self._spacing, knot)
        return lambda mm: self.distance - mm * noise

    def _largest(self, level: Callable[[float], Field], most: float, least: float) -> float:
        """The largest amount up to `most` that leaves the lesion plausible."""
        if self._is_plausible((level(most) < 0) & self.free, least):
            return most
        low, high = 0.0, most
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if self._is_plausible((level(middle) < 0) & self.free, least):
                low = middle
            else:
                high = middle
        return low

    def _largest_piece(self, level: Field) -> Mask:
        """What lies inside the new surface, but for pieces that came off; all if nothing moved."""
        from scipy import ndimage

        mask = (level < 0) & self.free
        numbered, count = ndimage.label(mask, structure=TOUCHING)
        if count < 2:
            return mask
        return np.asarray(numbered == 1 + np.bincount(numbered[mask])[1:].argmax())

    def _is_plausible(self, mask: Mask, least: float) -> bool:
        """Whether it is still the lesion: no speck, and not too unlike what was drawn."""
        drawn, now = int(np.count_nonzero(self.mask)), int(np.count_nonzero(mask))
        if now < min(drawn, SMALLEST_LESION_VOXELS):
            return False
        return bool(2 * np.count_nonzero(mask & self.mask) >= least * (drawn + now))

    @property
    def _spacing(self) -> Sequence[float]:
        """Along k, j, i."""
        return self.geometry.spacing_mm[::-1]


def _radius_mm(voxels: int, spacing: Sequence[float]) -> float:
    """Radius of a ball of the same volume."""
    return float((3 * voxels * np.prod(spacing) / (4 * np.pi)) ** (1 / 3))


def _widened(box: Box, pads: Sequence[int], shape: Sequence[int]) -> Box:
    """A box with a margin, inside the grid."""
    k, j, i = (
        slice(max(0, side.start - pad), min(size, side.stop + pad))
        for side, pad, size in zip(box, pads, shape, strict=True)
    )
    return k, j, i
