"""The grid of the features: laid by the middle of the ROI, whatever the file, frame and cut."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.evidence.radiomics.lattice import on_lattice
from TACEResponseLib.imaging.cropping import crop
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Mask, Volume
from Testing.storages import Storage, storages

STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
OBLIQUE = tuple(sitk.Euler3DTransform((0, 0, 0), 0.2, -0.1, 0.3).GetMatrix())


def noise(
    spacing: tuple[float, float, float] = (0.9, 0.9, 3.0),
    origin: tuple[float, float, float] = (-20.3, 5.1, 60.7),
    direction: tuple[float, ...] = STRAIGHT,
) -> tuple[Volume, Mask]:
    geometry = Geometry(
        size_ijk=(60, 56, 40), spacing_mm=spacing, origin_lps=origin, direction_lps=direction
    )
    voxels = np.random.default_rng(1).normal(40, 20, geometry.shape_kji).astype(np.int16)
    mask = np.zeros(geometry.shape_kji, dtype=bool)
    mask[18:23, 20:31, 22:35] = True
    return Volume(voxels=voxels, geometry=geometry), mask


@pytest.mark.parametrize("direction", [STRAIGHT, OBLIQUE], ids=["straight", "oblique"])
def test_centers_lie_at_multiples_of_the_spacing_from_the_middle_voxel(
    direction: tuple[float, ...],
) -> None:
    volume, mask = noise(direction=direction)
    image, marked = on_lattice(volume, mask, 2.0, 0.0, 0)
    assert image.geometry.spacing_mm == (2.0, 2.0, 2.0)
    assert image.geometry.direction_lps == direction
    # The middles of voxels 22 to 34, 20 to 30 and 18 to 22.
    middle = image.geometry.to_index(volume.geometry.to_lps((28, 25, 20)))
    assert middle == pytest.approx(np.rint(middle), abs=1e-9)
    assert marked.shape == image.voxels.shape


def test_a_header_that_lies_elsewhere_changes_no_bit() -> None:
    volume, mask = noise()
    image, marked = on_lattice(volume, mask, 2.0, 4.0, 3)
    by = np.array((0.1, -123.456, 7.77))
    for direction in (STRAIGHT, OBLIQUE):
        origin = tuple((np.array(volume.geometry.origin_lps) + by).tolist())
        moved = replace(volume.geometry, origin_lps=origin, direction_lps=direction)
        again, roi = on_lattice(replace(volume, geometry=moved), mask, 2.0, 4.0, 3)
        assert np.array_equal(again.voxels, image.voxels)
        assert np.array_equal(roi, marked)
        corner = volume.geometry.to_index(image.geometry.origin_lps)
        assert moved.to_index(again.geometry.origin_lps) == pytest.approx(corner, abs=1e-9)


def test_a_tie_of_the_centroid_goes_to_the_higher_voxel() -> None:
    volume, mask = noise()
    even = np.zeros_like(mask)
    even[18:22, 20:30, 22:34] = True  # centroid (27.5, 24.5, 19.5)
    image, _ = on_lattice(volume, even, 2.0, 0.0, 0)
    middle = image.geometry.to_index(volume.geometry.to_lps((28, 25, 20)))
    assert middle == pytest.approx(np.rint(middle), abs=1e-9)


def test_values_are_those_of_simpleitk_s_splines_on_the_whole_image() -> None:
    volume, mask = noise(direction=OBLIQUE)
    image, marked = on_lattice(volume, mask, 2.0, 4.0, 3)
    grid = image.geometry
    expected = sitk.Resample(
        sitk.Cast(volume.to_sitk(), sitk.sitkFloat64),
        grid.size_ijk,
        sitk.Transform(),
        sitk.sitkBSpline,
        grid.origin_lps,
        grid.spacing_mm,
        grid.direction_lps,
    )
    assert image.voxels == pytest.approx(sitk.GetArrayFromImage(expected), abs=1e-6)
    nearest = sitk.Resample(
        volume.with_voxels(mask).to_sitk(),
        grid.size_ijk,
        sitk.Transform(),
        sitk.sitkNearestNeighbor,
        grid.origin_lps,
        grid.spacing_mm,
        grid.direction_lps,
    )
    assert np.array_equal(marked, sitk.GetArrayFromImage(nearest) > 0)


# Two in ten million of a voxel off: as much as single precision moves a NIfTI's affine. With 1 mm
# in the plane and centers at half millimeters, every center of a grid of 2 mm is half-way between
# two voxels.
TIES = {"spacing": (1.0, 1.0, 3.0), "origin": (-20.5, 5.5, 61.0)}
OFF = TIES | {"origin": (-20.5 - 2e-7, 5.5 + 2e-7, 61.0)}


@pytest.mark.parametrize(
    ("scene", "read", "close_hu"),
    [({"direction": OBLIQUE},) * 2 + (1e-9,), (TIES, TIES, 1e-9), (TIES, OFF, 1e-4)],
    ids=["oblique", "ties", "ties in single precision"],
)
def test_all_48_storages_give_one_grid_one_image_and_one_roi(
    scene: dict[str, object], read: dict[str, object], close_hu: float
) -> None:
    image, marked = on_lattice(*noise(**scene), 2.0, 0.0, 2)
    volume, mask = noise(**read)
    for storage in storages():
        again, roi = on_lattice(storage.volume(volume), storage.voxels(mask), 2.0, 0.0, 2)
        assert again.geometry.same_grid(image.geometry), storage
        assert np.array_equal(roi, marked), storage
        assert again.voxels == pytest.approx(image.voxels, abs=close_hu), storage


def test_cutting_and_padding_the_image_moves_no_center() -> None:
    volume, mask = noise()
    image, marked = on_lattice(volume, mask, 2.0, 4.0, 3)
    box = (slice(1, 40), slice(2, 49), slice(3, 55))
    cut, roi = on_lattice(crop(volume, box), mask[box], 2.0, 4.0, 3)
    # Splines look far; what lies beyond 16 voxels is below single precision.
    assert cut.geometry.same_grid(image.geometry)
    assert cut.voxels == pytest.approx(image.voxels, abs=1e-3)
    assert np.array_equal(roi, marked)
    margin = ((2, 1), (3, 0), (1, 4))
    grown = replace(
        volume.geometry,
        size_ijk=(65, 59, 43),
        origin_lps=tuple(volume.geometry.to_lps((-1, -3, -2)).tolist()),
    )
    padded = Volume(voxels=np.pad(volume.voxels, margin, constant_values=-1000), geometry=grown)
    lattice, roi = on_lattice(padded, np.pad(mask, margin), 2.0, 4.0, 3)
    assert lattice.geometry.same_grid(image.geometry)
    assert lattice.voxels == pytest.approx(image.voxels, abs=1e-3)
    assert np.array_equal(roi, marked)


def test_another_marked_voxel_moves_no_center_and_no_value() -> None:
    volume, mask = noise()
    image, _ = on_lattice(volume, mask, 2.0, 0.0, 0)
    more = mask.copy()
    more[17, 19, 21] = True
    grown, _ = on_lattice(volume, more, 2.0, 0.0, 0)
    shift = np.rint(grown.geometry.to_index(image.geometry.origin_lps)).astype(int)
    assert shift.any()
    i, j, k = shift.tolist()
    depth, rows, columns = image.voxels.shape
    same = grown.voxels[k : k + depth, j : j + rows, i : i + columns]
    assert same == pytest.approx(image.voxels, abs=1e-6)


TURNS = [Storage((0, 1, 2), (False,) * 3), Storage((2, 0, 1), (True,) * 3)]


@pytest.mark.parametrize("turn", TURNS, ids=repr)
def test_an_axis_of_the_wanted_spacing_keeps_its_voxels(turn: Storage) -> None:
    volume, mask = noise(spacing=(2.0, 0.9, 2.0))
    image, _ = on_lattice(turn.volume(volume), turn.voxels(mask), 2.0, 0.0, 0)
    at = volume.geometry.to_index(image.geometry.origin_lps)
    assert at[[0, 2]] == pytest.approx([22, 18], abs=1e-9)
    assert image.geometry.spacing_mm == (2.0, 2.0, 2.0)
    equal, _ = on_lattice(volume, mask, None, 0.0, 0)
    assert np.array_equal(equal.voxels, volume.voxels[18:23, 20:31, 22:35])


def test_an_roi_of_one_slice_keeps_it() -> None:
    volume, mask = noise()
    mask[:20] = mask[21:] = False
    image, marked = on_lattice(volume, mask, 2.0, 0.0, 0)
    assert image.geometry.spacing_mm == (2.0, 2.0, 3.0)
    assert marked.shape[0] == 1


def test_the_box_reaches_as_far_as_the_filter_and_ends_with_the_image() -> None:
    volume, mask = noise()
    near, _ = on_lattice(volume, mask, 2.0, 0.0, 0)
    far, _ = on_lattice(volume, mask, 2.0, 5.0, 2)
    grown = (np.array(far.geometry.size_ijk) - near.geometry.size_ijk).tolist()
    assert grown == [6, 6, 6]
    whole, _ = on_lattice(volume, mask, 2.0, 500.0, 0)
    ends = volume.geometry.to_index(
        [whole.geometry.origin_lps, whole.geometry.to_lps(np.array(whole.geometry.size_ijk) - 1)]
    )
    size = np.array(volume.geometry.size_ijk)
    assert ((ends[0] > -0.5) & (ends[0] < 2.0)).all()
    assert ((ends[1] < size - 0.5) & (ends[1] > size - 3.0)).all()


@pytest.mark.parametrize("mark", ["nothing", "two specks about an unmarked middle"])
def test_nothing_on_the_grid_is_refused(mark: str) -> None:
    volume, mask = noise()
    small = np.zeros_like(mask)
    if mark != "nothing":
        small[20, 25, [25, 31]] = True  # 2.7 mm to either side of a center
    with pytest.raises(ValueError, match="mask must mark"):
        on_lattice(volume, small, 9.7, 0.0, 0)
