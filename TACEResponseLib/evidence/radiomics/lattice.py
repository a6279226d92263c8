"""The grid on which features are computed: the same however the image is stored, placed or cropped.

Image and ROI are turned to LPS axes first, by swapping and flipping alone. Along each of these
axes the resampled voxel centers lie at whole multiples of the spacing, counted from the voxel of
the image in which the ROI's centroid lies. So neither the corner that a file begins with, nor how
far the image reaches, nor where its header puts it in the scanner can move the grid; of an oblique
image the axes are its own.

What is invariant: all 48 orders and directions of the axes, and images that are moved and turned
as a whole, to the last bit; images cut or padded, as far as splines don't meet the end. What is
not: an ROI whose centroid comes to lie in another voxel takes the grid along, by that voxel.
Something must move it, as every resampling rests on some point: the patient frame's origin, of
which nothing of the patient depends, moved probabilities by as much as .08.

An axis that already has the spacing wanted keeps its voxels, and so does one along which the ROI
is one voxel thick, as in pyradiomics: interpolating there would only blur.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.cropping import crop
from TACEResponseLib.imaging.geometry import FloatArray, Geometry
from TACEResponseLib.imaging.orientation import to_lps_axes, voxels_to_lps_axes
from TACEResponseLib.imaging.resampling import TIE_VOXELS, resample
from TACEResponseLib.imaging.volume import Mask, Volume

# Relative; pyradiomics' own bound for spacings that are one.
SAME_SPACING = 1e-5
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class _Axis(NamedTuple):
    """Centers of the wanted voxels along one axis, mm from the middle voxel.

    They are zero + (first + n) * step.
    """

    zero: float
    step: float
    first: int
    size: int

    @property
    def start(self) -> float:
        """Place of the first center, mm from the middle voxel."""
        return self.zero + self.first * self.step

    @property
    def centers(self) -> FloatArray:
        """Places of all centers, mm from the middle voxel."""
        return np.asarray(self.zero + (self.first + np.arange(self.size)) * self.step)


def on_lattice(
    volume: Volume, mask: Mask, spacing_mm: float | None, reach_mm: float, reach_voxels: int
) -> tuple[Volume, Mask]:
    """The part of an image round the ROI that features are computed on, and the ROI there.

    Args:
        volume: any scalar image.
        mask: (K, J, I) on its grid; marks something.
        spacing_mm: isotropic; `None` keeps the image's own grid.
        reach_mm: how far beyond the ROI a filter looks.
        reach_voxels: the same in voxels, whatever their size; the farther one counts.
    Returns: float64 by cubic B-splines, and the ROI by nearest neighbor. The box ends where the
        image ends.
    Raises: ValueError: nothing is marked, or nothing that a center of the grid falls on.
    """
    volume, mask = to_lps_axes(volume), voxels_to_lps_axes(mask, volume.geometry)
    box = marked_box(mask)
    if box is None:
        raise ValueError("mask must mark at least one voxel")
    own = volume.geometry
    zeros = [-m * mm for m, mm in zip(_middle_voxel(mask), own.spacing_mm, strict=True)]
    axes = [
        _axis(
            zeros[a],
            own.spacing_mm[a],
            own.size_ijk[a],
            box[2 - a],
            spacing_mm,
            reach_mm,
            reach_voxels,
        )
        for a in range(3)
    ]
    places = [_nearest(axes[a], zeros[a], own.spacing_mm[a], own.size_ijk[a]) for a in (2, 1, 0)]
    marked = np.ascontiguousarray(mask[np.ix_(*places)])
    if not marked.any():
        raise ValueError("mask must mark a center of the grid")
    if all(axis.step == spacing for axis, spacing in zip(axes, own.spacing_mm, strict=True)):
        k, j, i = (slice(int(place[0]), int(place[-1]) + 1) for place in places)
        part: Box = (k, j, i)
        cut = crop(volume, part)
        return cut.with_voxels(cut.voxels.astype(np.float64)), marked
    # Along the axes, from the middle voxel: the patient frame can't round anything.
    along = replace(volume, geometry=_grid(zeros, own.spacing_mm, own.size_ijk))
    target = _grid([a.start for a in axes], [a.step for a in axes], [a.size for a in axes])
    sampled = resample(along, target, interpolation="bspline", is_double=True)
    return replace(sampled, geometry=_in_patient(target, along.geometry, own)), marked


def _middle_voxel(mask: Mask) -> list[int]:
    """Index (i, j, k) of the voxel in which the centroid lies; on an edge the higher one."""
    voxels = int(np.count_nonzero(mask))
    middle = []
    for others in ((0, 1), (0, 2), (1, 2)):
        counts = np.count_nonzero(mask, axis=others)
        # Whole numbers, which no order of summing rounds.
        middle.append((2 * int(counts @ np.arange(counts.size)) + voxels) // (2 * voxels))
    return middle


def _axis(
    zero: float,
    spacing: float,
    size: int,
    side: slice,
    target_spacing: float | None,
    reach_mm: float,
    reach_voxels: int,
) -> _Axis:
    """The wanted centers along one axis of the image.

    Args:
        zero: place of the image's first voxel, mm from the middle one.
        spacing: of the image.
        size: of the image.
        side: voxels of the ROI's box.
        target_spacing: spacing.
        reach_mm: beyond the ROI.
        reach_voxels: beyond the ROI.
    """
    is_kept = target_spacing is None or side.stop - side.start == 1
    if (
        target_spacing is None
        or is_kept
        or math.isclose(spacing, target_spacing, rel_tol=SAME_SPACING)
    ):
        pad = max(reach_voxels, math.ceil(reach_mm / spacing))
        first, last = max(0, side.start - pad), min(size, side.stop + pad)
        return _Axis(zero, spacing, first, last - first)
    pad = max(reach_voxels, math.ceil(reach_mm / target_spacing))
    low, high = (zero + (end - 0.5) * spacing for end in (side.start, side.stop))
    end_low, end_high = zero - 0.5 * spacing, zero + (size - 0.5) * spacing
    first = max(
        math.floor(low / target_spacing + TIE_VOXELS) - pad,
        math.ceil(end_low / target_spacing + TIE_VOXELS),
    )
    last = min(
        math.ceil(high / target_spacing - TIE_VOXELS) + pad,
        math.floor(end_high / target_spacing - TIE_VOXELS),
    )
    return _Axis(0.0, target_spacing, first, max(0, last - first + 1))


def _nearest(axis: _Axis, zero: float, spacing: float, size: int) -> NDArray[np.intp]:
    """Index of the image's voxel nearest to each center; a tie goes to the higher one."""
    index = np.floor((axis.centers - zero) / spacing + 0.5 + TIE_VOXELS).astype(np.intp)
    return np.clip(index, 0, size - 1)


def _grid(start: Sequence[float], spacing: Sequence[float], size: Sequence[int]) -> Geometry:
    """Centers along the image's own axes, mm from the middle voxel."""
    (x, y, z), (x_mm, y_mm, z_mm), (i, j, k) = start, spacing, size
    return Geometry(
        size_ijk=(i, j, k),
        spacing_mm=(x_mm, y_mm, z_mm),
        origin_lps=(x, y, z),
        direction_lps=STRAIGHT,
    )


def _in_patient(target: Geometry, along: Geometry, own: Geometry) -> Geometry:
    """Where the wanted centers, given along the image's axes, lie in the patient."""
    x, y, z = own.to_lps(along.to_index(target.origin_lps)).tolist()
    return replace(target, origin_lps=(x, y, z), direction_lps=own.direction_lps)
