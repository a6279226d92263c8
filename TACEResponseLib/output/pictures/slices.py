"""Which axial slices a picture shows, and the window of the patient that it shows them in."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import SaliencyMap
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import to_lps_axes, voxels_to_lps_axes
from TACEResponseLib.imaging.volume import Mask, Voxels
from TACEResponseLib.patient.case import Case

# Enough of the neighborhood to recognize the place, even round a small lesion.
SMALLEST_FIELD_OF_VIEW_MM = 160.0
MARGIN_MM = 40.0
# Panels are wider than tall, as a patient is.
WIDTH_TO_HEIGHT = 1.45
# Abdominal soft-tissue window for CT; MR has no fixed scale.
LIVER_WINDOW_HU = (-60.0, 180.0)

LARGEST = 1
"""`Lesion.index` of the largest lesion."""
Origin = Literal["scored", "interpolated", "not scored"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShownSlice:
    """One axial slice as a radiologist sees it: anterior up, the patient's right on the left."""

    image: NDArray[np.float64]
    """(rows, columns), 0..1 within the display window."""
    lesions: Voxels
    """`Lesion.index` of each pixel."""
    saliency: NDArray[np.float64] | None
    """(rows, columns), 0..1 on the scale of the model's maps where one is known."""
    pixel_mm: tuple[float, float]
    """Height and width of a pixel."""
    index: int
    z_mm: float
    """Superior position, LPS = RAS in z."""
    origin: Origin


def shown_slices(
    case: Case, sequence: ImageSequence, saliency: SaliencyMap | None, count: int = 3
) -> tuple[ShownSlice, ...]:
    """The most salient axial slices of one image, superior first.

    Without a map, or where fewer slices have one, those with the most of the scored lesion.
    """
    volume = to_lps_axes(case.images[sequence])
    lesions = voxels_to_lps_axes(_labels(case, sequence), case.images[sequence].geometry)
    heat = to_lps_axes(saliency.volume).voxels if saliency else None
    scale = saliency.shown if saliency else 1.0
    chosen = _most_salient(lesions == LARGEST, heat, count) or [volume.geometry.size_ijk[2] // 2]
    rows, columns = field_of_view(np.asarray(lesions[chosen] > 0), volume.geometry)
    low, high = _display_window(volume.voxels, sequence)
    return tuple(
        ShownSlice(
            image=np.clip((volume.voxels[k, rows, columns] - low) / (high - low), 0.0, 1.0),
            lesions=lesions[k, rows, columns],
            saliency=None if heat is None else scale * heat[k, rows, columns].astype(float),
            pixel_mm=(volume.geometry.spacing_mm[1], volume.geometry.spacing_mm[0]),
            index=k,
            z_mm=float(volume.geometry.to_lps((0, 0, k))[2]),
            origin=_origin(k, saliency),
        )
        for k in chosen
    )


def _labels(case: Case, sequence: ImageSequence) -> Voxels:
    """`Lesion.index` of each voxel, all 0 without an ROI."""
    if sequence in case.lesion_labels:
        return case.lesion_labels[sequence]
    return np.zeros(case.images[sequence].geometry.shape_kji, dtype=np.uint16)


def _most_salient(mask: Voxels, heat: Voxels | None, count: int) -> list[int]:
    """Indices of the slices to show, from superior to inferior."""
    area = mask.sum(axis=(1, 2)).astype(float)
    rank = area / max(area.max(), 1.0)
    if heat is not None:
        # Any saliency outranks the area, which only fills up.
        rank = rank * 1e-6 + heat.sum(axis=(1, 2), dtype=float)
    order = np.argsort(-rank, kind="stable")[:count]
    return sorted((int(k) for k in order if rank[k] > 0), reverse=True)


def field_of_view(lesion: NDArray[np.bool_], geometry: Geometry) -> tuple[slice, slice]:
    """Rows and columns round the lesion, the same for all slices, inside the image."""
    seen: Mask = np.asarray(lesion.any(axis=0))
    if not seen.any():
        seen = np.ones_like(seen)
    spacing_i, spacing_j, _ = geometry.spacing_mm
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    height_mm = max(SMALLEST_FIELD_OF_VIEW_MM, (np.ptp(rows) + 1) * spacing_j + 2 * MARGIN_MM)
    width_mm = (np.ptp(columns) + 1) * spacing_i + 2 * MARGIN_MM
    height_mm = max(height_mm, width_mm / WIDTH_TO_HEIGHT)
    return (
        _span(rows, height_mm / spacing_j, seen.shape[0]),
        _span(columns, WIDTH_TO_HEIGHT * height_mm / spacing_i, seen.shape[1]),
    )


def _span(indices: NDArray[np.intp], length: float, limit: int) -> slice:
    """A span of this length centered on the indices, moved inside 0..limit."""
    width = min(limit, round(length))
    start = round((indices[0] + indices[-1] + 1) / 2 - width / 2)
    start = min(max(start, 0), limit - width)
    return slice(start, start + width)


def _display_window(voxels: Voxels, sequence: ImageSequence) -> tuple[float, float]:
    """Grey levels of black and white."""
    if sequence.modality == "CT":
        return LIVER_WINDOW_HU
    low, high = np.percentile(voxels, (1, 99))
    return float(low), float(max(high, low + 1e-6))


def _origin(index: int, saliency: SaliencyMap | None) -> Origin:
    """Whether the network saw this slice."""
    if saliency is None or index not in {*saliency.scored_slices, *saliency.interpolated_slices}:
        return "not scored"
    return "scored" if index in saliency.scored_slices else "interpolated"
