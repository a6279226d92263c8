"""Images as volume nodes: the same voxels in the same place, by Slicer's own reader too."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.scene.volumes import (
    ACQUISITION_ATTRIBUTE,
    own_geometry,
    volume_from_node,
    volume_to_node,
)


def random_volume(geometry: Geometry, dtype: str = "int16", seed: int = 0) -> Volume:
    voxels = np.random.default_rng(seed).integers(0, 100, geometry.shape_kji).astype(dtype)
    return Volume(voxels=voxels, geometry=geometry)


def add_volume(scene: Any, volume: Volume, name: str = "CT") -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    volume_to_node(volume, node)
    return node


def test_there_and_back_nothing_changes_by_a_bit(scene: Any, oblique: Geometry) -> None:
    volume = random_volume(oblique)
    again = volume_from_node(add_volume(scene, volume))
    assert again.geometry == oblique
    assert again.voxels.dtype == volume.voxels.dtype
    assert np.array_equal(again.voxels, volume.voxels)


def test_the_node_says_ras_where_the_image_says_lps(scene: Any, oblique: Geometry) -> None:
    import vtk

    node = add_volume(scene, random_volume(oblique))
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    affine = [[matrix.GetElement(r, c) for c in range(4)] for r in range(4)]
    assert np.allclose(affine, oblique.affine_ras, atol=1e-12)


def test_slicer_reads_a_nifti_of_simpleitk_to_the_same_volume(
    scene: Any, oblique: Geometry, tmp_path: Path
) -> None:
    volume = random_volume(oblique)
    path = tmp_path / "ct.nii"
    sitk.WriteImage(volume.to_sitk(), str(path))
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "ct")
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    read = volume_from_node(node)
    assert np.array_equal(read.voxels, volume.voxels)
    assert read.geometry.same_grid(oblique)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("bool", "uint8"),
        ("uint8", "uint8"),
        ("uint16", "uint16"),
        ("int64", "int32"),
        ("uint64", "int32"),
        ("float16", "float32"),
        ("float64", "float64"),
        (">i2", "int16"),
    ],
)
def test_every_voxel_type_is_kept_or_widened_without_loss(
    scene: Any, oblique: Geometry, given: str, stored: str
) -> None:
    volume = random_volume(oblique, dtype=given)
    again = volume_from_node(add_volume(scene, volume))
    assert again.voxels.dtype == np.dtype(stored)
    assert np.array_equal(again.voxels, volume.voxels)


def test_integers_beyond_32_bits_become_float64(scene: Any, oblique: Geometry) -> None:
    volume = random_volume(oblique, dtype="int64")
    volume.voxels[0, 0, 0] = 2**40
    assert volume_from_node(add_volume(scene, volume)).voxels[0, 0, 0] == 2.0**40


def test_turned_views_are_written_as_they_look(scene: Any, oblique: Geometry) -> None:
    volume = random_volume(oblique)
    flipped = volume.with_voxels(volume.voxels[::-1, :, ::-1])
    assert np.array_equal(volume_from_node(add_volume(scene, flipped)).voxels, flipped.voxels)


def test_a_case_does_not_change_when_the_node_is_edited_later(
    scene: Any, oblique: Geometry
) -> None:
    from slicer.util import arrayFromVolume

    volume = random_volume(oblique)
    node = add_volume(scene, volume)
    read = volume_from_node(node)
    arrayFromVolume(node)[:] = 7
    assert np.array_equal(read.voxels, volume.voxels)
    assert (volume_from_node(node).voxels == 7).all()


def test_what_the_file_said_of_the_scan_travels_with_the_node(
    scene: Any, oblique: Geometry
) -> None:
    acquisition = Acquisition(modality="CT", description="Leber nativ ä", has_contrast=False)
    volume = Volume(voxels=random_volume(oblique).voxels, geometry=oblique, acquisition=acquisition)
    again = volume_from_node(add_volume(scene, volume, "P001 ct_arterial")).acquisition
    assert again == replace(acquisition, description="unenhanced")


def test_no_id_and_no_digest_of_one_stands_in_the_node(scene: Any, oblique: Geometry) -> None:
    acquisition = Acquisition(
        modality="CT",
        description="Doe Jane arterial",
        patient_digest="f00d",
        frame_of_reference="1.2",
    )
    volume = Volume(voxels=random_volume(oblique).voxels, geometry=oblique, acquisition=acquisition)
    node = add_volume(scene, volume, "P001 ct_arterial")
    assert json.loads(node.GetAttribute(ACQUISITION_ATTRIBUTE)) == {
        "modality": "CT",
        "description": "arterial",
        "has_contrast": None,
    }


def test_what_an_early_scene_held_of_a_patient_is_read_and_removed(
    scene: Any, oblique: Geometry
) -> None:
    node = add_volume(scene, random_volume(oblique))
    early = {
        "modality": "CT",
        "description": "Doe arterial",
        "has_contrast": True,
        "patient_digest": "f00d",
        "frame_of_reference": "1.2",
    }
    node.SetAttribute(ACQUISITION_ATTRIBUTE, json.dumps(early))
    acquisition = volume_from_node(node).acquisition
    assert (acquisition.modality, acquisition.has_contrast) == ("CT", True)
    assert acquisition.patient_digest is acquisition.frame_of_reference is None
    stored = node.GetAttribute(ACQUISITION_ATTRIBUTE)
    assert not {word for word in ("Doe", "f00d", "1.2") if word in stored}


def test_a_users_own_volume_is_described_by_its_name(scene: Any, oblique: Geometry) -> None:
    node = add_volume(scene, random_volume(oblique), "5: Liver late arterial")
    node.RemoveAttribute("TACEResponse.acquisition")
    assert volume_from_node(node).acquisition.description == "5: Liver late arterial"


def test_own_geometry_ignores_transforms(scene: Any, oblique: Geometry) -> None:
    node = add_volume(scene, random_volume(oblique))
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    import vtk

    shift = vtk.vtkMatrix4x4()
    shift.SetElement(0, 3, 20.0)
    transform.SetMatrixTransformToParent(shift)
    node.SetAndObserveTransformNodeID(transform.GetID())
    assert own_geometry(node) == oblique
    assert volume_from_node(node).geometry.origin_lps[0] == pytest.approx(-121.3)


def test_an_empty_node_is_refused(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "blank")
    with pytest.raises(InputError, match="volume blank: must hold an image"):
        volume_from_node(node)


def test_a_color_image_is_refused(scene: Any) -> None:
    import vtk

    node = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "photo")
    image = vtk.vtkImageData()
    image.SetDimensions(4, 4, 4)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
    node.SetAndObserveImageData(image)
    with pytest.raises(InputError, match="must have one value a voxel, got 3"):
        volume_from_node(node)


def test_a_scene_does_not_hold_the_day_of_the_study(scene: Any, oblique: Geometry) -> None:
    known = Acquisition(modality="CT", description="arterial", study_date="2026-03-01")
    node = add_volume(scene, replace(random_volume(oblique), acquisition=known))
    assert "2026" not in node.GetAttribute("TACEResponse.acquisition")
    assert volume_from_node(node).acquisition == replace(known, study_date=None)
