"""Radiomics features of one ROI, by pyradiomics with a named parameter set.

pyradiomics differs from IBSI by documented choices: bin edges are multiples of the bin width, the
resampling grid is aligned on the corner voxel, kurtosis is not reduced by 3.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.intensity import apply_intensity
from TACEResponseLib.imaging.volume import Mask, Volume
from TACEResponseLib.radiomics.settings import ExtractionSettings

if TYPE_CHECKING:
    import SimpleITK as sitk

# Cut round the ROI before anything is computed. Resampling by splines and filters look beyond
# the ROI; this is farther than any of them reaches.
CROP_MARGIN_MM = 60.0
SMALLEST_ROI_VOXELS = 8
# A whole liver of 300 x 300 x 250 mm at 1 mm has 22 million.
MOST_VOXELS = 2**25
# Pairs of levels are counted in 13 directions: 0.4 GB.
MOST_LEVELS = 2048
PLACE = "--roi"


def extract_features(
    volume: Volume,
    mask: Mask,
    settings: ExtractionSettings,
    wanted: Collection[str] | None = None,
) -> dict[str, float]:
    """Features of a mask, named as pyradiomics names them.

    Args:
        volume: CT in HU, or MR in any unit, standardized first if the parameter set says so.
        mask: (K, J, I) on the same grid.
        settings: the parameter set.
        wanted: names to compute; `None` computes every feature of the set.
    Returns: features in pyradiomics' order; its diagnostics are not features and are left out.
    Raises: InputError: the ROI is too small, or a feature has no finite value.
    """
    chosen = None if wanted is None else _by_type_and_class(wanted)
    features: dict[str, float] = {}
    if settings.intensity:
        volume = apply_intensity(volume, settings.intensity)
    with _quiet():
        extractor = _extractor(settings)
        image, label = _prepared(volume, mask, extractor)
        box = _box(label)
        for image_type, filtered, options in _filtered(image, label, settings, extractor, chosen):
            cut, marked = _cut_to_roi(filtered, label, box)
            _check_levels(cut, marked, settings)
            for feature_class in _classes(settings, image_type):
                names = [] if chosen is None else chosen.get((image_type, feature_class))
                if names is None:
                    continue
                extractor.enabledFeatures = {feature_class: names}
                found = (
                    extractor.computeShape(image, label, box)
                    if feature_class == "shape"
                    else extractor.computeFeatures(cut, marked, image_type, **options)
                )
                features |= {name: float(value) for name, value in found.items()}
    return _checked(features, wanted)


@contextmanager
def _quiet() -> Iterator[None]:
    """Pyradiomics tells every step through its own logger; errors reach us as exceptions."""
    # Imported first, because the import itself sets the level.
    from radiomics import logger

    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _extractor(settings: ExtractionSettings) -> Any:
    """Pyradiomics' extractor with our parameter set."""
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    spacing = None if settings.spacing_mm is None else [settings.spacing_mm] * 3
    return RadiomicsFeatureExtractor(
        binWidth=settings.bin_width,
        resampledPixelSpacing=spacing,
        interpolator="sitkBSpline",
        label=1,
        additionalInfo=False,
    )


def _prepared(volume: Volume, mask: Mask, extractor: Any) -> "tuple[sitk.Image, sitk.Image]":
    """Image and mask, cut round the ROI and resampled.

    Only the image is cut where it is resampled: pyradiomics lays its grid on the mask's, so that
    features don't depend on where the cut ran.
    """
    import SimpleITK as sitk
    from radiomics import imageoperations

    if not mask.any():
        raise _too_small(mask)
    _check_voxels(volume, mask, extractor.settings["resampledPixelSpacing"])
    box = box_round(mask, volume.geometry, CROP_MARGIN_MM)
    cut = crop(volume, box)
    marked = volume.with_voxels(mask)
    if extractor.settings["resampledPixelSpacing"] is None:
        marked = crop(marked, box)
    try:
        image, label = extractor.loadImage(
            cut.with_voxels(cut.voxels.astype(np.float64)).to_sitk(),
            marked.to_sitk(),
            **extractor.settings,
        )
        _, corrected = imageoperations.checkMask(image, label, **extractor.settings)
    except (ValueError, RuntimeError) as error:
        raise _too_small(mask) from error
    label = corrected if corrected is not None else label
    if int(sitk.GetArrayViewFromImage(label).sum()) < SMALLEST_ROI_VOXELS:
        raise _too_small(mask)
    return image, label


def _check_voxels(volume: Volume, mask: Mask, spacing_mm: "list[float] | None") -> None:
    """Refuse an ROI whose box has more voxels than can be computed on, before it is resampled."""
    sides = [int(np.ptp(np.flatnonzero(mask.any(axis=axes)))) + 1
             for axes in ((1, 2), (0, 2), (0, 1))]  # fmt: skip
    if spacing_mm is not None:
        pairs = zip(sides, reversed(volume.geometry.spacing_mm), strict=True)
        sides = [ceil(side * mm / spacing_mm[0]) for side, mm in pairs]
    if prod(sides) > MOST_VOXELS:
        raise InputError(PLACE, f"must lie in a box of at most {MOST_VOXELS} voxels for radiomics",
                         got=" x ".join(map(str, reversed(sides))) + (
                             f" at {spacing_mm[0]:g} mm" if spacing_mm else ""),
                         remedy="check the ROI, or set a larger spacing_mm")  # fmt: skip


def _check_levels(cut: "sitk.Image", marked: "sitk.Image", settings: ExtractionSettings) -> None:
    """Refuse so narrow bins that matrices of gray levels fill the memory."""
    import SimpleITK as sitk

    inside = sitk.GetArrayViewFromImage(cut)[sitk.GetArrayViewFromImage(marked) != 0]
    levels = float(np.ptp(inside)) / settings.bin_width if inside.size else 0.0
    if not levels <= MOST_LEVELS:
        raise InputError(f"parameter set {settings.name}",
                         f"bin_width must leave at most {MOST_LEVELS} gray levels",
                         got=f"{levels:.3g} of {settings.bin_width:g}",
                         remedy="set a larger bin_width, or check the image's unit")  # fmt: skip


def _filtered(
    image: "sitk.Image",
    label: "sitk.Image",
    settings: ExtractionSettings,
    extractor: Any,
    chosen: dict[tuple[str, str], list[str]] | None,
) -> "Iterator[tuple[str, sitk.Image, dict[str, Any]]]":
    """Each filtered image that is needed, with pyradiomics' name for it and its options."""
    from radiomics import imageoperations

    needed = None if chosen is None else {image_type for image_type, _ in chosen}
    makers = {
        "Original": imageoperations.getOriginalImage,
        "LoG": imageoperations.getLoGImage,
        "Wavelet": imageoperations.getWaveletImage,
    }
    for kind in settings.image_types:
        if needed is not None and not any(n.lower().startswith(kind.lower()) for n in needed):
            continue
        options = dict(extractor.settings)
        if kind == "LoG":
            options["sigma"] = list(settings.log_sigma_mm)
        for filtered, name, used in makers[kind](image, label, **options):
            if needed is None or name in needed:
                yield name, filtered, used


def _classes(settings: ExtractionSettings, image_type: str) -> list[str]:
    """Feature classes of one image type: shape is of the mask alone."""
    return [c for c in settings.feature_classes if c != "shape" or image_type == "original"]


def _box(label: "sitk.Image") -> Any:
    """Bounding box of the ROI as pyradiomics wants it."""
    from radiomics import imageoperations

    return imageoperations.checkMask(label, label, label=1)[0]


def _cut_to_roi(
    image: "sitk.Image", label: "sitk.Image", box: Any
) -> "tuple[sitk.Image, sitk.Image]":
    """Filtered image and mask in the ROI's bounding box, as pyradiomics computes on."""
    from radiomics import imageoperations

    cut, marked = imageoperations.cropToTumorMask(image, label, box)
    return cut, marked


def _by_type_and_class(wanted: Collection[str]) -> dict[tuple[str, str], list[str]]:
    """Feature names by image type and class."""
    chosen: dict[tuple[str, str], list[str]] = {}
    for name in wanted:
        image_type, feature_class, feature = name.rsplit("_", 2)
        chosen.setdefault((image_type, feature_class), []).append(feature)
    return chosen


def _checked(features: dict[str, float], wanted: Collection[str] | None) -> dict[str, float]:
    """Every wanted feature has a finite value."""
    missing = sorted(set(wanted or ()) - set(features))
    odd = sorted(name for name, value in features.items() if not np.isfinite(value))
    if missing or odd:
        named = ", ".join([*missing, *odd][:3])
        raise InputError(PLACE, "must be large and varied enough for radiomics",
                         got=f"no value for {named}",
                         remedy="check the ROI on the image")  # fmt: skip
    return features


def _too_small(mask: Mask) -> InputError:
    """The ROI vanishes or is a speck on the resampled grid."""
    return InputError(PLACE, f"must hold at least {SMALLEST_ROI_VOXELS} voxels in 3D for radiomics",
                      got=f"{int(mask.sum())} voxels as drawn",
                      remedy="segment the whole tumor")  # fmt: skip
