"""NIfTI files are ITK's to the byte, but for a disk that cuts them short."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.files.nifti_writing import write_nifti
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume

TILTED = (0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0)


def volume(dtype: str, size: tuple[int, int, int]) -> Volume:
    geometry = Geometry(
        size_ijk=size,
        spacing_mm=(0.7, 0.9, 2.5),
        origin_lps=(-12.5, 30.25, -700.0),
        direction_lps=TILTED,
    )
    voxels = np.random.default_rng(4).integers(0, 2 if dtype == "bool" else 120, size[::-1])
    return Volume(voxels=voxels.astype(dtype), geometry=geometry)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("size", [(7, 5, 3), (6, 4, 1), (1, 1, 2)], ids=str)
def test_the_bytes_are_those_of_itk(dtype: str, size: tuple[int, int, int], tmp_path: Path) -> None:
    image = volume(dtype, size)
    write_nifti(image, tmp_path / "ours.nii.gz")
    sitk.WriteImage(image.to_sitk(), str(tmp_path / "itk.nii"))
    assert (
        gzip.decompress((tmp_path / "ours.nii.gz").read_bytes())
        == (tmp_path / "itk.nii").read_bytes()
    )


def test_an_array_in_another_order_of_memory_is_written_as_it_is_indexed(tmp_path: Path) -> None:
    image = volume("int16", (7, 5, 3))
    turned = replace(image, voxels=np.asfortranarray(image.voxels))
    for name, one in (("a", image), ("b", turned)):
        write_nifti(one, tmp_path / f"{name}.nii.gz")
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.nii.gz").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_nifti(volume("int16", (7, 5, 3)), tmp_path / "mine.nii.gz")
    assert (tmp_path / "mine.nii.gz").read_bytes() == b"mine"
