"""What is read is what SimpleITK reads, of every kind of number, packing and orientation."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.reading import read_file
from Testing.imaging.made_files import made_voxels, nifti, nrrd

KINDS = [
    sitk.sitkInt8,
    sitk.sitkUInt8,
    sitk.sitkInt16,
    sitk.sitkUInt16,
    sitk.sitkInt32,
    sitk.sitkUInt32,
    sitk.sitkInt64,
    sitk.sitkUInt64,
    sitk.sitkFloat32,
    sitk.sitkFloat64,
]
ENDINGS = ["nii", "nii.gz", "nrrd", "nhdr", "mha", "mhd"]
ORIENTATIONS = [
    np.eye(3)[:, list(order)] * signs
    for order in permutations(range(3))
    for signs in product((1, -1), repeat=3)
]


def made(kind: int, direction: np.ndarray) -> sitk.Image:
    rng = np.random.default_rng(4)
    image = sitk.Cast(sitk.GetImageFromArray(rng.integers(0, 100, (4, 5, 6))), kind)
    image.SetDirection(direction.ravel().tolist())
    image.SetSpacing((0.7, 0.83, 2.5))
    image.SetOrigin((-11.2, 22.5, 133.3))
    return image


def tilted() -> np.ndarray:
    a, b = 0.3, -0.2
    about_z = [[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]
    about_x = [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
    return np.array(about_z) @ about_x


def assert_same(path: Path) -> None:
    """Voxels equal; grid equal to the last digit but one of double precision."""
    image, direct = read_file(path, path.name, as_stored=True), sitk.ReadImage(str(path))
    assert np.array_equal(image.voxels, sitk.GetArrayViewFromImage(direct))
    for ours, theirs in [
        (image.geometry.spacing_mm, direct.GetSpacing()),
        (image.geometry.origin_lps, direct.GetOrigin()),
        (image.geometry.direction_lps, direct.GetDirection()),
    ]:
        assert np.abs(np.subtract(ours, theirs)).max() <= 4e-16


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_kind_of_number(ending: str, packed: bool, tmp_path: Path) -> None:
    for kind in KINDS:
        path = tmp_path / f"{kind}.{ending}"
        sitk.WriteImage(made(kind, tilted()), str(path), useCompression=packed)
        assert_same(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_all_48_orientations(ending: str, tmp_path: Path) -> None:
    assert len(ORIENTATIONS) == 48
    for direction in ORIENTATIONS:
        path = tmp_path / f"x.{ending}"
        sitk.WriteImage(made(sitk.sitkInt16, direction @ tilted()), str(path))
        assert_same(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_one_volume_saved_as_4d_is_that_volume(ending: str, packed: bool, tmp_path: Path) -> None:
    """As ITK's JoinSeries makes of one."""
    path = tmp_path / f"x.{ending}"
    for direction in (np.eye(3), ORIENTATIONS[23] @ tilted()):
        image = made(sitk.sitkInt16, direction)
        sitk.WriteImage(sitk.JoinSeries([image], 7.5, 2.0), str(path), useCompression=packed)
        volume = read_file(path, path.name)
        assert np.array_equal(volume.voxels, sitk.GetArrayViewFromImage(image))
        corners = [(0, 0, 0), (5, 4, 3), (5, 0, 0), (0, 4, 0)]
        theirs = [image.TransformIndexToPhysicalPoint(corner) for corner in corners]
        assert volume.geometry.to_lps(np.array(corners, float)) == pytest.approx(
            np.array(theirs), abs=1e-4 if "nii" in ending else 1e-9
        )


@pytest.mark.parametrize("ending", ["nrrd", "mha", "nii"])
def test_two_volumes_are_refused(ending: str, tmp_path: Path) -> None:
    image = made(sitk.sitkInt16, tilted())
    sitk.WriteImage(sitk.JoinSeries([image, image]), str(tmp_path / f"x.{ending}"))
    with pytest.raises(InputError, match=r"must be 3D, got 4D \(6 x 5 x 4 x 2\); give one volume"):
        read_file(tmp_path / f"x.{ending}", "x")


@pytest.mark.parametrize("space", ["LPST", "left-posterior-superior-time"])
def test_a_nrrd_of_one_moment_lies_where_itk_has_it(space: str, tmp_path: Path) -> None:
    path = tmp_path / "x.nrrd"
    path.write_bytes(
        nrrd(
            dimension=4,
            space=space,
            sizes="6 5 4 1",
            kinds="domain domain domain domain",
            space_directions="(0.7,0,0,0) (0,0.8,0,0) (0,0,2.5,0) (0,0,0,1)",
            space_origin="(-11,22.5,133,4)",
        )
    )
    theirs = sitk.ReadImage(str(path)).TransformIndexToPhysicalPoint((5, 4, 3, 0))
    ours = read_file(path, "x").geometry.to_lps((5, 4, 3))
    assert ours == pytest.approx(theirs[:3])


@pytest.mark.parametrize("intercept", [0.0, np.nan])
@pytest.mark.parametrize("slope", [0.0, np.nan, np.inf])
def test_a_scale_of_no_number_is_no_scale_as_itk_has_it(
    slope: float, intercept: float, tmp_path: Path
) -> None:
    path = tmp_path / "x.nii"
    path.write_bytes(nifti(scl_slope=slope, scl_inter=intercept))
    ours = read_file(path, "x").voxels
    assert np.array_equal(ours, made_voxels())
    assert np.array_equal(ours, sitk.GetArrayFromImage(sitk.ReadImage(str(path))))


def test_real_images(shared_data: Path) -> None:
    files = sorted(shared_data.rglob("*.nii.gz"))
    assert len(files) > 10
    for path in files:
        assert_same(path)
