"""An image with its axes turned to LPS: i to the left, j to posterior, k to superior.

Only axes are swapped and flipped, so voxels stay as they are and the way back is exact.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume, Voxels


class _Axes(NamedTuple):
    """For each LPS axis (x, y, z): the image axis (i, j, k) closest to it, and its sign."""

    order: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]

    @property
    def transposition(self) -> tuple[int, int, int]:
        """The same order for arrays, which count axes from k to i."""
        x, y, z = self.order
        return 2 - z, 2 - y, 2 - x

    @property
    def array_flips(self) -> tuple[int, ...]:
        """Axes of the turned array to flip."""
        return tuple(2 - axis for axis in range(3) if self.flipped[axis])


def to_lps_axes(volume: Volume) -> Volume:
    """The same voxels on the axis order and signs closest to LPS; a view, nothing is copied."""
    return replace(
        volume,
        voxels=voxels_to_lps_axes(volume.voxels, volume.geometry),
        geometry=lps_axes_geometry(volume.geometry),
    )


def voxels_to_lps_axes(voxels: Voxels, geometry: Geometry) -> Voxels:
    """Voxels (K, J, I) of a grid, turned to LPS axes; a view."""
    axes = _axes(geometry)
    return np.flip(voxels.transpose(axes.transposition), axes.array_flips)


def voxels_from_lps_axes(voxels: Voxels, geometry: Geometry) -> Voxels:
    """The way back: voxels on LPS axes, turned to the axes of the original grid; a view."""
    axes = _axes(geometry)
    return np.flip(voxels, axes.array_flips).transpose(np.argsort(axes.transposition))


def lps_axes_geometry(geometry: Geometry) -> Geometry:
    """The grid whose axes point closest to left, posterior and superior."""
    axes = _axes(geometry)
    corner = [0, 0, 0]
    for target, source in enumerate(axes.order):
        if axes.flipped[target]:
            corner[source] = geometry.size_ijk[source] - 1
    signs = np.where(axes.flipped, -1.0, 1.0)
    a, b, c = axes.order
    size, spacing = geometry.size_ijk, geometry.spacing_mm
    x, y, z = geometry.to_lps(corner).tolist()
    return Geometry(
        size_ijk=(size[a], size[b], size[c]),
        spacing_mm=(spacing[a], spacing[b], spacing[c]),
        origin_lps=(x, y, z),
        direction_lps=tuple((geometry.direction[:, axes.order] * signs).ravel().tolist()),
    )


def _axes(geometry: Geometry) -> _Axes:
    """The strongest cosine of all is settled first, so that no image axis is taken twice."""
    cosine = np.abs(geometry.direction)
    order, flipped = [0, 0, 0], [False, False, False]
    for _ in range(3):
        lps, image = np.unravel_index(np.argmax(cosine), cosine.shape)
        order[lps] = int(image)
        flipped[lps] = bool(geometry.direction[lps, image] < 0)
        cosine[lps, :] = cosine[:, image] = -1.0
    return _Axes((order[0], order[1], order[2]), (flipped[0], flipped[1], flipped[2]))
