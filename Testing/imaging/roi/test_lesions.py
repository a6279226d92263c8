from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.lesions import find_lesions, longest_diameter
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Voxels

STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def roi(
    labels: Voxels,
    spacing: tuple[float, float, float] = (1.0, 1.0, 2.0),
    direction: tuple[float, ...] = STRAIGHT,
    names: tuple[tuple[int, str], ...] = (),
) -> Roi:
    size = (labels.shape[2], labels.shape[1], labels.shape[0])
    geometry = Geometry(
        size_ijk=size, spacing_mm=spacing, origin_lps=(10.0, 20.0, 30.0), direction_lps=direction
    )
    return Roi(labels=labels, geometry=geometry, names=names, source="roi.nii")


def pyradiomics_diameter(of: Roi) -> float:
    """Maximum2DDiameterSlice of everything marked."""
    from radiomics.shape import RadiomicsShape

    mask = of.geometry.apply_to(sitk.GetImageFromArray(of.mask.astype(np.uint8)))
    return float(RadiomicsShape(mask, mask).getMaximum2DDiameterSliceFeatureValue())


@pytest.fixture
def cuboid() -> Voxels:
    labels = np.zeros((6, 12, 20), np.uint8)
    labels[1:4, 2:6, 3:15] = 1
    return labels


def test_a_cuboid_is_measured_as_by_hand(cuboid: Voxels) -> None:
    (lesion,), indices = find_lesions(roi(cuboid, (0.5, 1.0, 2.0), names=((1, "HCC"),)))
    assert np.array_equal(indices, cuboid)
    assert indices.dtype == np.uint16
    assert lesion.volume_ml == pytest.approx(3 * 4 * 12 * 1.0 / 1000)
    assert lesion.largest_axial_area_mm2 == pytest.approx(4 * 12 * 0.5)
    # Between opposite corners: 4 rows edge to edge and 11 columns center to center is longer than
    # 12 columns edge to edge and 3 rows center to center.
    assert lesion.longest_axial_diameter_mm == pytest.approx(np.hypot(4 * 1.0, 11 * 0.5))
    assert lesion.center_lps == pytest.approx((10 + 8.5 * 0.5, 20 + 3.5, 30 + 2 * 2))
    assert (lesion.index, lesion.label, lesion.is_speck) == (1, 1, False)


@pytest.mark.parametrize("seed", range(6))
def test_the_diameter_is_pyradiomics_or_less_by_under_a_pixel(seed: int) -> None:
    """Pyradiomics also joins vertices half-way between two slices, of which each has one."""
    draw = np.random.default_rng(seed)
    blob = sitk.GetImageFromArray(draw.normal(size=(12, 40, 44)).astype(np.float32))
    smooth = sitk.GetArrayFromImage(sitk.SmoothingRecursiveGaussian(blob, [5.0, 5.0, 3.0]))
    drawn = roi((smooth > np.quantile(smooth, 0.9)).astype(np.uint8), (0.7, 0.9, 3.0))
    lesions, indices = find_lesions(drawn)
    largest = roi((indices == 1).astype(np.uint8), (0.7, 0.9, 3.0))
    excess = pyradiomics_diameter(largest) - lesions[0].longest_axial_diameter_mm
    assert -1e-6 < excess < 0.7


def test_the_diameter_is_pyradiomics_where_all_slices_are_alike() -> None:
    disk = np.hypot(*(np.indices((30, 34)) - 15.3)) < 11.2
    disk[12:18, 25:32] = True
    drawn = roi(np.repeat(disk[np.newaxis], 4, axis=0).astype(np.uint8), (0.7, 0.9, 3.0))
    drawn.labels[[0, -1]] = 0
    (lesion,), _ = find_lesions(drawn)
    assert lesion.longest_axial_diameter_mm == pytest.approx(pyradiomics_diameter(drawn))


@pytest.mark.parametrize("patient", ["STS_002_CT", "STS_025_MR_T1"])
def test_real_tumors_measure_as_in_pyradiomics(shared_data: Path, patient: str) -> None:
    image = sitk.ReadImage(str(shared_data / "sts" / f"{patient}_mask.nii.gz"))
    mask = (sitk.GetArrayFromImage(image) > 0).astype(np.uint8)
    real = Roi(labels=mask, geometry=Geometry.of(image), names=((1, "GTV"),))
    lesions, indices = find_lesions(real)
    assert sum(x.volume_ml for x in lesions) == pytest.approx(
        mask.sum() * np.prod(image.GetSpacing()) / 1000
    )
    largest = Roi(labels=(indices == 1).astype(np.uint8), geometry=real.geometry, names=())
    assert lesions[0].longest_axial_diameter_mm == pytest.approx(pyradiomics_diameter(largest))


def test_one_voxel_is_as_wide_as_itself() -> None:
    assert longest_diameter(np.ones((1, 1), bool), 2.0, 3.0) == pytest.approx(3.0)
    assert longest_diameter(np.zeros((4, 4), bool), 2.0, 3.0) == 0


@pytest.mark.parametrize("row_mm", [1e-9, 1e-30, 1e-300])
def test_pixels_too_flat_for_a_convex_hull_are_as_long_as_they_are_wide(row_mm: float) -> None:
    assert longest_diameter(np.ones((3, 5), bool), row_mm, 2.0) == pytest.approx(10.0)


def test_lesions_are_numbered_by_area_and_specks_come_last() -> None:
    labels = np.zeros((12, 30, 30), np.uint8)
    labels[5, 1, 1] = 2  # a speck of one voxel
    labels[2:10, 20:24, 20:24] = 2  # more volume, less area
    labels[3:5, 3:13, 3:13] = 2
    labels[3:5, 13:16, 3:13] = 7  # touches, but is another label
    lesions, indices = find_lesions(roi(labels, names=((2, "liver mass"), (7, "rim"))))
    assert [x.largest_axial_area_mm2 for x in lesions] == [100, 30, 16, 1]
    assert [x.label for x in lesions] == [2, 7, 2, 2]
    assert [x.is_speck for x in lesions] == [False, False, False, True]
    assert [int((indices == n).sum()) for n in (1, 2, 3, 4)] == [200, 60, 128, 1]


def test_a_speck_comes_last_even_when_its_area_is_larger() -> None:
    labels = np.zeros((8, 8, 20), np.uint8)
    labels[1, 1, 1:8] = 1  # 7 voxels in one slice
    labels[1:6, 5, 12:15] = 1  # 15 voxels, 3 a slice
    lesions, _ = find_lesions(roi(labels))
    assert [(x.largest_axial_area_mm2, x.is_speck) for x in lesions] == [(3, False), (7, True)]


def test_pieces_that_touch_by_a_corner_are_one() -> None:
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[0:3, 0:3, 0:3] = labels[3:6, 3:6, 3:6] = 1
    lesions, _ = find_lesions(roi(labels))
    assert len(lesions) == 1


def test_turning_the_grid_changes_no_measure(cuboid: Voxels) -> None:
    cuboid[2, 8, 3] = 1  # no symmetry
    straight = roi(cuboid, (0.5, 1.0, 2.0))
    image = sitk.DICOMOrient(straight.as_volume().to_sitk(), "SAR")
    turned = Roi(
        labels=sitk.GetArrayFromImage(image), geometry=Geometry.of(image), names=straight.names
    )
    (a, *_), (b, *_) = find_lesions(straight)[0], find_lesions(turned)[0]
    assert a.longest_axial_diameter_mm == pytest.approx(b.longest_axial_diameter_mm)
    assert a.largest_axial_area_mm2 == pytest.approx(b.largest_axial_area_mm2)
    assert a.center_lps == pytest.approx(b.center_lps)


@pytest.mark.parametrize(
    ("voxels", "message"),
    [(0, "got 0 voxels"), (1, "got 1 voxel, 1.0 mm"), (7, "got 7 voxels, 7.0 mm")],
)
def test_an_empty_roi_and_specks_alone_are_refused(voxels: int, message: str) -> None:
    labels = np.zeros((4, 4, 12), np.uint8)
    labels[1, 1, :voxels] = 1
    with pytest.raises(InputError, match=rf"--roi roi.nii: must hold a lesion .*{message}"):
        find_lesions(roi(labels))


def test_scattered_specks_are_told_by_the_largest_and_not_by_their_sum() -> None:
    """Ten pieces of 3 voxels are 30 voxels; "at least 8, got 30" would be no help."""
    labels = np.zeros((4, 24, 24), np.uint8)
    for n in range(10):
        labels[1, 2 * n, 2:5] = 1
    with pytest.raises(InputError, match=r"got 3 voxels, 3\.\d mm in the largest of 10 pieces"):
        find_lesions(roi(labels))


def test_noise_is_refused_before_it_is_measured() -> None:
    labels = np.zeros((30, 60, 60), np.uint8)
    labels[::3, ::3, ::3] = 1
    with pytest.raises(InputError, match="at most 1000 separate pieces, got 1001"):
        find_lesions(roi(labels))
