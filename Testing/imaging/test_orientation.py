import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.orientation import (
    to_lps_axes,
    voxels_from_lps_axes,
    voxels_to_lps_axes,
)
from TACEResponseLib.imaging.volume import Volume

CODES = ["LPS", "RAS", "RAI", "PSL", "SAR", "AIL", "IPR", "LIP"]


def image(code: str, tilt_rad: float) -> sitk.Image:
    """Numbered voxels in an orientation, turned a little about every axis."""
    numbered = sitk.GetImageFromArray(np.arange(60, dtype=np.int16).reshape(5, 4, 3))
    numbered.SetSpacing((0.7, 0.8, 3.0))
    numbered.SetOrigin((-12.0, 8.0, 100.0))
    turned = sitk.DICOMOrient(numbered, code)
    tilt = np.array(sitk.Euler3DTransform((0, 0, 0), tilt_rad, -tilt_rad, tilt_rad / 2).GetMatrix())
    direction = tilt.reshape(3, 3) @ np.array(turned.GetDirection()).reshape(3, 3)
    turned.SetDirection(direction.ravel().tolist())
    return turned


@pytest.mark.parametrize("tilt_rad", [0.0, 0.35], ids=["straight", "oblique"])
@pytest.mark.parametrize("code", CODES)
def test_voxels_and_grid_equal_simpleitks_dicomorient(code: str, tilt_rad: float) -> None:
    source = image(code, tilt_rad)
    expected = Volume.of(sitk.DICOMOrient(source, "LPS"))
    turned = to_lps_axes(Volume.of(source))
    assert np.array_equal(turned.voxels, expected.voxels)
    assert turned.geometry.same_grid(expected.geometry)
    assert turned.geometry.origin_lps == pytest.approx(expected.geometry.origin_lps)


@pytest.mark.parametrize("code", CODES)
def test_the_way_back_is_exact_and_copies_nothing(code: str) -> None:
    volume = Volume.of(image(code, 0.2))
    turned = voxels_to_lps_axes(volume.voxels, volume.geometry)
    back = voxels_from_lps_axes(turned, volume.geometry)
    assert np.array_equal(back, volume.voxels)
    assert np.shares_memory(back, volume.voxels)


def test_each_voxel_keeps_its_place_in_the_patient() -> None:
    volume = Volume.of(image("SAR", 0.3))
    turned = to_lps_axes(volume)
    value = int(volume.voxels[2, 1, 0])
    k, j, i = np.argwhere(turned.voxels == value)[0]
    assert turned.geometry.to_lps((i, j, k)) == pytest.approx(volume.geometry.to_lps((0, 1, 2)))


def test_no_image_axis_is_used_twice_whatever_the_rotation() -> None:
    draw = np.random.default_rng(5)
    for _ in range(200):
        source = image("LPS", 0.0)
        angles = draw.uniform(-np.pi, np.pi, 3)
        source.SetDirection(sitk.Euler3DTransform((0, 0, 0), *angles).GetMatrix())
        turned = to_lps_axes(Volume.of(source))
        assert sorted(turned.voxels.ravel()) == list(range(60))
        assert np.trace(turned.geometry.direction) > 1


def test_a_mask_that_is_not_three_dimensional_is_refused() -> None:
    geometry = Volume.of(image("LPS", 0.0)).geometry
    with pytest.raises(ValueError, match="axes don't match"):
        voxels_to_lps_axes(np.zeros((4, 3)), geometry)
