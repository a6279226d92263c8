from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patch_maps import paste_maps
from TACEResponseLib.imaging.patches import PatchPlan, cut_patches, plan_patches
from TACEResponseLib.imaging.settings import PatchSettings
from TACEResponseLib.imaging.volume import Mask, Volume

OBLIQUE = tuple(sitk.Euler3DTransform((0, 0, 0), 0.2, -0.1, 0.3).GetMatrix())
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def grid(direction: tuple[float, ...] = STRAIGHT) -> Geometry:
    return Geometry(
        size_ijk=(50, 44, 12),
        spacing_mm=(0.8, 0.9, 2.5),
        origin_lps=(-15.0, 5.0, 90.0),
        direction_lps=direction,
    )


def lesion() -> Mask:
    k, j, i = np.indices((12, 44, 50))
    return np.asarray((((k - 6) / 4) ** 2 + ((j - 20) / 9) ** 2 + ((i - 27) / 11) ** 2) < 1)


def planned(geometry: Geometry, **settings: Any) -> tuple[PatchPlan, ...]:
    return plan_patches(lesion(), geometry, PatchSettings(**({"size_px": 64} | settings)))


@pytest.mark.parametrize("size_px", [16, 64])
@pytest.mark.parametrize("direction", [STRAIGHT, OBLIQUE], ids=["straight", "oblique"])
def test_a_map_of_ones_is_1_in_the_box_and_0_outside(
    direction: tuple[float, ...], size_px: int
) -> None:
    geometry = grid(direction)
    plans = planned(geometry, margin_fraction=0, size_px=size_px)
    pasted = paste_maps(np.ones((3, size_px, size_px), np.float32), plans, geometry)
    expected = np.zeros(geometry.shape_kji)
    for plan in plans:
        rows, columns = np.nonzero(lesion()[plan.slice_index])
        box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        expected[plan.slice_index][box] = 1
    assert pasted.scored_slices == (5, 6, 7)
    assert pasted.interpolated_slices == ()
    assert pasted.voxels.dtype == np.float32
    assert pasted.voxels == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("place", [(10, 50), (31, 32), (60, 4)])
@pytest.mark.parametrize("size_px", [32, 224])
@pytest.mark.parametrize("fixed_spacing_mm", [None, 0.4], ids=["resized", "fixed"])
@pytest.mark.parametrize("direction", [STRAIGHT, OBLIQUE], ids=["straight", "oblique"])
def test_a_hot_pixel_comes_back_to_its_place_in_the_patient(
    direction: tuple[float, ...],
    fixed_spacing_mm: float | None,
    size_px: int,
    place: tuple[int, int],
) -> None:
    geometry = grid(direction)
    spacing = fixed_spacing_mm and fixed_spacing_mm * 64 / size_px
    (plan,) = planned(geometry, slices="largest", size_px=size_px, fixed_spacing_mm=spacing)
    row, column = (round((p + 0.5) * size_px / 64 - 0.5) for p in place)
    hot = np.zeros((1, size_px, size_px), np.float32)
    hot[0, row, column] = 1
    pasted = paste_maps(hot, (plan,), geometry)
    k, j, i = np.unravel_index(int(pasted.voxels.argmax()), geometry.shape_kji)
    assert pasted.voxels[k, j, i] > 0
    index = geometry.to_index(plan.geometry.to_lps((column, row, 0)))
    assert np.abs(index - (i, j, k)).max() < 1


def test_a_linear_image_survives_the_way_out_and_back() -> None:
    geometry = grid(OBLIQUE)
    settings = PatchSettings(size_px=64, channels=1, margin_fraction=0)
    plans = plan_patches(lesion(), geometry, settings)
    i = np.broadcast_to(np.arange(50.0), geometry.shape_kji)
    patches = cut_patches(Volume(voxels=i, geometry=geometry), lesion(), plans, settings)
    pasted = paste_maps(patches[:, 0], plans, geometry)
    # Away from the box's edge, where edge pixels are repeated outward.
    inner = np.s_[5:8, 15:26, 21:34]
    assert pasted.voxels[inner] == pytest.approx(i[inner], abs=0.02)


def test_slices_between_scored_ones_are_interpolated_linearly_by_hand() -> None:
    geometry = grid()
    plans = planned(geometry, neighbor_offset_mm=7.5, margin_fraction=0)
    maps = np.ones((3, 64, 64), np.float32) * np.array([[[1]], [[4]], [[0]]], np.float32)
    pasted = paste_maps(maps, plans, geometry)
    assert pasted.scored_slices == (3, 6, 9)
    assert pasted.interpolated_slices == (4, 5, 7, 8)
    along = pasted.voxels[:, 20, 27]
    assert along == pytest.approx([0, 0, 0, 1, 2, 3, 4, 8 / 3, 4 / 3, 0, 0, 0], abs=1e-6)


def test_plans_out_of_order_are_refused() -> None:
    plans = planned(grid())
    with pytest.raises(ValueError, match=r"ascending order of slices, got \(7, 6, 5\)"):
        paste_maps(np.ones((3, 64, 64), np.float32), plans[::-1], grid())


def test_a_map_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match=r"zip\(\) argument"):
        paste_maps(np.ones((4, 64, 64), np.float32), planned(grid()), grid())
