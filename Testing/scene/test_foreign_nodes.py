"""A node that isn't ours is never written into, whatever reference leads to it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.case_nodes import CaseNodes, case_to_nodes
from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes
from TACEResponseLib.scene.result_marks import mark_out_of_date, result_nodes

CT = ImageSequence.CT_ARTERIAL
KINDS = {
    "summary": "vtkMRMLTableNode",
    "branches": "vtkMRMLTableNode",
    "radiomics": "vtkMRMLTableNode",
    "contributions": "vtkMRMLTableNode",
    "plot_series": "vtkMRMLPlotSeriesNode",
    "plot_chart": "vtkMRMLPlotChartNode",
    "record": "vtkMRMLTextNode",
    "colors": "vtkMRMLColorTableNode",
    "saliency.ct_arterial": "vtkMRMLScalarVolumeNode",
    "saliency.mr_t2": "vtkMRMLScalarVolumeNode",
    "something_of_a_later_version": "vtkMRMLTextNode",
}
Make = Callable[..., Prediction]


@pytest.fixture
def nodes(scene: Any, ball_case: Case) -> CaseNodes:
    return case_to_nodes(scene, ball_case)


def users_own(scene: Any, kind: str) -> Any:
    """A node with content, as a person makes it."""
    from slicer.util import updateVolumeFromArray

    node = scene.AddNewNodeByClass(kind, "mine")
    if kind == "vtkMRMLScalarVolumeNode":
        updateVolumeFromArray(node, np.arange(24, dtype=np.int16).reshape(2, 3, 4))
        node.CreateDefaultDisplayNodes()
    elif kind == "vtkMRMLTableNode":
        node.AddColumn().InsertNextValue("my own number")
    elif kind == "vtkMRMLTextNode":
        node.SetText("my own text")
    elif kind == "vtkMRMLColorTableNode":
        node.SetTypeToUser()
        node.SetNumberOfColors(2)
        node.SetColor(0, 0.1, 0.2, 0.3, 0.4)
    return node


def stamp(node: Any) -> list[Any]:
    """Changes with whatever is written into a node, its content or its display."""
    parts = [node]
    for content in ("GetImageData", "GetTable", "GetLookupTable"):
        if hasattr(node, content):
            parts.append(getattr(node, content)())
    if node.IsA("vtkMRMLDisplayableNode"):
        displays = range(node.GetNumberOfDisplayNodes())
        parts += [node.GetNthDisplayNode(n) for n in displays]
    return [node.GetName(), *[part.GetMTime() for part in parts if part is not None]]


@pytest.mark.parametrize("role", KINDS)
def test_a_reference_to_a_users_node_leads_to_no_writing(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make, role: str
) -> None:
    mine = users_own(scene, KINDS[role])
    nodes.segmentation.SetNodeReferenceID(f"TACEResponse.{role}", mine.GetID())
    before = stamp(mine)
    result = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    mark_out_of_date(nodes.segmentation, is_out_of_date=True)
    assert mine.GetScene() is scene
    assert stamp(mine) == before
    assert mine not in result_nodes(nodes.segmentation)
    assert nodes.segmentation.GetNodeReference(f"TACEResponse.{role}") is not mine
    assert result.summary.GetName().endswith("(out of date)")


@pytest.mark.parametrize("role", KINDS)
def test_a_reference_that_a_person_led_elsewhere_after_scoring_is_no_different(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make, role: str
) -> None:
    prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.5))
    mine = users_own(scene, KINDS[role])
    nodes.segmentation.SetNodeReferenceID(f"TACEResponse.{role}", mine.GetID())
    before = stamp(mine)
    mark_out_of_date(nodes.segmentation, is_out_of_date=True)
    prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.9))
    assert stamp(mine) == before


def test_a_copied_segmentation_gets_a_result_of_its_own(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    """Its references lead to the first one's result, as those of every copy do."""
    from dataclasses import replace

    import slicer

    first = prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.2))
    twin = slicer.vtkMRMLSegmentationNode()
    twin.CopyWithScene(nodes.segmentation)
    scene.AddNode(twin)
    assert twin.GetNodeReference("TACEResponse.record") is first.record
    before = [stamp(node) for node in result_nodes(nodes.segmentation)]
    assert len(before) == 9
    copied = replace(nodes, segmentation=twin)
    second = prediction_to_nodes(scene, copied, make_prediction(ball_case, p=0.8))
    assert second.record is not first.record
    assert [stamp(node) for node in result_nodes(nodes.segmentation)] == before
    mark_out_of_date(twin, is_out_of_date=True)
    assert [stamp(node) for node in result_nodes(nodes.segmentation)] == before


# A copied chart shows the series of the first one, and changes with that.
COPIED = set(KINDS) - {"plot_chart", "saliency.mr_t2", "something_of_a_later_version"}


@pytest.mark.parametrize("role", sorted(COPIED))
def test_what_a_person_copied_of_a_result_stays_when_the_case_is_scored_again(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make, role: str
) -> None:
    prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.5))
    made = nodes.segmentation.GetNodeReference(f"TACEResponse.{role}")
    copy = made.CreateNodeInstance()
    copy.CopyWithScene(made)
    copy.SetName("my copy")
    scene.AddNode(copy)
    before = stamp(copy)[:3]  # its display is the map's own, as MRML copies it
    prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.9))
    assert stamp(copy)[:3] == before


def test_a_display_that_a_users_volume_shares_is_left_to_it(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    first = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    image = nodes.volumes[CT]
    first.saliency[CT].SetAndObserveDisplayNodeID(image.GetDisplayNodeID())
    before = stamp(image)
    prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    assert stamp(image) == before
    assert first.saliency[CT].GetDisplayNode() is not image.GetDisplayNode()


def test_the_result_of_a_saved_scene_is_still_its_own(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make, tmp_path: Any
) -> None:
    """Read into a scene in which all ids are taken, so that MRML gives others."""
    prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    path = tmp_path / "scene.mrb"
    assert scene.WriteToMRB(str(path))
    assert scene.ReadFromMRB(str(path), False)
    count = scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")
    segmentations = [scene.GetNthNodeByClass(n, "vtkMRMLSegmentationNode") for n in range(count)]
    (read,) = [node for node in segmentations if node is not nodes.segmentation]
    assert len(result_nodes(read)) == len(result_nodes(nodes.segmentation)) == 9
    assert not set(result_nodes(read)) & set(result_nodes(nodes.segmentation))
