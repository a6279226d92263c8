"""Out of date is said in names; the first score is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.case_nodes import CaseNodes, case_to_nodes
from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes
from TACEResponseLib.scene.result_marks import (
    FIRST_SCORE_ROLE,
    OUT_OF_DATE,
    keep_first_score,
    mark_out_of_date,
    result_nodes,
)

Make = Callable[..., Prediction]


@pytest.fixture
def nodes(scene: Any, ball_case: Case, make_prediction: Make) -> CaseNodes:
    nodes = case_to_nodes(scene, ball_case)
    prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    return nodes


def test_marking_twice_marks_once_and_can_be_taken_back(nodes: CaseNodes) -> None:
    before = [node.GetName() for node in result_nodes(nodes.segmentation)]
    assert before
    for _ in range(2):
        mark_out_of_date(nodes.segmentation, is_out_of_date=True)
    marked = [node.GetName() for node in result_nodes(nodes.segmentation)]
    assert marked == [name + OUT_OF_DATE for name in before]
    mark_out_of_date(nodes.segmentation, is_out_of_date=False)
    assert [node.GetName() for node in result_nodes(nodes.segmentation)] == before


def test_a_new_result_is_not_marked(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    mark_out_of_date(nodes.segmentation, is_out_of_date=True)
    prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    names = [node.GetName() for node in result_nodes(nodes.segmentation)]
    assert not any(name.endswith(OUT_OF_DATE) for name in names)


def test_the_first_score_of_a_case_stays(
    scene: Any, nodes: CaseNodes, ball_case: Case, make_prediction: Make
) -> None:
    keep_first_score(scene, nodes.segmentation, "P001", "first")
    prediction_to_nodes(scene, nodes, make_prediction(ball_case))
    keep_first_score(scene, nodes.segmentation, "P001", "second")
    kept = nodes.segmentation.GetNodeReference(FIRST_SCORE_ROLE)
    assert kept.GetText() == "first"
    assert kept not in result_nodes(nodes.segmentation)
    keep_first_score(scene, nodes.segmentation, "P002", "of another case")
    assert nodes.segmentation.GetNodeReference(FIRST_SCORE_ROLE).GetText() == "of another case"
    assert kept.GetText() == "first"


def test_a_segmentation_without_a_result_has_none(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "drawn")
    assert result_nodes(node) == []
    mark_out_of_date(node, is_out_of_date=True)
    assert node.GetName() == "drawn"
