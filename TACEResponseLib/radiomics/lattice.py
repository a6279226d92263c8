"""The grid on which features are computed: the same however the image is stored or cropped.

Image and ROI are turned to LPS axes first, by swapping and flipping alone. Along each of these
axes the resampled voxel centers lie at whole multiples of the spacing, counted from the foot of
the perpendicular from the patient frame's origin. So neither the corner that a file begins with,
nor how far the image reaches, nor which voxels are marked can move the grid; of an oblique image
the axes are its own.

What is invariant: all 48 orders and directions of the axes, images cut or padded, an ROI that
grows. What is not: a patient who lies elsewhere in the scanner by another vector than multiples of
the spacing is interpolated at other points, as every resampling must; and an image cut so closely
that interpolation or a filter meets its end.

An axis that already has the spacing wanted keeps its voxels, and so does one along which the ROI
is one voxel thick, as in pyradiomics: interpolating there would only blur.
"""

import math
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


class _Axis(NamedTuple):
    """Centers of the wanted voxels along one axis: zero + (first + n) * step, mm."""

    zero: float
    step: float
    first: int
    size: int

    @property
    def start(self) -> float:
        """Place of the first center, mm along the axis."""
        return self.zero + self.first * self.step

    @property
    def centers(self) -> FloatArray:
        """Places of all centers, mm along the axis."""
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
    zeros = np.array(own.origin_lps) @ own.direction
    axes = [
        _axis(zeros[a], own.spacing_mm[a], own.size_ijk[a], box[2 - a], spacing_mm,
              reach_mm, reach_voxels)
        for a in range(3)
    ]  # fmt: skip
    places = [_nearest(axes[a], zeros[a], own.spacing_mm[a], own.size_ijk[a]) for a in (2, 1, 0)]
    marked = np.ascontiguousarray(mask[np.ix_(*places)])
    if not marked.any():
        raise ValueError("mask must mark a center of the grid")
    if all(axis.step == spacing for axis, spacing in zip(axes, own.spacing_mm, strict=True)):
        k, j, i = (slice(int(place[0]), int(place[-1]) + 1) for place in places)
        part: Box = (k, j, i)
        cut = crop(volume, part)
        return cut.with_voxels(cut.voxels.astype(np.float64)), marked
    return resample(volume, _grid(axes, own), interpolation="bspline", is_double=True), marked


def _axis(
    zero: float,
    spacing: float,
    size: int,
    side: slice,
    wanted: float | None,
    reach_mm: float,
    reach_voxels: int,
) -> _Axis:
    """The wanted centers along one axis of the image.

    Args:
        zero: place of the image's first voxel, mm along the axis.
        spacing: of the image.
        size: of the image.
        side: voxels of the ROI's box.
        wanted: spacing.
        reach_mm: beyond the ROI.
        reach_voxels: beyond the ROI.
    """
    is_kept = wanted is None or side.stop - side.start == 1
    if wanted is None or is_kept or math.isclose(spacing, wanted, rel_tol=SAME_SPACING):
        pad = max(reach_voxels, math.ceil(reach_mm / spacing))
        first, last = max(0, side.start - pad), min(size, side.stop + pad)
        return _Axis(zero, spacing, first, last - first)
    pad = max(reach_voxels, math.ceil(reach_mm / wanted))
    low, high = (zero + (end - 0.5) * spacing for end in (side.start, side.stop))
    end_low, end_high = zero - 0.5 * spacing, zero + (size - 0.5) * spacing
    first = max(math.floor(low / wanted + TIE_VOXELS) - pad,
                math.ceil(end_low / wanted + TIE_VOXELS))  # fmt: skip
    last = min(math.ceil(high / wanted - TIE_VOXELS) + pad,
               math.floor(end_high / wanted - TIE_VOXELS))  # fmt: skip
    return _Axis(0.0, wanted, first, max(0, last - first + 1))


def _nearest(axis: _Axis, zero: float, spacing: float, size: int) -> NDArray[np.intp]:
    """Index of the image's voxel nearest to each center; a tie goes to the higher one."""
    index = np.floor((axis.centers - zero) / spacing + 0.5 + TIE_VOXELS).astype(np.intp)
    return np.clip(index, 0, size - 1)


def _grid(axes: list[_Axis], own: Geometry) -> Geometry:
    """The wanted centers as a grid with the image's axes."""
    (i, j, k), direction = axes, own.direction
    x, y, z = (direction @ np.array([i.start, j.start, k.start])).tolist()
    return Geometry(
        size_ijk=(i.size, j.size, k.size),
        spacing_mm=(i.step, j.step, k.step),
        origin_lps=(x, y, z),
        direction_lps=own.direction_lps,
    )
