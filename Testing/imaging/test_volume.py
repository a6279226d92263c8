import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume

GRID = Geometry(
    size_ijk=(2, 3, 4),
    spacing_mm=(1.0, 1.5, 2.0),
    origin_lps=(5.0, 6.0, 7.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)


def test_voxels_and_grid_survive_the_way_through_simpleitk() -> None:
    voxels = np.arange(24, dtype=np.int16).reshape(4, 3, 2)
    volume = Volume(voxels=voxels, geometry=GRID)
    acquisition = Acquisition(modality="MR")
    again = Volume.of(volume.to_sitk(), source="a.nii", acquisition=acquisition)
    assert np.array_equal(again.voxels, voxels)
    assert again.voxels.dtype == np.int16
    assert again.geometry == GRID
    assert (again.source, again.acquisition) == ("a.nii", acquisition)


def test_arrays_are_indexed_k_j_i() -> None:
    image = sitk.Image(2, 3, 4, sitk.sitkInt16)
    image[1, 2, 3] = 7
    assert Volume.of(image).voxels[3, 2, 1] == 7


def test_booleans_become_bytes() -> None:
    mask = np.ones((4, 3, 2), dtype=bool)
    assert Volume(voxels=mask, geometry=GRID).to_sitk().GetPixelID() == sitk.sitkUInt8


def test_other_voxels_keep_the_rest() -> None:
    volume = Volume(voxels=np.zeros((4, 3, 2)), geometry=GRID, source="a.nii")
    other = volume.with_voxels(np.ones((4, 3, 2)))
    assert other.voxels.all()
    assert (other.geometry, other.source) == (GRID, "a.nii")


def test_voxels_that_do_not_fill_the_grid_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(4, 3, 2\), got \(2, 3, 4\) \(a.nii\)"):
        Volume(voxels=np.zeros((2, 3, 4)), geometry=GRID, source="a.nii")


def test_labels_that_do_not_fill_the_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="labels must have the shape"):
        Roi(labels=np.zeros((2, 3, 4), dtype=np.uint8), geometry=GRID, names=())
