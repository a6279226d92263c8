"""From one grid to another in patient space."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import lps_axes_geometry
from TACEResponseLib.imaging.volume import Volume, Voxels

Interpolation = Literal["linear", "nearest", "bspline"]

# Source voxels kept round what the target needs. A cubic B-spline coefficient depends on far
# voxels by a factor of .268 a voxel; at 16 voxels that is below single precision.
_REACH_VOXELS = {"linear": 2, "nearest": 2, "bspline": 16}
# Beyond this reduction linear interpolation skips pixels, which aliases.
SMOOTH_BEYOND = 1.5
# A point this close below the middle of two voxels lies in the middle, and takes the one further
# to the left, posterior or superior: which label is nearest then depends neither on the corner
# that a file begins with, nor on an affine's last digits.
TIE_VOXELS = 1e-3


def resample(
    volume: Volume,
    geometry: Geometry,
    *,
    interpolation: Interpolation = "linear",
    outside: float = 0.0,
    is_double: bool = False,
) -> Volume:
    """The image on another grid.

    Nothing is smoothed before a reduction; see `smoothed_for`.

    Args:
        volume: any scalar image.
        geometry: the grid wanted.
        interpolation: `bspline` is cubic.
        outside: value of the voxels whose centers lie outside the image.
        is_double: whether to give double precision.
    Returns: float32 or float64, or the image's own type for `nearest`. On the same grid the image
        itself.
    """
    import SimpleITK as sitk

    if volume.geometry.same_grid(geometry):
        return volume
    methods = {
        "linear": sitk.sitkLinear,
        "nearest": sitk.sitkNearestNeighbor,
        "bspline": sitk.sitkBSpline,
    }
    precise = sitk.sitkFloat64 if is_double else sitk.sitkFloat32
    moved = sitk.Resample(
        _needed_part(volume, geometry, _REACH_VOXELS[interpolation]).to_sitk(),
        geometry.size_ijk,
        sitk.Transform(),
        methods[interpolation],
        geometry.origin_lps,
        geometry.spacing_mm,
        geometry.direction_lps,
        outside,
        sitk.sitkUnknown if interpolation == "nearest" else precise,
    )
    return Volume.of(moved, source=volume.source, acquisition=volume.acquisition)


def resample_labels(labels: Voxels, source: Geometry, target: Geometry) -> Voxels:
    """Labels (K, J, I) on another grid, nearest neighbor, 0 outside; the same type.

    Half-way between two voxels the one further to the left, posterior or superior counts, however
    the labels are stored. Only their box is resampled, so a small ROI costs little on a large grid.
    """
    if source.same_grid(target):
        return labels
    moved = np.zeros(target.shape_kji, dtype=labels.dtype)
    box = _box_on(labels, source, target)
    if box is None:
        return moved
    start, size = box
    part = resample(
        Volume(voxels=labels, geometry=source),
        _past_ties(target.cropped(start, size), source),
        interpolation="nearest",
    )
    i, j, k = start
    moved[k : k + size[2], j : j + size[1], i : i + size[0]] = part.voxels
    return moved


def smoothed_for(
    pixels: NDArray[np.float32], source: Geometry, target: Geometry
) -> NDArray[np.float32]:
    """Pixels of one slice, smoothed for a reduction of more than `SMOOTH_BEYOND`.

    Args:
        pixels: (H, W).
        source: their grid.
        target: the grid they are going to be resampled to, with parallel axes.
    Returns: Gaussian of sigma (r - 1) / 2 pixels along an axis reduced r times; edge pixels are
        repeated outward, so a constant stays constant.
    Source: the rule of thumb of scikit-image's `resize(anti_aliasing=True)`.
    """
    from scipy.ndimage import gaussian_filter

    ratio = [target.spacing_mm[axis] / source.spacing_mm[axis] for axis in (1, 0)]
    if max(ratio) <= SMOOTH_BEYOND:
        return pixels
    sigma = [max(0.0, (r - 1) / 2) for r in ratio]
    return np.asarray(gaussian_filter(pixels, sigma, mode="nearest"), dtype=np.float32)


def _needed_part(volume: Volume, target: Geometry, reach: int) -> Volume:
    """The box of the image that the target can see; saves copying a whole trunk for a tumor."""
    corners = volume.geometry.to_index(target.corners_lps())
    size = np.array(volume.geometry.size_ijk)
    start = np.clip(np.floor(corners.min(axis=0)).astype(int) - reach, 0, size - 1)
    stop = np.clip(np.ceil(corners.max(axis=0)).astype(int) + reach + 1, start + 1, size)
    (i, j, k), (i_end, j_end, k_end) = start.tolist(), stop.tolist()
    return Volume(
        voxels=volume.voxels[k:k_end, j:j_end, i:i_end],
        geometry=volume.geometry.cropped((i, j, k), (stop - start).tolist()),
        source=volume.source,
        acquisition=volume.acquisition,
    )


def _past_ties(target: Geometry, source: Geometry) -> Geometry:
    """The target a little further to the left, posterior and superior, so that no tie is left."""
    turned = lps_axes_geometry(source)
    step = turned.direction @ (TIE_VOXELS * np.array(turned.spacing_mm))
    x, y, z = (np.array(target.origin_lps) + step).tolist()
    return replace(target, origin_lps=(x, y, z))


def _box_on(
    labels: Voxels, source: Geometry, target: Geometry
) -> tuple[list[int], list[int]] | None:
    """First index and size (i, j, k) of the labels' box on another grid; `None` if outside."""
    box = marked_box(labels)
    if box is None:
        return None
    first, size = zip(*((s.start, s.stop - s.start) for s in reversed(box)), strict=True)
    corners = target.to_index(source.cropped(first, size).corners_lps())
    start = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, target.size_ijk)
    stop = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 1, 0, target.size_ijk)
    return (start.tolist(), (stop - start).tolist()) if (stop > start).all() else None
