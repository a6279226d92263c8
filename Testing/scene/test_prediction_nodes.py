"""A prediction becomes nodes once; scoring again updates those."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.contour_range import ContourRange
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import to_record
from TACEResponseLib.scene.case_nodes import CaseNodes, case_to_nodes
from TACEResponseLib.scene.prediction_nodes import (
    ResultNodes,
    contours_to_nodes,
    prediction_to_nodes,
)
from TACEResponseLib.scene.volumes import volume_from_node
from Testing.scene.nodes_as_case import case_from_nodes

CT = ImageSequence.CT_ARTERIAL
Make = Callable[..., Prediction]


@pytest.fixture
def nodes(scene: Any, ball_case: Case) -> CaseNodes:
    return case_to_nodes(scene, ball_case)


def ids(scene: Any) -> list[str]:
    return [scene.GetNthNode(n).GetID() for n in range(scene.GetNumberOfNodes())]


def tables_of(result: ResultNodes) -> list[Any]:
    return [result.summary, result.branches, result.radiomics, result.contributions]


def test_the_saliency_lies_on_the_grid_of_its_image(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    prediction = make_prediction(ball_case)
    saliency = prediction_to_nodes(scene, nodes, prediction).saliency[CT]
    seen = volume_from_node(saliency)
    assert seen.geometry == ball_case.images[CT].geometry
    assert np.array_equal(seen.voxels, prediction.branches[0].saliency[CT].volume.voxels)
    assert saliency.GetNodeReference("TACEResponse.image") is nodes.volumes[CT]


def test_a_map_cut_to_a_box_lies_where_the_box_lay(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    prediction = make_prediction(ball_case)
    network = prediction.branches[0]
    whole = network.saliency[CT]
    start, size = (3, 2, 1), (5, 6, 7)
    box = tuple(slice(s, s + n) for s, n in zip(start[::-1], size[::-1], strict=True))
    cut = Volume(
        voxels=whole.volume.voxels[box], geometry=whole.volume.geometry.cropped(start, size)
    )
    network = replace(network, saliency={CT: replace(whole, volume=cut)})
    prediction = replace(prediction, branches=(network, *prediction.branches[1:]))
    seen = volume_from_node(prediction_to_nodes(scene, nodes, prediction).saliency[CT])
    assert seen.geometry == cut.geometry
    assert np.array_equal(seen.voxels, cut.voxels)


def test_the_saliency_of_a_moved_image_lies_over_it_and_follows_it(
    scene: Any, nodes: CaseNodes, make_prediction: Make
) -> None:
    import vtk

    image = nodes.volumes[CT]
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    shift = vtk.vtkMatrix4x4()
    shift.SetElement(0, 3, 20.0)
    transform.SetMatrixTransformToParent(shift)
    image.SetAndObserveTransformNodeID(transform.GetID())
    nodes.segmentation.SetAndObserveTransformNodeID(transform.GetID())
    case = case_from_nodes(scene, nodes.volumes, nodes.segmentation, ["label_1"], "P001")
    saliency = prediction_to_nodes(scene, nodes, make_prediction(case)).saliency[CT]
    assert volume_from_node(saliency).geometry == case.images[CT].geometry
    shift.SetElement(1, 3, 9.0)
    transform.SetMatrixTransformToParent(shift)
    assert volume_from_node(saliency).geometry == volume_from_node(image).geometry


def test_the_saliency_is_shown_from_0_to_1_in_its_own_colors(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    result = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    display = result.saliency[CT].GetDisplayNode()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 1.0)
    assert not display.GetAutoWindowLevel()
    assert display.GetApplyThreshold()
    assert display.GetLowerThreshold() == pytest.approx(0.1)
    assert display.GetColorNode().GetName() == "P001 saliency colors"


def test_a_map_in_the_scene_is_on_the_scale_of_the_models_maps(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    prediction = make_prediction(ball_case)
    whole = prediction.branches[0].saliency[CT]
    weak = replace(prediction.branches[0], saliency={CT: replace(whole, strength=0.25)})
    prediction = replace(prediction, branches=(weak, *prediction.branches[1:]))
    seen = volume_from_node(prediction_to_nodes(scene, nodes, prediction).saliency[CT])
    assert seen.voxels == pytest.approx(0.25 * whole.volume.voxels)


def test_the_record_is_the_whole_record(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    prediction = make_prediction(ball_case)
    text = prediction_to_nodes(scene, nodes, prediction).record.GetText()
    assert json.loads(text) == json.loads(json.dumps(to_record(prediction)))


def test_every_node_of_the_result_lies_in_the_folder_of_the_case(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    result = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    tree = scene.GetSubjectHierarchyNode()
    shown = [*tables_of(result), result.chart, result.record, *result.saliency.values()]
    folder = tree.GetItemParent(tree.GetItemByDataNode(nodes.segmentation))
    assert {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in shown} == {folder}


def test_scoring_again_updates_the_same_nodes(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    first = prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.5))
    before = ids(scene)
    second = prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.9))
    assert ids(scene) == before
    assert second.record is first.record
    assert json.loads(second.record.GetText())["probability"] == 0.9
    values = second.summary.GetTable().GetColumnByName("Value")
    assert "0.900" in [values.GetValue(n) for n in range(values.GetNumberOfValues())]


def test_nodes_are_found_whatever_a_person_calls_them(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    first = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    first.summary.SetName("my summary")
    nodes.segmentation.SetName("P001 summary")
    assert prediction_to_nodes(scene, nodes, make_prediction(ball_case)).summary is first.summary


def test_a_node_that_a_person_deleted_is_made_again(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    first = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    count = scene.GetNumberOfNodes()
    scene.RemoveNode(first.record)
    second = prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    assert second.record.GetScene() is scene
    assert scene.GetNumberOfNodes() == count


def test_what_the_new_result_lacks_is_removed(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    prediction = make_prediction(ball_case)
    fused = replace(prediction.fused, terms=())
    bare = make_prediction(ball_case, with_saliency=False)
    network, classifier = bare.branches
    bare = replace(bare, branches=(network, replace(classifier, features=())), fused=fused)
    prediction_to_nodes(scene, nodes, bare)
    before = scene.GetNumberOfNodes()
    prediction_to_nodes(scene, nodes, prediction)
    assert scene.GetNumberOfNodes() == before + 7  # map, display, colors, 2 tables, series, chart
    result = prediction_to_nodes(scene, nodes, bare)
    assert (result.saliency, result.radiomics, result.contributions, result.chart) == (
        {},
        None,
        None,
        None,
    )
    assert scene.GetNumberOfNodes() == before
    assert nodes.segmentation.GetNodeReferenceID("TACEResponse.saliency.ct_arterial") is None


def test_two_cases_in_one_scene_keep_their_results_apart(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    other_case = Case(case_id="P002", images=ball_case.images, roi=ball_case.roi)
    others = case_to_nodes(scene, other_case)
    first = prediction_to_nodes(scene, nodes, make_prediction(ball_case, p=0.2))
    second = prediction_to_nodes(scene, others, make_prediction(other_case, p=0.8))
    assert json.loads(first.record.GetText())["probability"] == 0.2
    assert json.loads(second.record.GetText())["probability"] == 0.8
    assert second.summary.GetName() == "P002 summary"


def test_results_of_a_users_own_nodes_get_a_folder_and_leave_theirs(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    tree = scene.GetSubjectHierarchyNode()
    own = replace(nodes, case_id="study 7")
    place = tree.GetItemParent(tree.GetItemByDataNode(nodes.segmentation))
    prediction_to_nodes(scene, own, make_prediction(ball_case))
    count = tree.GetNumberOfItems()
    result = prediction_to_nodes(scene, own, make_prediction(ball_case))
    assert tree.GetNumberOfItems() == count
    folder = tree.GetItemParent(tree.GetItemByDataNode(result.summary))
    assert tree.GetItemName(folder) == "study 7"
    assert tree.GetItemParent(tree.GetItemByDataNode(result.record)) == folder
    assert tree.GetItemParent(tree.GetItemByDataNode(nodes.segmentation)) == place


def test_a_map_of_an_image_that_the_scene_lacks_is_an_error(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    with pytest.raises(KeyError, match="ct_arterial"):
        prediction_to_nodes(scene, replace(nodes, volumes={}), make_prediction(ball_case))


def test_contours_come_with_a_result_or_after_it_and_go_with_the_next(
    scene: Any,
    nodes: CaseNodes,
    ball_case: Case,
    make_prediction: Make,
    made_contours: ContourRange,
) -> None:
    prediction = make_prediction(ball_case)
    assert prediction_to_nodes(scene, nodes, prediction).contours is None
    before = scene.GetNumberOfNodes()
    chart = contours_to_nodes(scene, nodes, made_contours, 0.55)
    assert chart.GetTitle() == made_contours.sentence
    assert scene.GetNumberOfNodes() == before + 4  # table, two series, chart
    together = prediction_to_nodes(scene, nodes, replace(prediction, contours=made_contours))
    assert together.contours is chart
    assert scene.GetNumberOfNodes() == before + 4
    prediction_to_nodes(scene, nodes, prediction)
    assert scene.GetNumberOfNodes() == before
    assert nodes.segmentation.GetNodeReferenceID("TACEResponse.contours_chart") is None
