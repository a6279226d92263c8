"""The same voxels have the same features: in all 48 storages, cut, padded, with one voxel more."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.evidence.radiomics.extraction import extract_features
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.settings import MrZScore
from TACEResponseLib.imaging.volume import Mask, Volume
from Testing.storages import storages

OBLIQUE = tuple(sitk.Euler3DTransform((0, 0, 0), 0.1, -0.2, 0.15).GetMatrix())
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def tumor(direction: tuple[float, ...], spacing: tuple[float, float, float]) -> tuple[Volume, Mask]:
    """An egg of textured steps of 25 HU in tissue of 50 HU, which lies on a gray level's edge."""
    geometry = Geometry(
        size_ijk=(40, 36, 20),
        spacing_mm=spacing,
        origin_lps=(-30.5, 10.5, 61.0),
        direction_lps=direction,
    )
    k, j, i = np.indices(geometry.shape_kji)
    egg = ((i - 20) / 8) ** 2 + ((j - 17) / 6) ** 2 + ((k - 9) / 4) ** 2 < 1 + 0.02 * (i - 20)
    steps = np.random.default_rng(4).integers(0, 7, geometry.shape_kji)
    hu = np.where(egg, 25 * steps, 50)
    return Volume(voxels=hu.astype(np.int16), geometry=geometry), egg


def settings_of(spacing: float | None, **changes: object) -> ExtractionSettings:
    fixed = {
        "name": "test",
        "spacing_mm": spacing,
        "image_types": ("Original", "LoG"),
        "log_sigma_mm": (2.0,),
    }
    return ExtractionSettings.model_validate(fixed | changes)


# Half-way between voxels lie the centers of 2 mm among voxels of 1 mm that begin at a half.
SCENES = {
    "own grid": (STRAIGHT, (1.0, 1.2, 3.0), settings_of(None, image_types=("Original",))),
    "oblique, resampled": (
        OBLIQUE,
        (0.9, 1.1, 3.0),
        settings_of(2.5, feature_classes=("shape", "firstorder", "glcm")),
    ),
    "half-way, resampled": (
        STRAIGHT,
        (1.0, 1.0, 3.0),
        settings_of(2.0, feature_classes=("shape", "firstorder", "glszm", "gldm")),
    ),
    "wavelets": (
        STRAIGHT,
        (1.0, 1.0, 3.0),
        settings_of(2.5, image_types=("Wavelet",), feature_classes=("ngtdm",)),
    ),
    "standardized": (
        OBLIQUE,
        (1.0, 1.0, 3.0),
        settings_of(
            2.0,
            image_types=("Original",),
            bin_width=0.1,
            intensity=MrZScore(),
            feature_classes=("firstorder", "glrlm"),
        ),
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_features_are_equal_in_all_48_storages(scene: str) -> None:
    direction, spacing, settings = SCENES[scene]
    volume, mask = tumor(direction, spacing)
    expected = extract_features(volume, mask, settings)
    for storage in storages():
        features = extract_features(storage.volume(volume), storage.voxels(mask), settings)
        assert features == pytest.approx(expected, rel=1e-6, abs=1e-8), storage


def test_a_real_tumor_has_equal_features_in_all_48_storages(shared_data: Path) -> None:
    image = sitk.ReadImage(str(shared_data / "sts" / "STS_019_CT_image.nii.gz"))
    roi = sitk.ReadImage(str(shared_data / "sts" / "STS_019_CT_mask.nii.gz"))
    whole, marked = Volume.of(image), sitk.GetArrayFromImage(roi) > 0
    box = box_round(marked, whole.geometry, 30.0)
    volume, mask = crop(whole, box), marked[box]
    settings = settings_of(4.0, image_types=("Original",))
    expected = extract_features(whole, marked, settings)
    assert len(expected) == 107
    for storage in storages():
        features = extract_features(storage.volume(volume), storage.voxels(mask), settings)
        assert features == pytest.approx(expected, rel=1e-6, abs=1e-8), storage


@pytest.mark.parametrize("start", [(0, 0, 0), (1, 2, 3), (2, 5, 4)], ids=str)
def test_cutting_and_padding_the_image_changes_no_feature(start: tuple[int, int, int]) -> None:
    settings = settings_of(2.0, log_sigma_mm=(1.0,), image_types=("Original", "LoG", "Wavelet"))
    direction, spacing, _ = SCENES["oblique, resampled"]
    volume, mask = tumor(direction, spacing)
    wide = ((20, 20), (20, 20), (20, 20))
    origin = tuple(volume.geometry.to_lps((-20, -20, -20)).tolist())
    geometry = replace(volume.geometry, size_ijk=(80, 76, 60), origin_lps=origin)
    whole = Volume(voxels=np.pad(volume.voxels, wide, mode="reflect"), geometry=geometry)
    expected = extract_features(whole, np.pad(mask, wide), settings)
    box = tuple(slice(n, n_all - n) for n, n_all in zip(start, geometry.shape_kji, strict=True))
    features = extract_features(crop(whole, box), np.pad(mask, wide)[box], settings)
    assert features == pytest.approx(expected, rel=1e-6, abs=1e-6)


def of_class(features: dict[str, float], feature_class: str) -> dict[str, float]:
    return {n: v for n, v in features.items() if f"_{feature_class}_" in n}


@pytest.mark.parametrize("image_types", [("Original",), ("LoG",)], ids=lambda types: types[0])
def test_one_dark_voxel_at_the_margin_renumbers_no_gray_level(image_types: tuple[str]) -> None:
    # Two voxels off the rest, so that it makes no pair of neighbors, and a zone of its own.
    volume, mask = tumor(STRAIGHT, (1.0, 1.0, 3.0))
    dark, more = volume.voxels.copy(), mask.copy()
    k = int(np.flatnonzero(mask.any(axis=(1, 2)))[0]) - 2
    dark[k - 1 : k + 2, 14:21, 17:24], more[k, 17, 20] = -1000, True
    volume = volume.with_voxels(dark)
    settings = settings_of(None, image_types=image_types, log_sigma_mm=(1.0,), lowest_filtered=-200)
    without = extract_features(volume, mask, settings)
    features = extract_features(volume, more, settings)
    pairs = of_class(without, "glcm")
    assert of_class(features, "glcm") == pytest.approx(pairs, rel=1e-6, abs=1e-9)
    assert any(name.endswith("JointAverage") for name in pairs)
    (prefix,) = {name.split("_")[0] for name in pairs}
    emphasis = f"{prefix}_glszm_HighGrayLevelZoneEmphasis"
    zones = without[f"{prefix}_glszm_ZonePercentage"] * mask.sum()
    expected = (without[emphasis] * zones + number_of(settings, prefix)) / (zones + 1)
    assert features[emphasis] == pytest.approx(expected, rel=1e-6)


def number_of(settings: ExtractionSettings, image_type: str) -> float:
    """Square of the lone voxel's gray level: 1 if dark; the flat dark square's LoG is near 0."""
    return 1.0 if image_type == "original" else float((-settings.lowest_filtered // 25 + 1) ** 2)


def test_what_is_darker_than_the_bound_has_one_level_however_dark() -> None:
    volume, mask = tumor(STRAIGHT, (1.0, 1.0, 3.0))
    settings = settings_of(None, image_types=("Original",))
    values = []
    for hu in (-200, -1000, -3000):
        dark = volume.voxels.copy()
        dark[9, 17, 20] = hu
        values.append(extract_features(volume.with_voxels(dark), mask, settings))
    for feature_class in ("shape", "glcm", "glrlm", "glszm", "gldm", "ngtdm"):
        first, *others = (of_class(features, feature_class) for features in values)
        assert all(first == other for other in others)
        assert first
    entropy = {f["original_firstorder_Entropy"] for f in values}
    assert len(entropy) == 1
