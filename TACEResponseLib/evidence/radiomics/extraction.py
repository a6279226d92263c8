"""Radiomics features of one ROI, by pyradiomics with a named parameter set.

pyradiomics makes the filtered images, texture matrices and features. The grid (`lattice`) and the
gray levels (`discretization`) are ours, so that the same voxels have the same features however
they are stored. Features are pyradiomics' own where IBSI's differ: kurtosis is not reduced by 3.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from math import ceil, prod
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.evidence.radiomics.discretization import features_of_class
from TACEResponseLib.evidence.radiomics.lattice import on_lattice
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.orientation import to_lps_axes, voxels_to_lps_axes
from TACEResponseLib.imaging.values.intensity import apply_intensity
from TACEResponseLib.imaging.volume import Mask, Volume

if TYPE_CHECKING:
    import SimpleITK as sitk

# Where a Gaussian's second derivative has fallen below a millionth of its height.
LOG_REACH_SIGMA = 6.0
# Taps of the wavelet coif1, which pyradiomics takes.
WAVELET_REACH_VOXELS = 6
SMALLEST_ROI_VOXELS = 8
# A whole liver of 300 x 300 x 250 mm at 1 mm has 22 million.
MOST_VOXELS = 2**25
# Pairs of levels are counted in 13 directions: 0.4 GB.
MOST_LEVELS = 2048
PLACE = SubjectKind.ROI


def extract_features(
    volume: Volume,
    mask: Mask,
    settings: ExtractionSettings,
    requested: Collection[str] | None = None,
) -> dict[str, float]:
    """Features of a mask, named as pyradiomics names them.

    Args:
        volume: CT in HU, or MR in any unit, standardized first if the parameter set says so (over
            the body, so that there what the image holds beyond the ROI counts).
        mask: (K, J, I) on the same grid.
        settings: the parameter set.
        requested: names to compute; `None` computes every feature of the set.
    Returns: features in pyradiomics' order; equal for every way of storing the same voxels.
    Raises: InputError: the ROI is too small, or a feature has no finite value.
    """
    chosen = None if requested is None else _by_type_and_class(requested)
    features: dict[str, float] = {}
    image, marked = _prepared(volume, mask, settings)
    with _quiet():
        for image_type, filtered in _filtered(image, marked, settings, chosen):
            cut, label = _cut_to_roi(filtered, image, marked)
            lowest = settings.lowest_of(image_type)
            _check_levels(cut, label, lowest, settings)
            for feature_class in _classes(settings, image_type):
                names = [] if chosen is None else chosen.get((image_type, feature_class))
                if names is None:
                    continue
                values = features_of_class(
                    cut, label, feature_class, names, lowest, settings.bin_width
                )
                prefix = f"{image_type}_{feature_class}"
                features |= {f"{prefix}_{name}": value for name, value in values.items()}
    return _checked(features, requested)


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


def _prepared(volume: Volume, mask: Mask, settings: ExtractionSettings) -> tuple[Volume, Mask]:
    """Image and ROI on the grid of the features, with room for the filters round the ROI."""
    if not mask.any():
        raise _too_small(mask)
    _check_voxels(volume, mask, settings.spacing_mm)
    # Sums over the whole image come out the same to the last digit in one order of voxels alone.
    turned, marked = to_lps_axes(volume), voxels_to_lps_axes(mask, volume.geometry)
    if settings.intensity:
        turned = apply_intensity(turned, settings.intensity)
    reach_mm = LOG_REACH_SIGMA * max(settings.log_sigma_mm, default=0.0)
    reach_voxels = WAVELET_REACH_VOXELS if "Wavelet" in settings.image_types else 0
    try:
        image, inside = on_lattice(turned, marked, settings.spacing_mm, reach_mm, reach_voxels)
    except ValueError as error:
        raise _too_small(mask) from error
    sides = [int(np.count_nonzero(inside.any(axis=others))) for others in ((1, 2), (0, 2), (0, 1))]
    if inside.sum() < SMALLEST_ROI_VOXELS or sorted(sides)[1] < 2:
        raise _too_small(mask)
    return image, inside


def _check_voxels(volume: Volume, mask: Mask, spacing_mm: float | None) -> None:
    """Refuse an ROI whose box has more voxels than can be computed on, before it is resampled."""
    sides = [
        int(np.ptp(np.flatnonzero(mask.any(axis=axes)))) + 1 for axes in ((1, 2), (0, 2), (0, 1))
    ]
    if spacing_mm is not None:
        pairs = zip(sides, reversed(volume.geometry.spacing_mm), strict=True)
        sides = [ceil(side * mm / spacing_mm) for side, mm in pairs]
    if prod(sides) > MOST_VOXELS:
        raise InputError(
            PLACE,
            f"must lie in a box of at most {MOST_VOXELS} voxels for radiomics",
            got=" x ".join(map(str, reversed(sides)))
            + (f" at {spacing_mm:g} mm" if spacing_mm else ""),
            remedy="check the ROI, or set a larger spacing_mm",
        )


def _check_levels(
    cut: "sitk.Image", label: "sitk.Image", lowest: float, settings: ExtractionSettings
) -> None:
    """Refuse so narrow bins that matrices of gray levels fill the memory."""
    import SimpleITK as sitk

    inside = sitk.GetArrayViewFromImage(cut)[sitk.GetArrayViewFromImage(label) != 0]
    levels = (float(inside.max()) - lowest) / settings.bin_width if inside.size else 0.0
    if not levels <= MOST_LEVELS:
        raise InputError(
            f"parameter set {settings.name}",
            f"bin_width must leave at most {MOST_LEVELS} gray levels",
            got=f"{past(levels, MOST_LEVELS)} of {settings.bin_width:g}",
            remedy="set a larger bin_width, or check the image's unit",
        )


def _filtered(
    image: Volume,
    marked: Mask,
    settings: ExtractionSettings,
    chosen: dict[tuple[str, str], list[str]] | None,
) -> "Iterator[tuple[str, sitk.Image]]":
    """Each filtered image that is needed, with pyradiomics' name for it."""
    from radiomics import imageoperations

    needed = None if chosen is None else {image_type for image_type, _ in chosen}
    makers = {
        "Original": imageoperations.getOriginalImage,
        "LoG": imageoperations.getLoGImage,
        "Wavelet": imageoperations.getWaveletImage,
    }
    whole, label = image.to_sitk(), image.with_voxels(marked).to_sitk()
    for kind in settings.image_types:
        if needed is not None and not any(n.lower().startswith(kind.lower()) for n in needed):
            continue
        for filtered, name, _ in makers[kind](whole, label, sigma=list(settings.log_sigma_mm)):
            if needed is None or name in needed:
                yield name, filtered


def _classes(settings: ExtractionSettings, image_type: str) -> list[str]:
    """Feature classes of one image type: shape is of the mask alone."""
    return [c for c in settings.feature_classes if c != "shape" or image_type == "original"]


def _cut_to_roi(
    filtered: "sitk.Image", image: Volume, marked: Mask
) -> "tuple[sitk.Image, sitk.Image]":
    """Filtered image and ROI in the ROI's box; features look at nothing else."""
    import SimpleITK as sitk

    box = box_round(marked, image.geometry, 0.0)
    voxels = sitk.GetArrayViewFromImage(filtered)
    cut = crop(image.with_voxels(voxels), box).to_sitk()
    return cut, crop(image.with_voxels(marked), box).to_sitk()


def _by_type_and_class(names: Collection[str]) -> dict[tuple[str, str], list[str]]:
    """Feature names by image type and class."""
    chosen: dict[tuple[str, str], list[str]] = {}
    for name in names:
        image_type, feature_class, feature = name.rsplit("_", 2)
        chosen.setdefault((image_type, feature_class), []).append(feature)
    return chosen


def _checked(features: dict[str, float], requested: Collection[str] | None) -> dict[str, float]:
    """Every requested feature has a finite value."""
    missing = sorted(set(requested or ()) - set(features))
    odd = sorted(name for name, value in features.items() if not np.isfinite(value))
    if missing or odd:
        named = ", ".join([*missing, *odd][:3])
        raise InputError(
            PLACE,
            "must be large and varied enough for radiomics",
            got=f"no value for {named}",
            remedy="check the ROI on the image",
        )
    return features


def _too_small(mask: Mask) -> InputError:
    """The ROI vanishes or is a speck on the resampled grid."""
    return InputError(
        PLACE,
        f"must hold at least {SMALLEST_ROI_VOXELS} voxels in 3D for radiomics",
        got=f"{int(mask.sum())} voxels as drawn",
        remedy="segment the whole tumor",
    )
