"""Names of attention maps: Slicer prints them in the corner of each slice view."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.case_nodes import case_to_nodes
from TACEResponseLib.scene.map_names import is_map, is_simulated, map_name, mark_simulated
from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes
from TACEResponseLib.scene.result_marks import mark_out_of_date

CT = ImageSequence.CT_ARTERIAL
# Slicer's fitText keeps the first half of what fits; a view of 300 pixels has room for 18 letters.
KEPT = 18 // 2 + 3


def test_a_simulated_model_s_map_says_so_first() -> None:
    assert map_name("P001", CT, is_simulated=True) == "SIMULATED P001 saliency ct_arterial"
    assert map_name("P001", CT, is_simulated=False) == "P001 saliency ct_arterial"
    assert f"F: {map_name('x' * 64, CT, is_simulated=True)}"[:KEPT] == "F: SIMULATED"


def test_the_map_s_node_has_that_name_and_only_the_map(
    scene: Any, ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    nodes = case_to_nodes(scene, ball_case)
    for banner, is_marked in (("Simulated patients.", True), (None, False)):
        prediction = replace(make_prediction(ball_case), simulated_banner=banner)
        result = prediction_to_nodes(scene, nodes, prediction)
        assert result.saliency[CT].GetName().startswith("SIMULATED") is is_marked
        assert not result.summary.GetName().startswith("SIMULATED")
        mark_out_of_date(nodes.segmentation, is_out_of_date=True)
        assert result.saliency[CT].GetName().startswith("SIMULATED") is is_marked


def test_a_map_that_lost_its_mark_gets_it_again_once(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "my map")
    mark_simulated(node)
    mark_simulated(node)
    assert node.GetName() == "SIMULATED my map"


def test_whose_map_it_is_outlives_its_name_and_goes_into_its_copies(
    scene: Any, ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    nodes = case_to_nodes(scene, ball_case)
    for banner, is_marked in (("Simulated patients.", True), (None, False)):
        prediction = replace(make_prediction(ball_case), simulated_banner=banner)
        node = prediction_to_nodes(scene, nodes, prediction).saliency[CT]
        node.SetName("anything")
        copy = node.CreateNodeInstance()
        copy.CopyWithScene(node)
        scene.AddNode(copy)
        assert (is_map(copy), is_map(nodes.volumes[CT])) == (True, False)
        assert is_simulated(node) is is_simulated(copy) is is_marked


@pytest.mark.parametrize(("banner", "is_marked"), [("Simulated patients.", True), (None, False)])
def test_the_record_says_it_of_an_early_map_without_name_and_mark(
    scene: Any,
    ball_case: Case,
    make_prediction: Callable[..., Prediction],
    banner: str | None,
    is_marked: bool,
) -> None:
    nodes = case_to_nodes(scene, ball_case)
    prediction = replace(make_prediction(ball_case), simulated_banner=banner)
    result = prediction_to_nodes(scene, nodes, prediction)
    node = result.saliency[CT]
    for name in list(node.GetAttributeNames()):
        node.RemoveAttribute(name)
    node.SetName("P001 saliency ct_arterial")
    assert is_map(node)
    assert is_simulated(node) is is_marked
    result.record.SetText("[" * 100_000)
    assert not is_simulated(node)
