from itertools import product
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patches import (
    Box,
    cut_patches,
    inscribed_box,
    largest_in_histogram,
    plan_patches,
    tight_box,
)
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.settings import PatchSettings
from TACEResponseLib.imaging.volume import Mask, Volume

OBLIQUE = tuple(sitk.Euler3DTransform((0, 0, 0), 0.2, -0.1, 0.3).GetMatrix())


def grid(**changes: Any) -> Geometry:
    values: dict[str, Any] = {
        "size_ijk": (40, 32, 12),
        "spacing_mm": (0.8, 1.0, 2.5),
        "origin_lps": (-15.0, 5.0, 90.0),
        "direction_lps": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    }
    return Geometry(**(values | changes))


def block(k: slice, j: slice, i: slice, geometry: Geometry | None = None) -> Mask:
    mask = np.zeros((geometry or grid()).shape_kji, bool)
    mask[k, j, i] = True
    return mask


def field(geometry: Geometry) -> Volume:
    """A voxel's value is 2 x - 3 y + z of its place, so that any linear sample is known."""
    k, j, i = np.indices(geometry.shape_kji)
    place = geometry.to_lps(np.stack([i, j, k], axis=-1))
    return Volume(voxels=place @ (2.0, -3.0, 1.0), geometry=geometry)


def field_on(geometry: Geometry) -> NDArray[np.float64]:
    return np.asarray(field(geometry).voxels)[0]


# Which slices


def slices(areas: list[int], **settings: Any) -> list[int]:
    mask = np.zeros((12, 32, 40), bool)
    for k, area in enumerate(areas):
        mask[k, 4, 4 : 4 + area] = True
    plans = plan_patches(mask, grid(), PatchSettings(shape="tight_box", **settings))
    return [plan.slice_index for plan in plans]


def test_the_largest_slice_and_its_neighbors_are_taken_in_order() -> None:
    assert slices([0, 2, 5, 3, 2, 0]) == [1, 2, 3]


def test_of_equal_slices_the_middle_one_is_taken() -> None:
    assert slices([1, 5, 5, 5, 5, 5, 1], slices="largest") == [3]


def test_neighbors_lie_at_the_offset_given() -> None:
    # 5 mm are 2 slices of 2.5 mm; 1 mm is less than a slice, so the next one is taken.
    assert slices([1, 2, 3, 9, 3, 2, 1], neighbor_offset_mm=5) == [1, 3, 5]
    assert slices([1, 2, 3, 9, 3, 2, 1], neighbor_offset_mm=1) == [2, 3, 4]


def test_neighbors_outside_the_lesion_or_the_image_are_left_out() -> None:
    assert slices([0, 0, 9, 3, 0]) == [2, 3]
    assert slices([9, 3, 0]) == [0, 1]


# Which box


def test_a_tight_box_with_margin_by_hand() -> None:
    mask = block(slice(3, 4), slice(10, 15), slice(20, 30))
    settings = PatchSettings(margin_fraction=0.1, size_px=16)
    (plan,) = plan_patches(mask, grid(), settings)
    # Columns 19.5 to 29.5 and 1 more on each side; rows 9.5 to 14.5 and half a row more.
    low, high = plan.geometry.corners_lps().min(axis=0), plan.geometry.corners_lps().max(axis=0)
    assert low == pytest.approx(grid().to_lps((18.5, 9.0, 2.5)))
    assert high == pytest.approx(grid().to_lps((30.5, 15.0, 3.5)))
    assert plan.geometry.size_ijk == (16, 16, 1)
    assert plan.geometry.spacing_mm == pytest.approx((12 * 0.8 / 16, 6 * 1.0 / 16, 2.5))


def test_a_fixed_spacing_keeps_the_boxs_center_and_the_scale() -> None:
    mask = block(slice(3, 4), slice(10, 15), slice(20, 30))
    settings = PatchSettings(fixed_spacing_mm=0.5, size_px=32)
    (plan,) = plan_patches(mask, grid(), settings)
    assert plan.geometry.spacing_mm == (0.5, 0.5, 2.5)
    center = plan.geometry.corners_lps().mean(axis=0)
    assert center == pytest.approx(grid().to_lps((24.5, 12.0, 3)))


def test_a_patch_of_an_oblique_grid_lies_in_its_slice() -> None:
    geometry = grid(direction_lps=OBLIQUE)
    mask = block(slice(3, 4), slice(10, 15), slice(20, 30))
    (plan,) = plan_patches(mask, geometry, PatchSettings(size_px=16))
    index = geometry.to_index(plan.geometry.to_lps([(0, 0, 0), (15, 0, 0), (0, 15, 0)]))
    assert index[:, 2] == pytest.approx(3)
    assert plan.geometry.direction_lps == geometry.direction_lps


def brute_force_area(mask: NDArray[np.bool_]) -> int:
    """Of the largest rectangle inside, by trying all of them."""
    rows, columns = mask.shape
    best = 0
    for top, left in product(range(rows), range(columns)):
        for bottom, right in product(range(top + 1, rows + 1), range(left + 1, columns + 1)):
            if mask[top:bottom, left:right].all():
                best = max(best, (bottom - top) * (right - left))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_inscribed_box_is_inside_and_the_largest_of_all(seed: int) -> None:
    draw = np.random.default_rng(seed)
    mask = draw.random((9, 11)) < (0.5 + 0.04 * seed)
    box = inscribed_box(mask)
    rows = slice(round(box.top + 0.5), round(box.bottom + 0.5))
    columns = slice(round(box.left + 0.5), round(box.right + 0.5))
    assert mask[rows, columns].all()
    assert mask[rows, columns].size == brute_force_area(mask)


def test_the_largest_rectangle_of_the_textbook_histogram() -> None:
    assert largest_in_histogram([2, 1, 5, 6, 2, 3]) == (10, 5, 2, 4)
    assert largest_in_histogram([0, 0]) == (0, 0, 0, 0)


def test_the_inscribed_box_of_a_cross_is_its_longer_arm() -> None:
    mask = np.zeros((12, 12), bool)
    mask[5:7, 1:11] = mask[2:9, 5:7] = True
    assert inscribed_box(mask) == Box(top=4.5, bottom=6.5, left=0.5, right=10.5)
    assert tight_box(mask) == Box(top=1.5, bottom=8.5, left=0.5, right=10.5)


def test_every_pixel_of_an_inscribed_patch_has_its_center_in_the_lesion() -> None:
    geometry = grid()
    j, i = np.indices((32, 40))
    mask = np.zeros(geometry.shape_kji, bool)
    mask[4] = np.hypot(i - 20, j - 16) < 9
    settings = PatchSettings(shape="inscribed_box", margin_fraction=0.5, size_px=64)
    (plan,) = plan_patches(mask, geometry, settings)
    assert resample_labels(mask.astype(np.uint8), geometry, plan.geometry).all()


# Which pixels


@pytest.mark.parametrize("fixed_spacing_mm", [None, 0.6], ids=["resized", "fixed"])
@pytest.mark.parametrize("direction", [grid().direction_lps, OBLIQUE], ids=["straight", "oblique"])
def test_a_patchs_pixels_are_the_image_at_their_place(
    direction: tuple[float, ...], fixed_spacing_mm: float | None
) -> None:
    geometry = grid(direction_lps=direction)
    mask = block(slice(3, 6), slice(10, 20), slice(14, 26))
    settings = PatchSettings(size_px=24, fixed_spacing_mm=fixed_spacing_mm)
    plans = plan_patches(mask, geometry, settings)
    patches = cut_patches(field(geometry), mask, plans, settings)
    assert patches.shape == (3, 3, 24, 24)
    assert patches.dtype == np.float32
    for patch, plan in zip(patches, plans, strict=True):
        assert patch[0] == pytest.approx(field_on(plan.geometry), abs=1e-3)
        assert np.array_equal(patch[0], patch[2])


def test_a_patch_of_the_images_own_pixels_is_a_crop() -> None:
    geometry = grid(spacing_mm=(1.0, 1.0, 2.5))
    mask = block(slice(3, 4), slice(8, 24), slice(10, 26))
    settings = PatchSettings(size_px=16, margin_fraction=0, channels=1)
    image = Volume(voxels=np.random.default_rng(0).random(geometry.shape_kji), geometry=geometry)
    patch = cut_patches(image, mask, plan_patches(mask, geometry, settings), settings)[0, 0]
    assert patch == pytest.approx(image.voxels[3, 8:24, 10:26], abs=1e-6)


def test_a_masked_box_has_no_background() -> None:
    geometry = grid(spacing_mm=(1.0, 1.0, 2.5))
    j, i = np.indices((32, 40))
    mask = np.zeros(geometry.shape_kji, bool)
    mask[3] = np.hypot(i - 19.5, j - 15.5) < 8
    settings = PatchSettings(shape="masked_box", size_px=16, margin_fraction=0, channels=1)
    image = Volume(voxels=np.full(geometry.shape_kji, 0.7), geometry=geometry)
    patch = cut_patches(image, mask, plan_patches(mask, geometry, settings), settings)[0, 0]
    assert patch == pytest.approx(0.7 * mask[3, 8:24, 12:28], abs=1e-6)


def test_adjacent_slices_become_channels_and_the_last_one_is_repeated() -> None:
    geometry = grid()
    levels = np.arange(12.0).reshape(12, 1, 1) * np.ones(geometry.shape_kji)
    mask = block(slice(11, 12), slice(10, 20), slice(14, 26))
    settings = PatchSettings(size_px=16, channels=3, channel_content="adjacent_slices")
    plans = plan_patches(mask, geometry, settings)
    patch = cut_patches(Volume(voxels=levels, geometry=geometry), mask, plans, settings)[0]
    assert patch.mean(axis=(1, 2)) == pytest.approx([10, 11, 11])


def test_what_lies_outside_the_image_is_0() -> None:
    geometry = grid(spacing_mm=(1.0, 1.0, 2.5))
    mask = block(slice(3, 4), slice(0, 8), slice(0, 8))
    settings = PatchSettings(size_px=16, fixed_spacing_mm=1.0, channels=1)
    image = Volume(voxels=np.ones(geometry.shape_kji), geometry=geometry)
    patch = cut_patches(image, mask, plan_patches(mask, geometry, settings), settings)[0, 0]
    expected = np.zeros((16, 16))
    expected[4:, 4:] = 1
    assert np.array_equal(patch, expected)


def test_fine_stripes_that_the_pixels_would_miss_are_averaged() -> None:
    geometry = grid(size_ijk=(256, 256, 2), spacing_mm=(0.5, 0.5, 2.5))
    # A patch's pixel is 4 wide, so each would fall between the same two dark columns.
    stripes = np.tile([1.0, 0.0, 0.0, 0.0], (2, 256, 64))
    mask = block(slice(0, 1), slice(32, 224), slice(32, 224), geometry)
    settings = PatchSettings(size_px=48, margin_fraction=0, channels=1)
    plans = plan_patches(mask, geometry, settings)
    patch = cut_patches(Volume(voxels=stripes, geometry=geometry), mask, plans, settings)
    assert patch == pytest.approx(0.25, abs=0.05)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="mask must not be empty"):
        plan_patches(np.zeros((12, 32, 40), bool), grid(), PatchSettings())


# Whole slices and rectangles


def test_a_whole_slice_fills_the_patch_from_edge_to_edge() -> None:
    settings = PatchSettings(shape="whole_slice", slices="all", size_px=16, width_px=20, channels=1)
    plans = plan_patches(None, grid(), settings)
    assert [plan.slice_index for plan in plans] == list(range(12))
    patch = plans[3].geometry
    assert patch.size_ijk == (20, 16, 1)
    # 40 pixels of .8 mm and 32 of 1 mm.
    assert patch.spacing_mm == pytest.approx((1.6, 2.0, 2.5))
    cut = cut_patches(field(grid()), None, plans, settings)
    assert cut.shape == (12, 1, 16, 20)
    for plan, pixels in zip(plans, cut[:, 0], strict=True):
        # A linear field is the same after smoothing, but near the edge.
        inside = np.s_[2:-2, 2:-2]
        assert pixels[inside] == pytest.approx(field_on(plan.geometry)[inside], abs=1e-3)


def test_a_run_of_slices_is_counted_from_its_middle() -> None:
    assert slices([0, 2, 5, 3, 2, 0], slices="all") == [1, 2, 3, 4]
    assert slices([2] * 9, slices="every_n", every_n=3) == [1, 4, 7]
    assert slices([0, 2, 2, 2], slices="every_n", every_n=100) == [2]


def test_a_rectangle_of_fixed_pixels_is_centered_on_the_lesion() -> None:
    mask = block(slice(5, 6), slice(10, 15), slice(20, 31))
    settings = PatchSettings(size_px=16, width_px=24, fixed_spacing_mm=1.0, slices="largest")
    (plan,) = plan_patches(mask, grid(), settings)
    assert plan.geometry.size_ijk == (24, 16, 1)
    middle = plan.geometry.to_lps((11.5, 7.5, 0))
    assert middle == pytest.approx(grid().to_lps((25, 12, 5)))


def test_a_lesion_is_needed_where_it_chooses_the_slices() -> None:
    for settings in (PatchSettings(), PatchSettings(shape="whole_slice", slices="largest")):
        with pytest.raises(ValueError, match="need a mask"):
            plan_patches(None, grid(), settings)
    mask = block(slice(5, 6), slice(10, 15), slice(20, 31))
    (plan,) = plan_patches(mask, grid(), PatchSettings(shape="whole_slice", slices="largest"))
    assert plan.slice_index == 5
