"""The slice views: what they show, and the pixels that a person sees."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.case_nodes import CaseNodes, case_to_nodes
from TACEResponseLib.scene.colors import saliency_colors
from TACEResponseLib.scene.prediction_nodes import ResultNodes, prediction_to_nodes
from TACEResponseLib.scene.views import VIEWS, add_slice_views, show_overlay

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
    result = prediction_to_nodes(scene, nodes, replace(prediction, branches=(network, classifier)))
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
    node.SetFieldOfView(120.0, 120.0, 4.0)
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


def indices(scene: Any, case: Case) -> np.ndarray:
    """Index (i, j, k) in the image of each pixel of the axial view, (SIDE, SIDE, 3)."""
    matrix = scene.GetFirstNode("Red", "vtkMRMLSliceNode").GetXYToRAS()
    to_ras = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
    y, x = np.mgrid[SIDE - 1 : -1 : -1, 0:SIDE]
    pixels = np.stack([x, y, np.zeros_like(x), np.ones_like(x)], axis=-1)
    return case.images[CT].geometry.to_index((pixels @ to_ras.T)[..., :3] * [-1, -1, 1])


def test_every_view_shows_the_map_half_over_the_image(scene: Any, shown: Shown) -> None:
    nodes, result = shown
    composites = scene.GetNodesByClass("vtkMRMLSliceCompositeNode")
    assert composites.GetNumberOfItems() == len(VIEWS)
    for n in range(len(VIEWS)):
        composite = composites.GetItemAsObject(n)
        assert composite.GetBackgroundVolumeID() == nodes.volumes[CT].GetID()
        assert composite.GetForegroundVolumeID() == result.saliency[CT].GetID()
        assert composite.GetForegroundOpacity() == 0.5


@pytest.mark.usefixtures("shown")
def test_views_keep_the_names_orientations_and_labels_that_slicer_gives_them(scene: Any) -> None:
    for name, orientation in VIEWS.items():
        view = scene.GetFirstNode(name, "vtkMRMLSliceNode")
        assert view.GetID() == f"vtkMRMLSliceNode{name}"
        assert view.GetOrientation() == orientation
        assert view.GetLayoutLabel() == name[0]
        color = {"Red": view.GetRedColor, "Green": view.GetGreenColor}.get(
            name, view.GetYellowColor
        )()
        assert view.GetLayoutColor() == pytest.approx(color, abs=0.01)


@pytest.mark.usefixtures("shown")
def test_pixels_mix_gray_and_color_half_and_half_above_the_edge(
    scene: Any, ball_case: Case
) -> None:
    """Worked by hand: gray in the window of -160 to 240 HU, half of it and half of the color."""
    picture = draw(scene, "Red") / 255
    i, j, k = np.moveaxis(indices(scene, ball_case), -1, 0)
    assert k == pytest.approx(8.0)
    voxels = ball_case.images[CT].voxels[8].astype(float)
    near = (np.abs(i - np.rint(i)) < 0.08) & (np.abs(j - np.rint(j)) < 0.08)
    inside = near & (np.hypot(i - 24, (j - 20) * 1.2) < 17)
    assert inside.sum() > 500
    rows, columns = np.rint(j[inside]).astype(int), np.rint(i[inside]).astype(int)
    gray = np.clip((voxels[rows, columns] + 160) / 400, 0, 1)[:, None]
    color = saliency_colors()[(i[inside] / 47 * 255).round().astype(int), :3]
    assert picture[inside] == pytest.approx(0.5 * gray + 0.5 * color, abs=0.04)


@pytest.mark.parametrize("by", ["threshold", "alpha"])
def test_low_saliency_is_bare_by_threshold_and_by_alpha_alone(
    scene: Any, shown: Shown, ball_case: Case, by: str
) -> None:
    display = shown[1].saliency[CT].GetDisplayNode()
    overlaid = draw(scene, "Red")
    if by == "threshold":
        colors = display.GetColorNode()
        for n in range(colors.GetNumberOfColors()):
            colors.SetColor(n, *colors.GetLookupTable().GetTableValue(n)[:3], 1.0)
    else:
        display.ApplyThresholdOff()
    by_one_alone = draw(scene, "Red")
    scene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode").SetForegroundOpacity(0.0)
    bare = draw(scene, "Red")
    i, j, _ = np.moveaxis(indices(scene, ball_case), -1, 0)
    in_image = (i > 0) & (i < 47) & (j > 0) & (j < 39)
    low, high = in_image & (i / 47 < 0.095), in_image & (i / 47 > 0.105)
    assert low.sum() > 5000
    assert np.array_equal(overlaid[low], bare[low])
    assert np.array_equal(by_one_alone[low | high], overlaid[low | high])
    assert (np.abs(overlaid[high] - bare[high]).max(axis=-1) > 3).mean() > 0.99


@pytest.mark.usefixtures("shown")
def test_left_is_right_and_anterior_is_up_as_a_radiologist_expects(
    scene: Any, ball_case: Case
) -> None:
    picture = draw(scene, "Red")
    i, j, _ = np.moveaxis(indices(scene, ball_case), -1, 0)
    assert (np.diff(i, axis=1) > 0).all()  # i runs to the patient's left
    assert (np.diff(j, axis=0) > 0).all()  # j runs to posterior
    left_half, right_half = picture[200:280, 240:].sum(), picture[200:280, :240].sum()
    assert left_half > right_half  # the ramp rises to the patient's left


@pytest.mark.usefixtures("shown")
def test_the_slices_cut_through_the_given_point(scene: Any) -> None:
    for name in VIEWS:
        matrix = scene.GetFirstNode(name, "vtkMRMLSliceNode").GetSliceToRAS()
        center = [matrix.GetElement(row, 3) for row in range(3)]
        assert center == pytest.approx([4.0, -8.0, 142.0])


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
