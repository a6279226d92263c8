"""One simulated case through every format: each voxel and the affine come back."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.imaging.dicom_slices import write_volume

CT = ImageSequence.CT_ARTERIAL
SINGLE_PRECISION_MM = 1e-4
"""NIfTI keeps its affine in single precision."""


@pytest.fixture(scope="module")
def image() -> Volume:
    return simulate_patient(SimulationSettings(), 3, 1).images[CT]


@pytest.mark.parametrize("ending", ["nii", "nii.gz", "nrrd", "nhdr", "mha", "mhd", "dicom"])
def test_voxels_and_affine_come_back(ending: str, image: Volume, tmp_path: Path) -> None:
    path = tmp_path / f"x.{ending}"
    if ending == "dicom":
        path.mkdir()
        write_volume(path, image)
    else:
        sitk.WriteImage(image.to_sitk(), str(path), useCompression=True)
    volume, warnings = read_image(path, CT)
    assert warnings == ()
    assert np.array_equal(volume.voxels, image.voxels)
    assert volume.voxels.dtype == image.voxels.dtype
    limit = SINGLE_PRECISION_MM if "nii" in ending else 1e-9
    assert np.abs(volume.geometry.affine_lps - image.geometry.affine_lps).max() < limit
