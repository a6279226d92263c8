"""Names of attention maps: Slicer prints them in the corner of each slice view."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.case_nodes import case_to_nodes
from TACEResponseLib.scene.map_names import map_name, mark_simulated
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
