from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.geometry import Geometry

QUARTER_TURN = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)


def grid(**changes: Any) -> Geometry:
    values: dict[str, Any] = {
        "size_ijk": (4, 5, 6),
        "spacing_mm": (1.0, 2.0, 3.0),
        "origin_lps": (10.0, 20.0, 30.0),
        "direction_lps": QUARTER_TURN,
    }
    return Geometry(**(values | changes))


def test_a_quarter_turn_takes_index_steps_to_the_right_places_by_hand() -> None:
    # The i axis points to posterior (y), the j axis to the right (-x).
    assert grid().to_lps((1, 1, 1)).tolist() == [10 - 2, 20 + 1, 30 + 3]


def test_positions_equal_simpleitks_on_an_oblique_grid() -> None:
    image = sitk.Image(4, 5, 6, sitk.sitkInt16)
    turn = sitk.Euler3DTransform((0, 0, 0), 0.3, -0.5, 0.8)
    image.SetDirection(turn.GetMatrix())
    image.SetSpacing((0.7, 0.8, 2.5))
    image.SetOrigin((-3, 4, 5))
    geometry = Geometry.of(image)
    index = (1.25, 3.5, 4.75)
    expected = image.TransformContinuousIndexToPhysicalPoint(index)
    assert geometry.to_lps(index) == pytest.approx(expected, abs=1e-12)
    again = geometry.apply_to(sitk.Image(4, 5, 6, sitk.sitkInt16))
    assert Geometry.of(again) == geometry


def test_to_index_inverts_to_lps() -> None:
    points = np.random.default_rng(0).normal(size=(7, 2, 3)) * 50
    assert grid().to_lps(grid().to_index(points)) == pytest.approx(points)


def test_ras_is_lps_with_the_first_two_axes_negated() -> None:
    index = np.array([1, 2, 3, 1])
    assert grid().affine_ras @ index == pytest.approx(grid().affine_lps @ index * (-1, -1, 1, 1))


def test_corners_are_the_outer_edges_of_the_voxels() -> None:
    corners = grid().corners_lps()
    assert corners.min(axis=0).tolist() == [10 - 4.5 * 2, 20 - 0.5, 30 - 1.5]
    assert corners.max(axis=0).tolist() == [10 + 0.5 * 2, 20 + 3.5, 30 + 5.5 * 3]


@pytest.mark.parametrize(("shift_mm", "is_same"), [(0.009, True), (0.011, False)])
def test_grids_are_one_up_to_a_hundredth_of_a_voxel(shift_mm: float, is_same: bool) -> None:
    assert grid().same_grid(grid(origin_lps=(10.0, 20.0 + shift_mm, 30.0))) is is_same


def test_grids_of_other_sizes_are_not_one() -> None:
    assert not grid().same_grid(grid(size_ijk=(4, 5, 7)))


def test_spacing_that_drifts_over_the_grid_makes_another_grid() -> None:
    # 0.003 voxels a step add up to 0.015 at the far end.
    assert not grid().same_grid(grid(spacing_mm=(1.0, 2.0, 3.0 * 1.003)))


@pytest.mark.parametrize(("shift_mm", "overlap"), [(17.9, True), (18.1, False)])
def test_boxes_overlap_until_they_are_moved_by_their_length(shift_mm: float, overlap: bool) -> None:
    assert grid().overlaps(grid(origin_lps=(10.0, 20.0, 30.0 + shift_mm))) is overlap


def test_a_crop_keeps_its_voxels_in_place() -> None:
    crop = grid().cropped((1, 2, 3), (2, 2, 2))
    assert crop.size_ijk == (2, 2, 2)
    assert crop.to_lps((1, 0, 1)) == pytest.approx(grid().to_lps((2, 2, 4)))


def test_voxel_volume_is_the_product_of_the_spacing() -> None:
    assert grid().voxel_volume_mm3 == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size_ijk": (0, 1, 1)}, "size_ijk must be >= 1"),
        ({"spacing_mm": (1.0, 0.0, 1.0)}, "spacing_mm must be > 0"),
        ({"spacing_mm": (1.0, float("nan"), 1.0)}, "spacing_mm must be > 0"),
        ({"direction_lps": (1, 0.1, 0, 0, 1, 0, 0, 0, 1)}, "direction_lps must be orthonormal"),
    ],
    ids=["empty", "flat", "nan", "sheared"],
)
def test_what_is_no_grid_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(**changes)
