import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import (
    Interpolation,
    resample,
    resample_labels,
    smoothed_for,
)
from TACEResponseLib.imaging.volume import Volume

OBLIQUE = tuple(sitk.Euler3DTransform((0, 0, 0), 0.3, -0.2, 0.5).GetMatrix())
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def grid(
    size: tuple[int, int, int],
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0),
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    direction: tuple[float, ...] = STRAIGHT,
) -> Geometry:
    return Geometry(size_ijk=size, spacing_mm=spacing, origin_lps=origin, direction_lps=direction)


@pytest.fixture(scope="module")
def noise() -> Volume:
    geometry = grid((40, 36, 30), (0.9, 0.9, 2.0), (-20.0, 5.0, 60.0), OBLIQUE)
    voxels = np.random.default_rng(1).normal(size=geometry.shape_kji).astype(np.float32)
    return Volume(voxels=voxels, geometry=geometry, source="noise.nii")


def test_the_same_grid_gives_the_image_itself(noise: Volume) -> None:
    assert resample(noise, noise.geometry) is noise


def test_a_linear_field_is_reproduced_exactly_between_the_voxels() -> None:
    source = grid((12, 12, 12), (2.0, 2.0, 2.0))
    k, j, i = np.indices(source.shape_kji)
    position = source.to_lps(np.stack([i, j, k], axis=-1))
    field = position @ (1.0, -2.0, 0.5) + 3
    target = grid((5, 4, 3), (1.3, 0.7, 1.1), (6.0, 5.0, 7.0), OBLIQUE)
    k, j, i = np.indices(target.shape_kji)
    expected = target.to_lps(np.stack([i, j, k], axis=-1)) @ (1.0, -2.0, 0.5) + 3
    resampled = resample(Volume(voxels=field, geometry=source), target).voxels
    assert resampled.dtype == np.float32
    assert resampled == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("interpolation", ["linear", "nearest", "bspline"])
def test_a_crop_of_the_source_changes_nothing(noise: Volume, interpolation: Interpolation) -> None:
    center = noise.geometry.to_lps((20, 4, 12))
    target = grid((9, 8, 7), (0.5, 0.6, 0.7), (center[0], center[1], center[2]))
    methods = {"linear": sitk.sitkLinear, "nearest": sitk.sitkNearestNeighbor}
    whole = sitk.Resample(
        noise.to_sitk(),
        target.size_ijk,
        sitk.Transform(),
        methods.get(interpolation, sitk.sitkBSpline),
        target.origin_lps,
        target.spacing_mm,
        target.direction_lps,
        0.0,
        sitk.sitkFloat32,
    )
    resampled = resample(noise, target, interpolation=interpolation).voxels
    assert resampled == pytest.approx(sitk.GetArrayFromImage(whole), abs=2e-6)


def test_voxels_outside_the_image_take_the_value_given() -> None:
    source = Volume(voxels=np.ones((4, 4, 4), np.int16), geometry=grid((4, 4, 4)))
    target = grid((6, 4, 4), origin=(-1.0, 0.0, 0.0))
    resampled = resample(source, target, outside=-1000).voxels
    assert resampled[0, 0].tolist() == [-1000, 1, 1, 1, 1, -1000]
    far = resample(source, grid((3, 3, 3), origin=(500.0, 0.0, 0.0)), outside=-1000)
    assert (far.voxels == -1000).all()


def test_what_is_known_of_the_image_travels_along(noise: Volume) -> None:
    moved = resample(noise, grid((3, 3, 3), origin=(0.0, 20.0, 80.0)))
    assert (moved.source, moved.acquisition) == (noise.source, noise.acquisition)


def test_labels_keep_their_type_and_their_volume_on_a_finer_grid() -> None:
    source = grid((10, 10, 10), (2.0, 2.0, 2.0))
    labels = np.zeros(source.shape_kji, np.uint16)
    labels[2:5, 3:7, 4:9] = 2
    labels[5:7, 3:7, 4:9] = 300
    # Twice as fine, and edges on edges.
    target = grid((20, 20, 20), (1.0, 1.0, 1.0), (-0.5, -0.5, -0.5))
    resampled = resample_labels(labels, source, target)
    assert resampled.dtype == np.uint16
    assert {v: int((resampled == v).sum()) for v in (2, 300)} == {2: 60 * 8, 300: 40 * 8}


def test_labels_resampled_in_their_box_equal_labels_resampled_whole(noise: Volume) -> None:
    labels = np.zeros(noise.geometry.shape_kji, np.uint8)
    labels[3:14, 6:18, 20:39] = np.random.default_rng(2).integers(0, 4, (11, 12, 19))
    target = grid((70, 60, 90), (0.8, 0.8, 0.8), (-40.0, -5.0, 45.0))
    # A thousandth of a voxel toward left, posterior and superior: what is nearer than that to the
    # middle between two voxels counts as a tie.
    aside = np.reshape(OBLIQUE, (3, 3)) @ (0.9e-3, 0.9e-3, 2e-3) + target.origin_lps
    whole = resample(
        Volume(voxels=labels, geometry=noise.geometry),
        grid((70, 60, 90), (0.8, 0.8, 0.8), tuple(aside.tolist())),
        interpolation="nearest",
    )
    resampled = resample_labels(labels, noise.geometry, target)
    assert resampled.any()
    assert np.array_equal(resampled, whole.voxels)


def test_labels_elsewhere_and_no_labels_give_zeros() -> None:
    labels = np.ones((3, 3, 3), np.uint8)
    far = grid((4, 4, 4), origin=(100.0, 0.0, 0.0))
    assert not resample_labels(labels, grid((3, 3, 3)), far).any()
    near = grid((4, 4, 4), origin=(1.0, 0.0, 0.0))
    assert not resample_labels(0 * labels, grid((3, 3, 3)), near).any()


def test_a_strong_reduction_of_stripes_gives_gray_not_stripes() -> None:
    stripes = np.tile(np.array([0, 1], np.float32), (64, 32))
    source, target = grid((64, 64, 1)), grid((16, 16, 1), (4.0, 4.0, 1.0), (1.0, 1.0, 0.0))
    smooth = smoothed_for(stripes, source, target)
    moved = resample(Volume(voxels=smooth[np.newaxis], geometry=source), target).voxels[0]
    assert moved[:, 2:-2] == pytest.approx(0.5, abs=0.02)


def test_the_smoothing_has_half_the_reduction_less_half_a_pixel_as_sigma() -> None:
    impulse = np.zeros((41, 41), np.float32)
    impulse[20, 20] = 1
    smooth = smoothed_for(impulse, grid((41, 41, 1)), grid((8, 8, 1), (5.0, 3.0, 1.0)))
    axis = np.arange(41) - 20.0
    deviation = [np.sqrt((smooth.sum(axis=other) * axis**2).sum()) for other in (1, 0)]
    assert deviation == pytest.approx([1.0, 2.0], rel=0.02)  # along rows 3 x, along columns 5 x


def test_a_weak_reduction_is_not_smoothed_and_a_constant_stays() -> None:
    pixels = np.random.default_rng(0).normal(size=(20, 20)).astype(np.float32)
    weak, strong = grid((14, 14, 1), (1.4, 1.4, 1.0)), grid((5, 5, 1), (4.0, 4.0, 1.0))
    assert smoothed_for(pixels, grid((20, 20, 1)), weak) is pixels
    ones = np.ones((20, 20), np.float32)
    assert smoothed_for(ones, grid((20, 20, 1)), strong) == pytest.approx(ones)


def test_labels_that_do_not_fill_their_grid_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3, 3, 3\), got \(2, 2, 2\)"):
        resample_labels(np.ones((2, 2, 2), np.uint8), grid((3, 3, 3)), grid((4, 4, 4)))
