"""Shape of the union of all lesions, on the grid on which it was drawn.

No voxel of an image is read, so phase and intensities don't matter. A cohort table may hold the
same numbers under pyradiomics' names, computed without resampling.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.clinical.settings import Measure
from TACEResponseLib.evidence.radiomics.extraction import extract_features
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume

MM3_PER_ML = 1000.0
VOXEL_VOLUME = "original_shape_VoxelVolume"
# Features of pyradiomics that are taken as they are.
SHAPE_FEATURES: Mapping[Measure, str] = {
    "longest_axial_diameter_mm": "original_shape_Maximum2DDiameterSlice",
    "longest_diameter_mm": "original_shape_Maximum3DDiameter",
    "sphericity": "original_shape_Sphericity",
    "surface_to_volume_per_mm": "original_shape_SurfaceVolumeRatio",
    "elongation": "original_shape_Elongation",
    "flatness": "original_shape_Flatness",
}
SHAPE = ExtractionSettings(name="shape-as-drawn", spacing_mm=None, feature_classes=("shape",))


def measure_roi(roi: Roi, names: Sequence[Measure]) -> dict[str, float]:
    """Measure the union of everything that an ROI marks.

    Args:
        roi: labels on the grid they were drawn on.
        names: which measures; `log_volume_ml` is log10 of milliliters, voxels counted;
            `n_lesions` counts connected pieces that are no specks; the others are pyradiomics'
            shape features without resampling.
    Raises: InputError: nothing is marked, or too little for its shape.
    """
    shapes = [SHAPE_FEATURES[name] for name in names if name in SHAPE_FEATURES]
    features: dict[str, float] = {}
    if "log_volume_ml" in names:
        features[VOXEL_VOLUME] = _volume_mm3(roi)
    if "n_lesions" in names:
        features["n_lesions"] = sum(not lesion.is_speck for lesion in find_lesions(roi)[0])
    if shapes:
        features |= _shape_features(roi, shapes)
    measures = measures_of_features(features, names)
    if measures is None:
        raise ValueError(f"measures must be known, got {names}")
    return measures


def measures_of_features(
    features: Mapping[str, float], names: Sequence[Measure]
) -> dict[str, float] | None:
    """Measures from pyradiomics' shape features, mm and mm3; `None` if one lacks."""
    measures: dict[str, float] = {}
    for name in names:
        if name == "log_volume_ml":
            volume = features.get(VOXEL_VOLUME, 0.0)
            value = math.log10(volume / MM3_PER_ML) if volume > 0 else None
        else:
            value = features.get(SHAPE_FEATURES.get(name, name))
        if value is None:
            return None
        measures[name] = float(value)
    return measures


def _volume_mm3(roi: Roi) -> float:
    """Marked voxels times their volume."""
    marked = int(roi.mask.sum())
    if not marked:
        raise InputError(
            roi.place, "must mark the tumor", got="an empty mask", remedy="segment the whole tumor"
        )
    return marked * math.prod(roi.geometry.spacing_mm)


def _shape_features(roi: Roi, names: Collection[str]) -> dict[str, float]:
    """Pyradiomics' shape features; they are of the mask alone, so the image may be anything."""
    blank = Volume(
        voxels=np.zeros(roi.labels.shape, dtype=np.int16),
        geometry=roi.geometry,
        source=roi.source,
    )
    return extract_features(blank, roi.mask, SHAPE, names)
