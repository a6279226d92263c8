"""The slice views: what they show, and the pixels that a person sees."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.case import Case
from TACEResponseLib.prediction import Prediction
from TACEResponseLib.scene.case_nodes import CaseNodes, case_to_nodes
from TACEResponseLib.scene.colors import saliency_colors
from TACEResponseLib.scene.prediction_nodes import ResultNodes, prediction_to_nodes
from TACEResponseLib.scene.views import VIEWS, add_slice_views, show_overlay
from TACEResponseLib.terms import ImageSequence

CT = ImageSequence.CT_ARTERIAL
Shown = tuple[CaseNodes, ResultNodes]
SIDE = 480


@pytest.fixture
def shown(scene: Any, ball_case: Case, make_prediction: Callable[..., Prediction]) -> Shown:
    """The ball with a saliency that rises from 0 at the patient's right to 1 at the left."""
    prediction = make_prediction(ball_case)
    network, classifier = prediction.branches
    saliency = network.saliency[CT]
    ramp = np.ones(saliency.volume.geometry.shape_kji, np.float32)
    ramp *= np.linspace(0, 1, 48, dtype=np.float32)
    saliency = replace(saliency, volume=saliency.volume.with_voxels(ramp))
    network = replace(network, saliency={CT: saliency})
    nodes = case_to_nodes(scene, ball_case)
    result = prediction_to_nodes(
        scene, nodes, replace(prediction, branches=(network, classifier))
    )
    add_slice_views(scene, nodes, center_ras=(4.0, -8.0, 142.0))
    show_overlay(scene, nodes, result)
    return nodes, result


def draw(scene: Any, view: str, path: Path | None = None) -> np.ndarray:
    """Colors (SIDE, SIDE, 3) of a slice view, top row first."""
    import slicer
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLScene(scene)
    node = scene.GetFirstNode(view, "vtkMRMLSliceNode")
    logic.SetSliceNode(node)
    logic.SetSliceCompositeNode(logic.GetSliceCompositeNode(node))
    node.SetDimensions(SIDE, SIDE, 1)
    node.SetFieldOfView(96.0, 96.0, 4.0)
    port = logic.GetImageDataConnection()
    port.GetProducer().Update()
    image = port.GetProducer().GetOutputDataObject(port.GetIndex())
    if path is not None:
        writer = vtk.vtkPNGWriter()
        writer.SetFileName(str(path))
        writer.SetInputData(image)
        writer.Write()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(SIDE, SIDE, -1)
    return pixels[::-1, :, :3].astype(float)


def test_every_view_shows_the_map_half_over_the_image(scene: Any, shown: Shown) -> None:
    nodes, result = shown
    composites = scene.GetNodesByClass("vtkMRMLSliceCompositeNode")
    assert composites.GetNumberOfItems() == len(VIEWS)
    for n in range(len(VIEWS)):
        composite = composites.GetItemAsObject(n)
        assert composite.GetBackgroundVolumeID() == nodes.volumes[CT].GetID()
        assert composite.GetForegroundVolumeID() == result.saliency[CT].GetID()
        assert composite.GetForegroundOpacity() == 0.5


def test_views_keep_the_names_orientations_and_labels_that_slicer_gives_them(
    scene: Any, shown: Shown
) -> None:
    for name, orientation in VIEWS.items():
        view = scene.GetFirstNode(name, "vtkMRMLSliceNode")
        assert view.GetID() == f"vtkMRMLSliceNode{name}"
        assert view.GetOrientation() == orientation
        assert view.GetLayoutLabel() == name[0]
        color = {"Red": view.GetRedColor, "Green": view.GetGreenColor}.get(
            name, view.GetYellowColor
        )()
        assert view.GetLayoutColor() == pytest.approx(color, abs=0.01)


def test_pixels_mix_gray_and_color_half_and_half_above_the_edge(
    scene: Any, shown: Shown
) -> None:
    """Worked by hand: the window of 400 HU, the ramp's color, half of each."""
    nodes, _ = shown
    picture = draw(scene, "Red")
    node = scene.GetFirstNode("Red", "vtkMRMLSliceNode")
    xy_to_ras = node.GetXYToRAS()
    ijk_from_ras = np.linalg.inv(_affine(nodes.volumes[CT]))
    rng = np.random.default_rng(0)
    voxels = _voxels(nodes.volumes[CT])
    checked = 0
    for x, y in rng.integers(20, SIDE - 20, (400, 2)):
        ras = xy_to_ras.MultiplyPoint((float(x), float(y), 0.0, 1.0))
        i, j, k = (ijk_from_ras @ ras)[:3]
        if not (1 < i < 46 and 1 < j < 38) or abs(i - round(i)) > 0.03 or abs(j - round(j)) > 0.03:
            continue
        gray = np.clip((voxels[round(k), round(j), round(i)] + 160) / 400, 0, 1)
        level = i / 47
        color = saliency_colors()[min(int(level * 256), 255), :3]
        expected = gray if level < 0.1 else 0.5 * gray + 0.5 * color
        assert picture[SIDE - 1 - y, x] / 255 == pytest.approx(
            np.broadcast_to(expected, 3), abs=0.03
        )
        checked += 1
    assert checked > 0


@pytest.mark.parametrize("by", ["threshold", "alpha"])
def test_low_saliency_is_bare_by_threshold_and_by_alpha_alone(
    scene: Any, shown: Shown, by: str
) -> None:
    nodes, result = shown
    display = result.saliency[CT].GetDisplayNode()
    overlaid = draw(scene, "Red")
    if by == "threshold":
        colors = display.GetColorNode()
        for n in range(colors.GetNumberOfColors()):
            colors.SetColor(n, *colors.GetLookupTable().GetTableValue(n)[:3], 1.0)
    else:
        display.ApplyThresholdOff()
    assert np.array_equal(draw(scene, "Red"), overlaid)
    scene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode").SetForegroundOpacity(0.0)
    bare = draw(scene, "Red")
    low = slice(0, 45)  # the map reaches 0.1 at 47 of 480 pixels
    assert np.array_equal(overlaid[:, low], bare[:, low])
    high = slice(60, SIDE)
    rows = slice(60, SIDE - 60)
    assert (np.abs(overlaid[rows, high] - bare[rows, high]).max(axis=-1) > 3).mean() > 0.99


def test_the_slices_cut_through_the_given_point(scene: Any, shown: Shown) -> None:
    offsets = {
        name: scene.GetFirstNode(name, "vtkMRMLSliceNode").GetSliceOffset() for name in VIEWS
    }
    assert offsets == pytest.approx({"Red": 142.0, "Green": -8.0, "Yellow": 4.0})


def test_without_a_map_the_image_stands_alone(
    scene: Any, ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    nodes = case_to_nodes(scene, ball_case)
    prediction = make_prediction(ball_case, with_saliency=False)
    result = prediction_to_nodes(scene, nodes, prediction)
    add_slice_views(scene, nodes, center_ras=(0.0, 0.0, 142.0))
    show_overlay(scene, nodes, result)
    composite = scene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")
    assert composite.GetBackgroundVolumeID() == nodes.volumes[CT].GetID()
    assert composite.GetForegroundVolumeID() is None
    assert composite.GetForegroundOpacity() == 0.0


def _affine(node: Any) -> np.ndarray:
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def _voxels(node: Any) -> np.ndarray:
    from slicer.util import arrayFromVolume

    return arrayFromVolume(node)
