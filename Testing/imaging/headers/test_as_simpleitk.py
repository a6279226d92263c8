"""What is read is what SimpleITK reads, of every kind of number, packing and orientation."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.headers.reading import read_file

KINDS = [
    sitk.sitkInt8, sitk.sitkUInt8, sitk.sitkInt16, sitk.sitkUInt16, sitk.sitkInt32,
    sitk.sitkUInt32, sitk.sitkInt64, sitk.sitkUInt64, sitk.sitkFloat32, sitk.sitkFloat64,
]  # fmt: skip
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
    found, direct = read_file(path, path.name, as_stored=True), sitk.ReadImage(str(path))
    assert np.array_equal(found.voxels, sitk.GetArrayViewFromImage(direct))
    for ours, theirs in [
        (found.geometry.spacing_mm, direct.GetSpacing()),
        (found.geometry.origin_lps, direct.GetOrigin()),
        (found.geometry.direction_lps, direct.GetDirection()),
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


def test_real_images(shared_data: Path) -> None:
    files = sorted(shared_data.rglob("*.nii.gz"))
    assert len(files) > 10
    for path in files:
        assert_same(path)
