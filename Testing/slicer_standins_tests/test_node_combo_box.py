"""The node selector on a real scene."""

from typing import Any

import pytest
import slicer

from Testing.slicer_standins import Standins


@pytest.fixture
def selector(standins: Standins) -> Any:
    """A selector of volumes, with "None"."""
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.noneEnabled = True
    box.setMRMLScene(standins.scene)
    return box


def add(kind: str = "vtkMRMLScalarVolumeNode", name: str = "CT") -> Any:
    """A node in the scene."""
    return slicer.mrmlScene.AddNewNodeByClass(kind, name)


def texts(box: Any) -> list[str]:
    """What the selector shows."""
    combo = box.findChild(type(box._combo))
    return [combo.itemText(row) for row in range(combo.count)]


def test_nodes_appear_in_the_order_in_which_they_are_added(selector: Any) -> None:
    add(name="B")
    add("vtkMRMLSegmentationNode", "not offered")
    add(name="A")
    assert texts(selector)[:3] == ["None", "B", "A"]
    assert selector.nodeCount() == 2
    assert selector.nodeFromIndex(1).GetName() == "A"
    assert selector.currentNode() is None


def test_the_chosen_node_is_told_by_every_signal(selector: Any) -> None:
    node, heard = add(), []
    selector.currentNodeChanged.connect(lambda chosen: heard.append(chosen))
    selector.connect("currentNodeChanged(bool)", lambda is_valid: heard.append(is_valid))
    selector.currentNodeIDChanged.connect(heard.append)
    selector.setCurrentNode(node)
    assert heard == [node, True, node.GetID()]
    assert selector.currentNodeID == node.GetID()


def test_a_removed_node_leaves_and_a_neighbor_takes_its_place(selector: Any) -> None:
    first, second = add(name="first"), add(name="second")
    selector.setCurrentNode(first)
    slicer.mrmlScene.RemoveNode(first)
    assert selector.currentNode() is second
    slicer.mrmlScene.RemoveNode(second)
    assert selector.currentNode() is None


def test_the_first_node_is_chosen_when_there_is_neither_none_nor_an_action(
    standins: Standins,
) -> None:
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.addEnabled = box.removeEnabled = False
    box.setMRMLScene(standins.scene)
    node = add()
    assert box.currentNode() is node


def test_renaming_and_hiding_are_followed(selector: Any) -> None:
    node = add(name="old")
    node.SetName("new")
    assert "new" in texts(selector)
    node.SetHideFromEditors(True)
    assert selector.nodeCount() == 0
    selector.showHidden = True
    assert selector.nodeCount() == 1


def test_label_volumes_are_offered_as_volumes_unless_excluded(selector: Any) -> None:
    add("vtkMRMLLabelMapVolumeNode", "labels")
    assert selector.nodeCount() == 1
    selector.hideChildNodeTypes = ["vtkMRMLLabelMapVolumeNode"]
    assert selector.nodeCount() == 0
    selector.hideChildNodeTypes = []
    selector.showChildNodeTypes = False
    assert selector.nodeCount() == 0


def test_an_attribute_filters(selector: Any) -> None:
    selector.addAttribute("vtkMRMLScalarVolumeNode", "Phase", "arterial")
    node = add()
    assert selector.nodeCount() == 0
    node.SetAttribute("Phase", "venous")
    assert selector.nodeCount() == 0
    selector.removeAttribute("vtkMRMLScalarVolumeNode", "Phase")
    assert selector.nodeCount() == 1


def test_closing_the_scene_leaves_nothing_chosen(selector: Any) -> None:
    selector.setCurrentNode(add(name="first"))
    add(name="second")
    heard: list[Any] = []
    selector.currentNodeChanged.connect(lambda chosen: heard.append(chosen))
    slicer.mrmlScene.Clear(0)
    assert selector.currentNode() is None
    assert selector.nodeCount() == 0
    assert heard == [None]


def test_a_node_asked_for_before_the_scene_is_chosen_later(standins: Standins) -> None:
    node = add()
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    assert box.enabled is False
    box.setCurrentNode(node)
    assert box.currentNode() is None
    box.setMRMLScene(standins.scene)
    assert box.currentNode() is node


def test_the_user_makes_and_deletes_a_node(selector: Any) -> None:
    heard: list[Any] = []
    selector.nodeAddedByUser.connect(heard.append)
    node = selector.addNode()
    assert heard == [node]
    assert selector.currentNode() is node
    assert selector.addNode("vtkMRMLTextNode") is None
    selector.removeCurrentNode()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0


def test_choosing_as_the_user_activates_the_node(standins: Standins, selector: Any) -> None:
    heard: list[Any] = []
    selector.nodeActivated.connect(heard.append)
    node = add()
    standins.choose_node(selector, node)
    assert heard == [node]
    with pytest.raises(AssertionError, match="doesn't offer"):
        standins.choose_node(selector, add("vtkMRMLTextNode"))


@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("setMRMLScene", "scene"),
        ("setCurrentNode", "vtkMRMLScalarVolumeNode1"),
        ("setCurrentNode", 3),
        ("setCurrentNodeIndex", "first"),
    ],
)
def test_arguments_of_another_type_are_refused(selector: Any, method: str, argument: Any) -> None:
    with pytest.raises(ValueError, match="Could not find matching overload"):
        getattr(selector, method)(argument)


@pytest.mark.parametrize(
    "name", ["setNodeTypes", "setNoneEnabled", "setShowHidden", "setAddEnabled", "comboBox"]
)
def test_what_is_no_slot_does_not_exist(selector: Any, name: str) -> None:
    assert not hasattr(selector, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nodeTypes", "vtkMRMLScalarVolumeNode"),
        ("noneEnabled", "yes"),
        ("currentNode", None),
        ("nodeType", ["vtkMRMLScalarVolumeNode"]),
    ],
)
def test_wrong_properties_are_refused(selector: Any, name: str, value: Any) -> None:
    with pytest.raises(AttributeError, match=name):
        setattr(selector, name, value)
