import numpy as np
import pytest

from TACEResponseLib.imaging.common_grid import moved_map, on_grid, spacing_differs
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patch_maps import PastedMap
from TACEResponseLib.imaging.volume import Volume

AXIAL = (1, 0, 0, 0, 1, 0, 0, 0, 1)


def grid(
    size: tuple[int, int, int],
    spacing: tuple[float, float, float],
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Geometry:
    return Geometry(size_ijk=size, spacing_mm=spacing, origin_lps=origin, direction_lps=AXIAL)


FINE = grid((40, 40, 20), (1.0, 1.0, 2.0))
COARSE = grid((14, 14, 8), (2.0, 2.0, 4.0), (5.0, 6.0, 4.0))


def linear(geometry: Geometry) -> Volume:
    k, j, i = np.indices(geometry.shape_kji)
    place = geometry.to_lps(np.stack([i, j, k], axis=-1))
    return Volume(voxels=(place @ (2.0, -3.0, 1.0)).astype(np.float32), geometry=geometry)


def test_a_linear_field_is_the_same_on_any_grid() -> None:
    up = on_grid(linear(COARSE), FINE.cropped((8, 9, 4), (12, 12, 8)))
    assert up.voxels == pytest.approx(linear(up.geometry).voxels, abs=1e-3)
    # On the way down the field is smoothed, which changes a linear one at the edge only.
    down = on_grid(linear(FINE), COARSE)
    assert down.voxels == pytest.approx(linear(COARSE).voxels, abs=1e-2)


def test_on_its_own_grid_an_image_is_itself() -> None:
    image = linear(FINE)
    assert on_grid(image, FINE) is image


def test_fine_noise_is_averaged_on_a_coarse_grid() -> None:
    noise = np.random.default_rng(0).normal(size=FINE.shape_kji).astype(np.float32)
    down = on_grid(Volume(voxels=noise, geometry=FINE), COARSE)
    assert down.voxels.std() < 0.6


def test_outside_is_0() -> None:
    image = Volume(voxels=np.ones(COARSE.shape_kji, np.float32), geometry=COARSE)
    assert on_grid(image, FINE).voxels[0, 0, 0] == 0


def test_only_voxels_of_another_size_differ() -> None:
    assert not spacing_differs(FINE, grid((9, 9, 9), (1.0, 1.02, 2.0), (7.0, 0.0, 0.0)))
    assert spacing_differs(FINE, COARSE)


def test_a_map_moves_with_its_slices() -> None:
    voxels = np.zeros(FINE.shape_kji, np.float32)
    voxels[4:9, 10:30, 10:30] = 1.0  # slices at 8 to 16 mm
    pasted = PastedMap(voxels=voxels, scored_slices=(4, 6, 8), interpolated_slices=(5, 7))
    moved = moved_map(pasted, FINE, COARSE)
    # Its slices at 8, 12 and 16 mm are numbers 1, 2 and 3 of a grid that begins at 4 mm.
    assert moved.scored_slices == (1, 2, 3)
    assert moved.interpolated_slices == ()
    assert moved.voxels[1:4].max(axis=(1, 2)) == pytest.approx([1, 1, 1])
    assert moved.voxels[[0, 4]].max() == 0
    column, row, _ = COARSE.to_index((20.0, 20.0, 12.0)).round().astype(int)
    assert moved.voxels[2, row, column] == 1


def test_between_thick_slices_the_map_is_said_to_be_interpolated() -> None:
    voxels = np.zeros(COARSE.shape_kji, np.float32)
    voxels[2] = 1.0  # at 12 mm
    pasted = PastedMap(voxels=voxels, scored_slices=(2,), interpolated_slices=())
    moved = moved_map(pasted, COARSE, FINE)
    assert moved.scored_slices == (6,)
    assert moved.interpolated_slices == (5, 7)
    assert moved_map(pasted, COARSE, COARSE) is pasted
