"""Every real image read as SimpleITK and pydicom read it: places of corners, values at points."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.volume import Volume

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
N_POINTS = 20
# What SimpleITK reads of a NIfTI stands in single precision; the rest of its way is double.
SAME_MM = 1e-4


def assert_read_as(volume: Volume, image: sitk.Image, seed: int) -> None:
    """Corners in mm, and voxels at points of the patient that both look up for themselves."""
    size = image.GetSize()
    assert volume.geometry.size_ijk == size
    for corner in np.ndindex(2, 2, 2):
        index = [int(c * (n - 1)) for c, n in zip(corner, size, strict=True)]
        theirs = image.TransformIndexToPhysicalPoint(index)
        assert volume.geometry.to_lps(index) == pytest.approx(theirs, abs=SAME_MM)
    draw = np.random.default_rng(seed)
    for _ in range(N_POINTS):
        point = image.TransformIndexToPhysicalPoint([int(draw.integers(n)) for n in size])
        i, j, k = np.rint(volume.geometry.to_index(point)).astype(int)
        theirs = image[image.TransformPhysicalPointToIndex(point)]
        assert volume.voxels[k, j, i] == pytest.approx(theirs, rel=1e-6)


def test_every_real_file_is_read_as_simpleitk_reads_it(shared_data: Path) -> None:
    paths = [
        *sorted((shared_data / "sts").glob("*_image.nii.gz")),
        *(shared_data / "liver_ct" / f"{name}.nii.gz" for name in ("ct", "ct_whole_body", "mr")),
    ]
    assert len(paths) == 19
    for seed, path in enumerate(paths):
        volume, _ = read_image(path, MR if "MR" in path.name or "mr" in path.name else CT)
        assert_read_as(volume, sitk.ReadImage(str(path)), seed)


def test_a_scanners_series_is_read_as_simpleitk_and_pydicom_read_it(shared_data: Path) -> None:
    import pydicom

    folder = shared_data / "liver_ct" / "dicom"
    volume, _ = read_image(folder, CT)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    assert_read_as(volume, reader.Execute(), 7)
    draw = np.random.default_rng(8)
    for path in sorted(folder.glob("*.dcm")):
        slice_ = pydicom.dcmread(path)
        first = np.array(slice_.ImagePositionPatient, float)
        along_i, along_j = np.array(slice_.ImageOrientationPatient, float).reshape(2, 3)
        row_mm, column_mm = (float(s) for s in slice_.PixelSpacing)
        hu = slice_.pixel_array * float(slice_.RescaleSlope) + float(slice_.RescaleIntercept)
        for _ in range(N_POINTS):
            row, column = (int(draw.integers(n)) for n in hu.shape)
            point = first + along_i * column_mm * column + along_j * row_mm * row
            index = volume.geometry.to_index(point)
            assert index == pytest.approx(np.rint(index), abs=1e-3)
            i, j, k = np.rint(index).astype(int)
            assert volume.voxels[k, j, i] == hu[row, column]
