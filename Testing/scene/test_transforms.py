"""Grids under transforms: translations, rotations, scales; shear and warps are refused."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.scene.transforms import (
    direction_ras,
    moved,
    origin_ras,
    ras_geometry,
    to_world,
)

TRANSLATION = np.array([[1, 0, 0, 5.0], [0, 1, 0, 7.0], [0, 0, 1, -3.0], [0, 0, 0, 1]])
# A quarter turn about the superior axis in RAS: right becomes anterior.
QUARTER = np.array([[0, -1.0, 0, 0], [1.0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def add_transform(scene: Any, matrix: np.ndarray, parent: Any = None) -> Any:
    import vtk

    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    stored = vtk.vtkMatrix4x4()
    stored.DeepCopy(matrix.ravel().tolist())
    node.SetMatrixTransformToParent(stored)
    if parent is not None:
        node.SetAndObserveTransformNodeID(parent.GetID())
    return node


def test_ras_and_lps_differ_by_the_sign_of_x_and_y(oblique: Geometry) -> None:
    assert origin_ras(oblique) == [101.3, -55.7, 12.25]
    again = ras_geometry(
        oblique.size_ijk, oblique.spacing_mm, origin_ras(oblique), direction_ras(oblique)
    )
    assert again == oblique


def test_a_translation_in_ras_moves_the_origin_against_it_in_lps(oblique: Geometry) -> None:
    grid = moved(oblique, TRANSLATION, "image")
    assert grid.origin_lps == pytest.approx((-106.3, 48.7, 9.25))
    assert grid.spacing_mm == pytest.approx(oblique.spacing_mm)
    assert grid.direction_lps == pytest.approx(oblique.direction_lps)


def test_a_voxel_lands_where_the_transform_takes_its_ras_position(oblique: Geometry) -> None:
    index = (3, 2, 4)
    x, y, z = oblique.to_lps(index)
    world = QUARTER @ TRANSLATION @ (-x, -y, z, 1.0)
    expected = (-world[0], -world[1], world[2])
    assert moved(oblique, QUARTER @ TRANSLATION, "image").to_lps(index) == pytest.approx(expected)


def test_scaling_along_the_axes_changes_the_spacing_alone() -> None:
    grid = Geometry(
        size_ijk=(4, 4, 4),
        spacing_mm=(1.0, 2.0, 3.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    scaled = moved(grid, np.diag([2.0, 3.0, 0.5, 1.0]), "image")
    assert scaled.spacing_mm == (2.0, 6.0, 1.5)
    assert scaled.direction_lps == grid.direction_lps


@pytest.mark.parametrize(
    "matrix",
    [
        np.array([[1, 0.2, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
        np.diag([0.0, 1.0, 1.0, 1.0]),
    ],
    ids=["shear", "flattened"],
)
def test_a_grid_without_right_angles_is_refused(oblique: Geometry, matrix: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"volume CT: must keep axes at right angles.*resample"):
        moved(oblique, matrix, "volume CT")


def test_nested_transforms_are_applied_from_the_inside_out(scene: Any) -> None:
    outer = add_transform(scene, QUARTER)
    inner = add_transform(scene, TRANSLATION, parent=outer)
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    assert to_world(volume, "image") is None
    volume.SetAndObserveTransformNodeID(inner.GetID())
    assert np.array_equal(to_world(volume, "image"), QUARTER @ TRANSLATION)


def test_a_warp_anywhere_above_is_refused(scene: Any) -> None:
    import vtk

    warp = scene.AddNewNodeByClass("vtkMRMLTransformNode", "breathing")
    spline = vtk.vtkThinPlateSplineTransform()
    points = [vtk.vtkPoints(), vtk.vtkPoints()]
    for n, shift in enumerate([(0, 0, 0), (5, 0, 0), (0, 9, 0), (0, 0, 2)]):
        points[0].InsertNextPoint(10.0 * n, 7.0 * n * n, 3.0 * n)
        points[1].InsertNextPoint(*np.add((10.0 * n, 7.0 * n * n, 3.0 * n), shift))
    spline.SetSourceLandmarks(points[0])
    spline.SetTargetLandmarks(points[1])
    spline.SetBasisToR()
    warp.SetAndObserveTransformToParent(spline)
    inner = add_transform(scene, TRANSLATION, parent=warp)
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    volume.SetAndObserveTransformNodeID(inner.GetID())
    with pytest.raises(InputError, match=r"volume CT: must lie under linear.*harden the transform"):
        to_world(volume, "volume CT")
