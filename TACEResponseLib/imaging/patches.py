"""Axial patches of a lesion or of whole slices: which slices, which box, which pixels.

Everything here works on an image brought to LPS axes. A patch is a grid of its own in patient
space, so that maps of it find their way back by resampling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample, smoothed_for
from TACEResponseLib.imaging.settings import PatchSettings
from TACEResponseLib.imaging.volume import Mask, Volume

Patches = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Edges of a rectangle in continuous pixel coordinates; pixel n spans n - .5 to n + .5."""

    top: float
    bottom: float
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchPlan:
    """One patch to cut."""

    slice_index: int
    """Along the superior axis of the image on LPS axes."""
    geometry: Geometry
    """Of the patch, (columns, rows, 1)."""


def plan_patches(
    mask: Mask | None, geometry: Geometry, settings: PatchSettings
) -> tuple[PatchPlan, ...]:
    """Choose slices and boxes of one lesion, or of a whole image.

    Args:
        mask: the lesion (K, J, I) on LPS axes, not empty; `None` where `settings` need none.
        geometry: its grid.
        settings: named choices.
    Returns: plans by ascending slice.
    Raises: ValueError: the mask is empty, or absent where it is needed.
    """
    if settings.needs_roi and mask is None:
        raise ValueError(f"patches of shape {settings.shape} need a mask")
    if mask is not None and settings.needs_roi and not mask.any():
        raise ValueError("mask must not be empty")
    return tuple(
        PatchPlan(
            slice_index=k,
            geometry=_patch_geometry(None if mask is None else mask[k], k, geometry, settings),
        )
        for k in chosen_slices(mask, geometry, settings)
    )


def chosen_slices(mask: Mask | None, geometry: Geometry, settings: PatchSettings) -> list[int]:
    """The slice with the largest area (the middle one of several) and its neighbors, or a run.

    A run is every slice, or one in so many: of the image with whole slices, else of the lesion.
    """
    if mask is None or not settings.needs_roi:
        return _run(np.arange(geometry.size_ijk[2]), settings)
    area = mask.sum(axis=(1, 2))
    if settings.slices in ("all", "every_n"):
        return _run(np.flatnonzero(area), settings)
    largest = np.flatnonzero(area == area.max())
    center = int(largest[(largest.size - 1) // 2])
    if settings.slices == "largest":
        return [center]
    step = max(1, round(settings.neighbor_offset_mm / geometry.spacing_mm[2]))
    candidates = (center - step, center, center + step)
    return [k for k in candidates if 0 <= k < area.size and area[k] > 0]


def _run(slices: NDArray[np.int64], settings: PatchSettings) -> list[int]:
    """Every slice, or one in `every_n`, counted from the middle one."""
    if settings.slices == "all":
        return slices.tolist()
    middle = (slices.size - 1) // 2
    return slices[middle % settings.every_n :: settings.every_n].tolist()


def _patch_geometry(
    axial: NDArray[np.bool_] | None, k: int, geometry: Geometry, settings: PatchSettings
) -> Geometry:
    """The patch's own grid: its pixels tile the box from edge to edge."""
    box = _box(axial, geometry, settings)
    spacing_i, spacing_j, spacing_k = geometry.spacing_mm
    columns, rows = settings.columns_px, settings.size_px
    pixel_i = settings.fixed_spacing_mm or (box.right - box.left) * spacing_i / columns
    pixel_j = settings.fixed_spacing_mm or (box.bottom - box.top) * spacing_j / rows
    center = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2, k])
    half = np.array(
        [(columns - 1) / 2 * (pixel_i / spacing_i), (rows - 1) / 2 * (pixel_j / spacing_j), 0.0]
    )
    x, y, z = geometry.to_lps(center - half)
    return Geometry(
        size_ijk=(columns, rows, 1),
        spacing_mm=(pixel_i, pixel_j, spacing_k),
        origin_lps=(float(x), float(y), float(z)),
        direction_lps=geometry.direction_lps,
    )


def _box(axial: NDArray[np.bool_] | None, geometry: Geometry, settings: PatchSettings) -> Box:
    """What a patch covers of its slice."""
    if axial is None or settings.shape == "whole_slice":
        columns, rows, _ = geometry.size_ijk
        return Box(top=-0.5, bottom=rows - 0.5, left=-0.5, right=columns - 0.5)
    if settings.shape == "inscribed_box":
        return inscribed_box(axial)
    return widened(tight_box(axial), settings.margin_fraction)


def tight_box(axial: NDArray[np.bool_]) -> Box:
    """The smallest rectangle that holds the ROI."""
    rows, columns = np.flatnonzero(axial.any(axis=1)), np.flatnonzero(axial.any(axis=0))
    return Box(
        top=rows[0] - 0.5, bottom=rows[-1] + 0.5, left=columns[0] - 0.5, right=columns[-1] + 0.5
    )


def widened(box: Box, fraction: float) -> Box:
    """The box with a margin on each side, as a share of that side."""
    down, across = (box.bottom - box.top) * fraction, (box.right - box.left) * fraction
    return Box(
        top=box.top - down,
        bottom=box.bottom + down,
        left=box.left - across,
        right=box.right + across,
    )


def inscribed_box(axial: NDArray[np.bool_]) -> Box:
    """The largest rectangle of pixels wholly inside the ROI; the first of equals.

    Row by row, the ROI's run of pixels above each column is a histogram whose largest rectangle
    is sought.
    """
    within = tight_box(axial)
    top, left = int(within.top + 0.5), int(within.left + 0.5)
    heights = np.zeros(axial.shape[1] - left, dtype=np.int64)
    best = (0, 0, 0, 0, 0)
    for row in range(top, int(within.bottom + 0.5)):
        heights = np.where(axial[row, left:], heights + 1, 0)
        area, tall, start, stop = largest_in_histogram(heights.tolist())
        if area > best[0]:
            best = (area, row - tall + 1, row, left + start, left + stop - 1)
    _, first, last, west, east = best
    return Box(top=first - 0.5, bottom=last + 0.5, left=west - 0.5, right=east + 0.5)


def largest_in_histogram(heights: Sequence[int]) -> tuple[int, int, int, int]:
    """Area, height, start and stop of the largest rectangle under a histogram; the first of equals.

    A stack holds the columns whose rectangles are still open, their heights ascending.
    """
    best = (0, 0, 0, 0)
    rising: list[int] = []
    for column, height in enumerate([*heights, 0]):
        while rising and heights[rising[-1]] >= height:
            tall = heights[rising.pop()]
            start = rising[-1] + 1 if rising else 0
            if tall * (column - start) > best[0]:
                best = (tall * (column - start), tall, start, column)
        rising.append(column)
    return best


def cut_patches(
    volume: Volume, mask: Mask | None, plans: Sequence[PatchPlan], settings: PatchSettings
) -> Patches:
    """Cut the planned patches of one sequence.

    Args:
        volume: on LPS axes, intensities already scaled.
        mask: the lesion on the same grid; the background of a masked box is set to 0, and no
            other shape reads it.
        plans: from `plan_patches`.
        settings: the same that planned them.
    Returns: float32 (n, channels, rows, columns), one channel where the channels are sequences;
        linear interpolation, 0 outside the image. Adjacent slices beyond the first or last one
        repeat it.
    """
    return np.stack([_cut(volume, mask, plan, settings) for plan in plans])


def _cut(volume: Volume, mask: Mask | None, plan: PatchPlan, settings: PatchSettings) -> Patches:
    """One patch, (channels, rows, columns)."""
    if settings.channel_content != "adjacent_slices":
        channel = _channel(volume, mask, plan.slice_index, plan, settings)
        copies = settings.channels if settings.channel_content == "repeat" else 1
        return np.repeat(channel[np.newaxis], copies, axis=0)
    first = plan.slice_index - settings.channels // 2
    last = volume.geometry.size_ijk[2] - 1
    slices = np.clip(np.arange(first, first + settings.channels), 0, last).tolist()
    return np.stack([_channel(volume, mask, k, plan, settings) for k in slices])


def _channel(
    volume: Volume, mask: Mask | None, k: int, plan: PatchPlan, settings: PatchSettings
) -> NDArray[np.float32]:
    """Slice `k` on the patch's pixels, as if it lay in the patch's plane."""
    pixels = volume.voxels[k].astype(np.float32)
    if settings.shape == "masked_box" and mask is not None:
        pixels = np.where(mask[k], pixels, np.float32(0))
    grid = slice_geometry(volume.geometry, plan.slice_index)
    smooth = smoothed_for(pixels, grid, plan.geometry)
    slab = Volume(voxels=smooth[np.newaxis], geometry=grid)
    return np.asarray(resample(slab, plan.geometry).voxels[0], dtype=np.float32)


def slice_geometry(geometry: Geometry, k: int) -> Geometry:
    """The grid of one slice, (I, J, 1)."""
    size_i, size_j, _ = geometry.size_ijk
    return geometry.cropped((0, 0, k), (size_i, size_j, 1))
