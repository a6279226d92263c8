"""Lesions of an ROI: connected pieces, numbered by size and measured."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import lps_axes_geometry, voxels_to_lps_axes
from TACEResponseLib.imaging.roi.roi import Lesion, Roi
from TACEResponseLib.imaging.volume import Mask, Voxels

# A piece below either bound is a slip of the brush, not a lesion: the smallest that mRECIST
# measures is 10 mm, and the texture of a handful of voxels means nothing.
SMALLEST_LESION_MM = 3.0
SMALLEST_LESION_VOXELS = 8
# More pieces than any liver has lesions: the ROI is noise, such as a threshold's raw result.
MOST_PIECES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One connected piece, before it has its number."""

    label: int
    box: Box
    mask: Mask
    voxels: int
    area_mm2: float
    diameter_mm: float
    center_lps: tuple[float, float, float]

    @property
    def place(self) -> tuple[float, ...]:
        """Where it lies, from below, in micrometers that no way of storing changes."""
        return tuple(round(mm, 3) for mm in reversed(self.center_lps))

    @property
    def is_speck(self) -> bool:
        """Too small to be a lesion."""
        return self.voxels < SMALLEST_LESION_VOXELS or self.diameter_mm < SMALLEST_LESION_MM


def find_lesions(roi: Roi) -> tuple[tuple[Lesion, ...], Voxels]:
    """Number and measure the connected pieces of each label.

    Pieces touch by faces, edges or corners (26-neighborhood); pieces of different labels stay
    apart even where they touch.

    Args:
        roi: labels on the grid they were drawn on.
    Returns: lesions by descending largest axial area, specks last; and `Lesion.index` of each
        voxel, uint16 (K, J, I), 0 outside, on the ROI's grid.
    Raises: InputError: nothing is marked, specks alone, or more than `MOST_PIECES`.
    """
    connected = _connected(roi)
    if len(connected) > MOST_PIECES:
        raise InputError(
            roi.place,
            f"must hold at most {MOST_PIECES} separate pieces",
            got=len(connected),
            remedy="clean the segmentation",
        )
    measured = [_measured(label, box, mask, roi.geometry) for label, box, mask in connected]
    # Of twins the lower, the more anterior, the further right comes first, however they are stored.
    pieces = sorted(measured, key=lambda p: (p.is_speck, -p.area_mm2, -p.voxels, p.place))
    if not pieces or pieces[0].is_speck:
        _refuse(roi, pieces)
    indices = np.zeros(roi.labels.shape, dtype=np.uint16)
    for index, piece in enumerate(pieces, start=1):
        indices[piece.box][piece.mask] = index
    lesions = (_lesion(index, piece, roi) for index, piece in enumerate(pieces, start=1))
    return tuple(lesions), indices


def remeasured(lesions: Sequence[Lesion], redrawn: Roi) -> tuple[Lesion, ...]:
    """Lesions drawn otherwise: numbers, labels and order stay, measures are new.

    Args:
        lesions: as they were drawn.
        redrawn: has `Lesion.index` for labels.
    """
    boxes = dict(_label_boxes(redrawn.labels))
    measured = []
    for lesion in lesions:
        box = boxes[lesion.index]
        mask = redrawn.labels[box] == lesion.index
        piece = _measured(lesion.label, box, mask, redrawn.geometry)
        now = _lesion(lesion.index, piece, redrawn)
        measured.append(replace(now, is_speck=lesion.is_speck))
    return tuple(measured)


def longest_diameter(axial: NDArray[np.bool_], row_mm: float, column_mm: float) -> float:
    """Largest distance between two points of a slice's outline, mm; 0 for an empty slice.

    The outline runs half a pixel outside the outermost pixel centers along rows and columns, as
    the mesh does from which pyradiomics takes Maximum2DDiameterSlice. That also joins points
    half-way between two slices, of which each holds one; so it is up to a pixel longer.

    Args:
        axial: one slice, (J, I).
        row_mm: distance of two rows.
        column_mm: distance of two columns.
    """
    from scipy.spatial import ConvexHull, QhullError
    from scipy.spatial.distance import pdist

    if not axial.any():
        return 0.0
    along_rows = _ends(axial)
    along_columns = _ends(axial.T)[:, ::-1]
    outline = np.concatenate([along_rows, along_columns]) * (row_mm, column_mm)
    # The two farthest points are corners of the convex hull, which has few.
    with contextlib.suppress(QhullError):
        # It finds no area where one side of a pixel is a million times the other; then all count.
        outline = outline[ConvexHull(outline).vertices]
    return float(pdist(outline).max())


def _ends(axial: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(row, column) of the outer edges of the first and last marked pixel of each row."""
    rows = np.flatnonzero(axial.any(axis=1))
    first = axial[rows].argmax(axis=1) - 0.5
    last = axial.shape[1] - 0.5 - axial[rows, ::-1].argmax(axis=1)
    return np.stack([np.concatenate([rows, rows]), np.concatenate([first, last])], axis=1)


def _connected(roi: Roi) -> list[tuple[int, Box, Mask]]:
    """Label, box on the ROI's grid and mask in that box of every connected piece."""
    from scipy import ndimage

    parts = []
    touching = np.ones((3, 3, 3), dtype=bool)
    for label, outer in _label_boxes(roi.labels):
        numbered, count = ndimage.label(roi.labels[outer] == label, structure=touching)
        boxes = ndimage.find_objects(numbered, count)
        for number, inner in enumerate(boxes[: MOST_PIECES + 1], start=1):
            parts.append((label, _moved(inner, outer), numbered[inner] == number))
    return parts


def _label_boxes(labels: Voxels) -> Iterator[tuple[int, Box]]:
    """Each label in use, ascending, with its box on the ROI's grid."""
    from scipy import ndimage

    box = marked_box(labels)
    if box is None:
        return
    boxes = ndimage.find_objects(labels[box].astype(np.int32))
    for label, inner in enumerate(boxes, start=1):
        if inner:
            yield label, _moved(inner, box)


def _moved(inner: tuple[slice, ...], outer: Box) -> Box:
    """A box inside a box, on the grid of the outer one."""
    starts = map(attrgetter("start"), outer)
    k, j, i = (slice(s.start + o, s.stop + o) for s, o in zip(inner, starts, strict=True))
    return k, j, i


def _measured(label: int, box: Box, mask: Mask, geometry: Geometry) -> _Piece:
    """Area and diameter of one piece, on axial slices."""
    turned = voxels_to_lps_axes(mask, geometry)
    column_mm, row_mm, _ = lps_axes_geometry(geometry).spacing_mm
    return _Piece(
        label=label,
        box=box,
        mask=mask,
        voxels=int(mask.sum()),
        area_mm2=float(turned.sum(axis=(1, 2)).max()) * row_mm * column_mm,
        diameter_mm=max(longest_diameter(axial, row_mm, column_mm) for axial in turned),
        center_lps=_center(box, mask, geometry),
    )


def _center(box: Box, mask: Mask, geometry: Geometry) -> tuple[float, float, float]:
    """Center of mass of the voxels of a box, mm."""
    start = [axis.start for axis in box]
    center_kji = np.argwhere(mask).mean(axis=0) + start
    x, y, z = geometry.to_lps(center_kji[::-1]).tolist()
    return x, y, z


def _lesion(index: int, piece: _Piece, roi: Roi) -> Lesion:
    """The measured piece with its number and place."""
    return Lesion(
        index=index,
        label=piece.label,
        volume_ml=piece.voxels * roi.geometry.voxel_volume_mm3 / 1000,
        longest_axial_diameter_mm=piece.diameter_mm,
        largest_axial_area_mm2=piece.area_mm2,
        center_lps=piece.center_lps,
        is_speck=piece.is_speck,
    )


def _refuse(roi: Roi, pieces: list[_Piece]) -> None:
    """Say what the ROI holds instead of a lesion."""
    voxels = max((piece.voxels for piece in pieces), default=0)
    widest = max((piece.diameter_mm for piece in pieces), default=0.0)
    scattered = f" in the largest of {len(pieces)} pieces" if len(pieces) > 1 else ""
    raise InputError(
        roi.place,
        f"must hold a lesion of at least {SMALLEST_LESION_VOXELS} voxels and "
        f"{SMALLEST_LESION_MM:g} mm",
        got=f"{voxels} voxel{'' if voxels == 1 else 's'}, "
        f"{past(widest, SMALLEST_LESION_MM, '.1f')} mm{scattered}",
        remedy="segment the tumor, or choose what marks it",
    )
