"""The regular grid of a series' slices, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past, past_any
from TACEResponseLib.imaging.files.dicom_series.values import element_numbers, whole_number
from TACEResponseLib.imaging.files.headers.files import shown_name
from TACEResponseLib.imaging.files.headers.header import (
    LARGEST_SHIFT_MM,
    LARGEST_SPACING_MM,
    MOST_BYTES,
    MOST_VOXELS,
    affine_of,
    largest_shift_mm,
)
from TACEResponseLib.imaging.geometry import FloatArray, Geometry

LARGEST_SIDE = 8192
# Directions of slices that are told apart; more are no better a refusal.
MOST_KINDS = 8
# Directions are given to a few digits.
LARGEST_ERROR = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Where one slice lies, by its own header."""

    position: FloatArray
    """First pixel's center, LPS, mm."""
    row: FloatArray
    """Direction in which the columns follow each other."""
    column: FloatArray
    """Direction in which the rows follow each other."""
    spacing: tuple[float, float]
    """Distance of two rows, of two columns, mm."""
    size: tuple[int, int]
    """Rows, columns."""

    @property
    def affine(self) -> FloatArray:
        """(4, 4): column, row, 0, 1 to LPS."""
        steps = np.stack(
            [self.row * self.spacing[1], self.column * self.spacing[0], np.zeros(3)], axis=1
        )
        return affine_of(steps, self.position)


def plane_of(slice_: Any, where: str) -> Plane:
    """Place and size of one slice.

    Raises: InputError: an element that is absent, no number or absurd.
    """
    rows, columns = (whole_number(slice_, name, where) for name in ("Rows", "Columns"))
    if not 2 <= min(rows, columns) <= max(rows, columns) <= LARGEST_SIDE:
        raise InputError(
            where,
            f"slices must have 2 to {LARGEST_SIDE} rows and columns",
            got=f"{rows} x {columns}",
            remedy="export the series again",
        )
    orientation = np.array(element_numbers(slice_, "ImageOrientationPatient", 6, where))
    row, column = orientation[:3], orientation[3:]
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if max(abs(n - 1) for n in lengths) > LARGEST_ERROR or abs(row @ column) > LARGEST_ERROR:
        raise InputError(
            where,
            "ImageOrientationPatient must be two directions at right angles",
            got=" ".join(f"{v:g}" for v in orientation),
            remedy="export the series again",
        )
    spacing = element_numbers(slice_, "PixelSpacing", 2, where)
    if not 0 < min(spacing) <= max(spacing) <= LARGEST_SPACING_MM:
        raise InputError(
            where,
            f"PixelSpacing must be > 0 and <= {LARGEST_SPACING_MM:g} mm",
            got=past_any(spacing, (0, LARGEST_SPACING_MM), ".6g"),
            remedy="export the series again",
        )
    return Plane(
        position=np.array(element_numbers(slice_, "ImagePositionPatient", 3, where)),
        row=row,
        column=column,
        spacing=(spacing[0], spacing[1]),
        size=(rows, columns),
    )


def places_along(slices: Sequence[Any], planes: Sequence[Plane], where: str) -> FloatArray:
    """Where each slice lies along the common normal, mm.

    Raises: InputError: slices that are not parallel; names those of the rarer directions.
    """
    kinds: list[list[int]] = []
    for n, plane in enumerate(planes):
        same = [kind for kind in kinds if _parallel(plane, planes[kind[0]])]
        if same:
            same[0].append(n)
        elif len(kinds) < MOST_KINDS:
            kinds.append([n])
    if len(kinds) > 1:
        odd = [n for kind in sorted(kinds, key=len)[:-1] for n in kind]
        raise InputError(
            where,
            "slices must be parallel",
            got=f"{len(kinds)} orientations",
            names=[shown_name(slices[n].path) for n in odd],
            remedy="lay the files of one orientation in a folder of their own",
        )
    normal = np.cross(planes[0].row, planes[0].column)
    normal /= np.linalg.norm(normal)
    return np.array([float(p.position @ normal) for p in planes])


def _parallel(one: Plane, other: Plane) -> bool:
    """Whether rows and columns of both run alike."""
    return np.allclose([one.row, one.column], [other.row, other.column], atol=LARGEST_ERROR)


def grid_of(planes: Sequence[Plane], where: str) -> tuple[Geometry, FloatArray]:
    """The grid on which ordered slices lie, and its affine by their positions.

    Raises: InputError: too large; tilted; any slice farther than `LARGEST_SHIFT_MM` from the
        grid, by its own header.
    """
    first, last = planes[0], planes[-1]
    normal = np.cross(first.row, first.column)
    normal /= np.linalg.norm(normal)
    step = (last.position - first.position) / (len(planes) - 1)
    geometry = _geometry(first, normal, step, len(planes), where)
    worst = max(_shift(plane, k, geometry) for k, plane in enumerate(planes))
    if worst > LARGEST_SHIFT_MM:
        cosine = float(step @ normal) / float(np.linalg.norm(step))
        angle = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        tilt = f" (a gantry tilted by {angle:.1f} degrees)" if angle > 0.01 else ""
        raise InputError(
            where,
            "slices must be stacked at right angles, each within "
            f"{LARGEST_SHIFT_MM:g} mm of a regular grid",
            got=f"{past(worst, LARGEST_SHIFT_MM, '.2g')} mm{tilt}",
            remedy="correct the tilt or resample, for instance in 3D Slicer",
        )
    steps = np.stack([first.row * first.spacing[1], first.column * first.spacing[0], step], axis=1)
    return geometry, affine_of(steps, first.position)


def _geometry(
    first: Plane, normal: FloatArray, step: FloatArray, count: int, where: str
) -> Geometry:
    """The regular grid that begins at the first slice."""
    rows, columns = first.size
    distance = float(np.linalg.norm(step))
    if rows * columns * count > min(MOST_VOXELS, MOST_BYTES // 4):
        raise InputError(
            where,
            f"must hold at most {MOST_VOXELS:,} voxels",
            got=f"{columns} x {rows} x {count}",
            remedy="crop it to the liver",
        )
    if not distance <= LARGEST_SPACING_MM:
        raise InputError(
            where,
            f"slices must be at most {LARGEST_SPACING_MM:g} mm apart",
            got=f"{past(distance, LARGEST_SPACING_MM, '.4g')} mm",
            remedy="give the whole series",
        )
    x, y, z = first.position.tolist()
    return Geometry(
        size_ijk=(columns, rows, count),
        spacing_mm=(first.spacing[1], first.spacing[0], distance),
        origin_lps=(x, y, z),
        direction_lps=tuple(np.stack([first.row, first.column, normal], axis=1).ravel().tolist()),
    )


def _shift(plane: Plane, k: int, geometry: Geometry) -> float:
    """How far a slice's corners lie from where the grid has them."""
    regular = affine_of(geometry.affine_lps[:3, :3], geometry.to_lps((0, 0, k)))
    return largest_shift_mm(plane.affine, regular, (plane.size[1], plane.size[0], 1))
