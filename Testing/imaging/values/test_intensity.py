from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.settings import CtWindow, MrWindow, MrZScore
from TACEResponseLib.imaging.values.intensity import apply_intensity, body_mask
from TACEResponseLib.imaging.volume import Volume, Voxels


def volume(voxels: Voxels) -> Volume:
    size = (voxels.shape[2], voxels.shape[1], voxels.shape[0])
    geometry = Geometry(
        size_ijk=size,
        spacing_mm=(1.0, 1.0, 1.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    return Volume(voxels=voxels, geometry=geometry, source="mr.nii")


@pytest.fixture(scope="module")
def phantom() -> Volume:
    """A body of 400 +- 50 in air of 5 +- 2."""
    draw = np.random.default_rng(4)
    voxels = draw.normal(5, 2, (10, 30, 30))
    voxels[:, 8:22, 8:22] = draw.normal(400, 50, (10, 14, 14))
    return volume(voxels.astype(np.float32))


def test_a_ct_window_maps_its_limits_to_0_and_1_as_by_hand() -> None:
    hu = np.array([-1000, -100, 0, 100, 300, 2000], np.int16).reshape(1, 2, 3)
    scaled = apply_intensity(volume(hu), CtWindow()).voxels
    assert scaled.dtype == np.float32
    assert scaled.ravel().tolist() == [0, 0, 0.25, 0.5, 1, 1]
    assert hu[0, 0, 0] == -1000  # the image itself stays as it is


def test_a_z_score_has_mean_0_and_deviation_1_within_its_region(phantom: Volume) -> None:
    region = np.zeros(phantom.voxels.shape, bool)
    region[:, 8:22, 8:22] = True
    z = apply_intensity(phantom, MrZScore(region="liver", clip=10), region).voxels
    assert z.dtype == np.float32
    assert z[region].mean() == pytest.approx(0, abs=1e-4)
    assert z[region].std() == pytest.approx(1, abs=1e-4)


def test_a_z_score_does_not_depend_on_the_scanners_scale(phantom: Volume) -> None:
    scaled = phantom.with_voxels(7 * phantom.voxels + 30)
    settings = MrZScore()
    expected = apply_intensity(phantom, settings).voxels
    assert apply_intensity(scaled, settings).voxels == pytest.approx(expected, abs=1e-4)


def test_a_z_score_is_clipped(phantom: Volume) -> None:
    z = apply_intensity(phantom, MrZScore(clip=1.5)).voxels
    assert (z.min(), z.max()) == (-1.5, 1.5)


def test_the_body_is_found_without_the_air(phantom: Volume) -> None:
    body = np.zeros(phantom.voxels.shape, bool)
    body[:, 8:22, 8:22] = True
    assert np.array_equal(body_mask(phantom), body)


def test_the_body_of_a_real_mr_is_about_half_of_the_image(shared_data: Path) -> None:
    image = Volume.of(sitk.ReadImage(str(shared_data / "liver_ct" / "mr.nii.gz")))
    assert 0.25 < body_mask(image).mean() < 0.6


def test_a_liver_z_score_without_a_liver_is_refused(phantom: Volume) -> None:
    with pytest.raises(InputError, match=r"mr.nii: z-score within the liver needs a liver mask"):
        apply_intensity(phantom, MrZScore(region="liver"))


@pytest.mark.parametrize("marked", [0, 1], ids=["empty", "one voxel"])
def test_a_region_without_contrast_is_refused(phantom: Volume, marked: int) -> None:
    region = np.zeros(phantom.voxels.shape, bool)
    region[0, 0, :marked] = True
    with pytest.raises(InputError, match=f"must vary .*got {marked} voxels without contrast"):
        apply_intensity(phantom, MrZScore(), region)


def test_mr_between_percentiles_fills_0_to_1_in_256_grays() -> None:
    values = np.linspace(100, 1100, 1001).reshape(7, 11, 13)
    geometry = Geometry(
        size_ijk=(13, 11, 7),
        spacing_mm=(1, 1, 1),
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    image = Volume(voxels=values, geometry=geometry, source="t2.nii")
    everywhere = np.ones(values.shape, bool)
    settings = MrWindow(low_percentile=10, high_percentile=90)
    scaled = apply_intensity(image, settings, everywhere).voxels
    # The 10th and 90th percentiles are 200 and 1000.
    expected = np.rint(np.clip((values - 200) / 800, 0, 1) * 255) / 255
    assert scaled == pytest.approx(expected, abs=1 / 255 + 1e-6)
    assert np.mean(np.abs(scaled - expected) < 1e-6) > 0.99
    assert len(np.unique(scaled)) == 256
    fine = apply_intensity(image, settings.model_copy(update={"levels": None}), everywhere)
    assert fine.voxels == pytest.approx(np.clip((values - 200) / 800, 0, 1), abs=1e-6)


def test_percentiles_must_ascend_and_the_image_vary_between_them() -> None:
    with pytest.raises(ValueError, match="low_percentile must be < high_percentile"):
        MrWindow(low_percentile=60, high_percentile=40)
    geometry = Geometry(
        size_ijk=(10, 10, 10),
        spacing_mm=(1, 1, 1),
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    voxels = np.zeros((10, 10, 10))
    voxels[0, 0, 0] = 5.0
    image = Volume(voxels=voxels, geometry=geometry, source="t2.nii")
    with pytest.raises(InputError, match=r"t2.nii: must vary"):
        apply_intensity(image, MrWindow(), np.ones(voxels.shape, bool))
