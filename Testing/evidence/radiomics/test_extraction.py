"""Features: IBSI's values, and pyradiomics by its own door on our grid and gray levels."""

import logging
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydantic import ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.radiomics.discretization import gray_levels
from TACEResponseLib.evidence.radiomics.extraction import extract_features
from TACEResponseLib.evidence.radiomics.lattice import on_lattice
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume

IDENTITY = (1, 0, 0, 0, 1, 0, 0, 0, 1)
# IBSI's digital phantom, reference manual section 5.1: four slices of 4 x 5 voxels of 2 mm.
PHANTOM = np.array(
    [
        [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [1, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 1, 1, 1], [1, 1, 9, 1, 1], [1, 1, 6, 1, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
    ]
)
OUTSIDE = [(1, 2, 0), (2, 0, 3), (2, 0, 4), (2, 2, 2), (3, 0, 3), (3, 0, 4)]
# pyradiomics divides the covariance by the 74 voxels, IBSI by one less; axes are its root.
PER_VOXEL = (73 / 74) ** 0.5
# Published value and tolerance, digital phantom, texture in 3D averaged over directions.
PUBLISHED = {
    "shape_MeshVolume": (556, 4),
    "shape_VoxelVolume": (592, 4),
    "shape_SurfaceArea": (388, 3),
    "shape_SurfaceVolumeRatio": (0.698, 0.004),
    "shape_Sphericity": (0.843, 0.005),
    "shape_Maximum3DDiameter": (13.1, 0.1),
    "shape_MajorAxisLength": (11.4 * PER_VOXEL, 0.1),
    "shape_MinorAxisLength": (9.31 * PER_VOXEL, 0.06),
    "shape_LeastAxisLength": (8.54 * PER_VOXEL, 0.05),
    "shape_Elongation": (0.816, 0.005),
    "shape_Flatness": (0.749, 0.005),
    "firstorder_Mean": (2.15, 0.005),
    "firstorder_Variance": (3.05, 0.005),
    "firstorder_Skewness": (1.08, 0.005),
    "firstorder_Median": (1, 0),
    "firstorder_90Percentile": (4, 0),
    "firstorder_InterquartileRange": (3, 0),
    "firstorder_MeanAbsoluteDeviation": (1.55, 0.005),
    "firstorder_RobustMeanAbsoluteDeviation": (1.11, 0.005),
    "firstorder_Energy": (567, 0.5),
    "firstorder_RootMeanSquared": (2.77, 0.005),
    "glcm_MaximumProbability": (0.503, 0.001),
    "glcm_JointEntropy": (2.4, 0.005),
    "glcm_JointEnergy": (0.303, 0.001),
    "glcm_Contrast": (5.32, 0.005),
    "glcm_Correlation": (0.157, 0.001),
    # These know which number a gray level has.
    "glcm_JointAverage": (2.14, 0.005),
    "glcm_SumAverage": (4.29, 0.005),
    "glcm_Autocorrelation": (5.06, 0.005),
    "glcm_Idn": (0.851, 5e-4),
    "glcm_Idmn": (0.898, 5e-4),
    "glcm_ClusterTendency": (7.07, 0.005),
    "glcm_ClusterShade": (16.6, 0.05),
    "glrlm_LowGrayLevelRunEmphasis": (0.603, 5e-4),
    "glrlm_HighGrayLevelRunEmphasis": (9.7, 0.05),
    "glrlm_ShortRunHighGrayLevelEmphasis": (8.54, 0.005),
    "glrlm_LongRunLowGrayLevelEmphasis": (2.39, 0.005),
    "glszm_LowGrayLevelZoneEmphasis": (0.253, 5e-4),
    "glszm_HighGrayLevelZoneEmphasis": (15.6, 0.05),
    "glszm_SmallAreaHighGrayLevelEmphasis": (2.76, 0.005),
    "glszm_LargeAreaHighGrayLevelEmphasis": (1490, 5),
    "glszm_GrayLevelVariance": (2.64, 0.005),
}


def phantom() -> tuple[Volume, np.ndarray]:
    geometry = Geometry(
        size_ijk=(5, 4, 4), spacing_mm=(2, 2, 2), origin_lps=(0, 0, 0), direction_lps=IDENTITY
    )
    mask = np.ones(PHANTOM.shape, dtype=bool)
    for voxel in OUTSIDE:
        mask[voxel] = False
    return Volume(voxels=PHANTOM.astype(np.int16), geometry=geometry), mask


@pytest.fixture(scope="module")
def phantom_features() -> dict[str, float]:
    settings = ExtractionSettings(name="ibsi", spacing_mm=None, bin_width=1, lowest=1)
    return extract_features(*phantom(), settings)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_feature_has_the_value_that_ibsi_published(
    name: str, phantom_features: dict[str, float]
) -> None:
    value, tolerance = PUBLISHED[name]
    assert phantom_features[f"original_{name}"] == pytest.approx(value, abs=tolerance + 1e-12)


def test_kurtosis_is_ibsi_s_plus_3(phantom_features: dict[str, float]) -> None:
    assert phantom_features["original_firstorder_Kurtosis"] == pytest.approx(3 - 0.355, abs=5e-4)


def test_an_original_image_has_107_features(phantom_features: dict[str, float]) -> None:
    assert len(phantom_features) == 107
    assert not any(name.startswith("diagnostics") for name in phantom_features)


def textured(seed: int = 0) -> tuple[Volume, np.ndarray]:
    """A wide image with a textured ball far from its corner, and one dark voxel within."""
    geometry = Geometry(
        size_ijk=(170, 150, 40),
        spacing_mm=(0.93, 0.93, 3.27),
        origin_lps=(-70.3, 12.0, 40.0),
        direction_lps=IDENTITY,
    )
    k, j, i = np.indices(geometry.shape_kji)
    noise = np.random.default_rng(seed).normal(60, 30, geometry.shape_kji)
    ball = ((i - 101) * 0.93) ** 2 + ((j - 90) * 0.93) ** 2 + ((k - 22) * 3.27) ** 2 < 12**2
    noise[22, 89:92, 100:103] = -700
    return Volume(voxels=noise.astype(np.int16), geometry=geometry), ball


def by_pyradiomics(
    image: sitk.Image, mask: sitk.Image, bin_width: float, feature_classes: Collection[str]
) -> dict[str, float]:
    """Its own extractor on an image that is prepared."""
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    extractor = RadiomicsFeatureExtractor(binWidth=bin_width, additionalInfo=False)
    extractor.disableAllFeatures()
    for feature_class in feature_classes:
        extractor.enableFeatureClassByName(feature_class)
    reference = extractor.execute(image, mask)
    return {name.removeprefix("original_"): float(value) for name, value in reference.items()}


SETTINGS = ExtractionSettings(
    name="all",
    spacing_mm=2.0,
    image_types=("Original", "LoG", "Wavelet"),
    log_sigma_mm=(3.0,),
    lowest_filtered=-10.0,
)
TEXTURE = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")


@pytest.fixture(scope="module")
def all_features() -> dict[str, float]:
    return extract_features(*textured(), SETTINGS)


def filtered(image: sitk.Image, mask: sitk.Image, image_type: str) -> sitk.Image:
    """An image of pyradiomics by its name."""
    from radiomics import imageoperations as made

    images = [
        *made.getOriginalImage(image, mask),
        *made.getLoGImage(image, mask, sigma=[3.0]),
        *made.getWaveletImage(image, mask),
    ]
    (images_of_type,) = (each for each, name, _ in images if name == image_type)
    return images_of_type


def assert_pyradiomics_agrees(
    volume: Volume, mask: np.ndarray, image_type: str, features: dict[str, float]
) -> None:
    """On our grid all but texture, and on our gray levels all texture.

    pyradiomics counts levels from the darkest voxel; a voxel of level 1 makes both one.
    """
    image, marked = on_lattice(volume, mask, 2.0, 18.0, 6)
    label = image.with_voxels(marked).to_sitk()
    values = filtered(image.to_sitk(), label, image_type)
    lowest = SETTINGS.lowest_of(image_type)
    levels = gray_levels(sitk.GetArrayFromImage(values), lowest, 25.0)
    assert levels[marked].min() == 1
    numbered = by_pyradiomics(
        image.with_voxels(levels).to_sitk(), label, 1, [*TEXTURE, "firstorder"]
    )
    expected = {k: v for k, v in numbered.items() if not k.startswith("firstorder")}
    classes = ["shape", "firstorder"] if image_type == "original" else ["firstorder"]
    expected |= by_pyradiomics(values, label, 25, classes)
    for name in ("firstorder_Entropy", "firstorder_Uniformity"):
        expected[name] = numbered[name]
    prefix = f"{image_type}_"
    ours = {n.removeprefix(prefix): v for n, v in features.items() if n.startswith(prefix)}
    assert sorted(ours) == sorted(expected)
    for name, value in expected.items():
        assert ours[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize("image_type", ["original", "log-sigma-3-0-mm-3D", "wavelet-HLL"])
def test_features_are_pyradiomics_own_on_our_grid_and_gray_levels(
    image_type: str, all_features: dict[str, float]
) -> None:
    assert_pyradiomics_agrees(*textured(), image_type, all_features)


def test_wanted_features_alone_are_computed_and_equal_to_the_last_digit(
    all_features: dict[str, float],
) -> None:
    expected = [
        "wavelet-HLH_glcm_Contrast",
        "original_shape_Sphericity",
        "original_ngtdm_Busyness",
        "log-sigma-3-0-mm-3D_firstorder_Mean",
    ]
    features = extract_features(*textured(), SETTINGS, expected)
    assert features == {name: all_features[name] for name in features}
    assert set(features) == set(expected)


def test_moving_the_patient_changes_no_feature(
    all_features: dict[str, float],
) -> None:
    volume, mask = textured()
    moved = replace(volume, geometry=replace(volume.geometry, origin_lps=(501.73, -80.3, 4.1)))
    names = [name for name in all_features if name.startswith("original")]
    features = extract_features(moved, mask, SETTINGS, names)
    assert features == {name: all_features[name] for name in names}


@pytest.mark.parametrize("voxels", [0, 1, 5])
def test_an_roi_too_small_for_texture_is_refused(voxels: int) -> None:
    volume, mask = textured()
    small = np.zeros_like(mask)
    small.reshape(-1)[np.flatnonzero(mask)[:voxels]] = True
    with pytest.raises(InputError, match=f"--roi: must .*got {voxels} voxels"):
        extract_features(volume, small, SETTINGS)


def test_the_extraction_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("radiomics").setLevel(logging.INFO)
    extract_features(*phantom(), ExtractionSettings(name="x", spacing_mm=None, bin_width=1))
    assert logging.getLogger("radiomics").level == logging.INFO
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_a_real_tumor_has_pyradiomics_own_features(shared_data: Path) -> None:
    image = sitk.ReadImage(str(shared_data / "sts" / "STS_019_CT_image.nii.gz"))
    roi = sitk.ReadImage(str(shared_data / "sts" / "STS_019_CT_mask.nii.gz"))
    volume, mask = Volume.of(image), sitk.GetArrayFromImage(roi) > 0
    original = SETTINGS.model_copy(update={"image_types": ("Original",)})
    features = extract_features(volume, mask, original)
    assert len(features) == 107
    assert_pyradiomics_agrees(volume, mask, "original", features)


def test_importing_the_branch_loads_nothing_heavy() -> None:
    code = (
        "import sys, TACEResponseLib.evidence.radiomics.branch;"
        "print([m for m in ('radiomics', 'sklearn', 'SimpleITK', 'pywt') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_roi_of_more_voxels_than_can_be_computed_on_is_refused_at_once() -> None:
    volume, mask = textured()
    wide = replace(volume, geometry=replace(volume.geometry, spacing_mm=(20.0, 20.0, 20.0)))
    settings = ExtractionSettings(name="fine", spacing_mm=0.2)
    with pytest.raises(InputError, match=r"--roi: must lie in a box of at most 33554432 voxels"):
        extract_features(wide, mask, settings)


def test_bins_that_leave_more_gray_levels_than_matrices_can_hold_are_refused() -> None:
    volume, mask = textured()
    settings = ExtractionSettings(name="fine", spacing_mm=None, bin_width=0.001)
    says = "parameter set fine: bin_width must leave at most 2048 gray levels, got .* of 0.001"
    with pytest.raises(InputError, match=says):
        extract_features(volume, mask, settings)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("spacing_mm", 0.05),
        ("spacing_mm", 1e9),
        ("bin_width", 1e-9),
        ("bin_width", 1e300),
        ("log_sigma_mm", (1e-3,)),
        ("log_sigma_mm", (1.0,) * 17),
        ("image_types", ()),
    ],
)
def test_numbers_that_would_take_for_ever_are_no_parameter_set(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        ExtractionSettings.model_validate({"name": "x", field: value})
