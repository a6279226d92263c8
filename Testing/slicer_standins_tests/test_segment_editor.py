"""The embedded Segment Editor on the real node and logic."""

from typing import Any

import numpy as np
import pytest
import slicer

from Testing.slicer_standins import Standins


@pytest.fixture
def volume(standins: Standins) -> Any:
    """An image of 4 x 5 x 6 voxels."""
    node = standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    slicer.util.updateVolumeFromArray(node, np.zeros((6, 5, 4), dtype=np.int16))
    return node


@pytest.fixture
def segmentation(standins: Standins) -> Any:
    """A segmentation with one empty segment."""
    node = standins.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "ROI")
    node.GetSegmentation().AddEmptySegment("Tumor")
    return node


@pytest.fixture
def editor(standins: Standins) -> Any:
    """An editor with a node of its own."""
    widget = slicer.qMRMLSegmentEditorWidget()
    node = standins.scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    widget.setMRMLSegmentEditorNode(node)
    widget.setMRMLScene(standins.scene)
    return widget


def test_nodes_that_are_set_are_in_the_editors_node(
    editor: Any, segmentation: Any, volume: Any
) -> None:
    heard: list[Any] = []
    editor.segmentationNodeChanged.connect(heard.append)
    editor.sourceVolumeNodeChanged.connect(heard.append)
    editor.setSegmentationNode(segmentation)
    editor.setSourceVolumeNode(volume)
    node = editor.mrmlSegmentEditorNode()
    assert node.GetSegmentationNode() is segmentation
    assert node.GetSourceVolumeNode() is volume
    assert heard == [segmentation, volume]
    assert editor.currentSegmentID() == segmentation.GetSegmentation().GetNthSegmentID(0)


@pytest.mark.usefixtures("standins")
def test_nodes_before_the_editors_node_are_refused(segmentation: Any, volume: Any) -> None:
    widget = slicer.qMRMLSegmentEditorWidget()
    with pytest.raises(RuntimeError, match="need to set segment editor node first"):
        widget.setSegmentationNode(segmentation)
    widget.setMRMLSegmentEditorNode(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode"))
    with pytest.raises(RuntimeError, match="segmentation nodes first"):
        widget.setSourceVolumeNode(volume)


def test_nodes_of_another_type_are_refused(editor: Any, segmentation: Any, volume: Any) -> None:
    with pytest.raises(ValueError, match="Could not find matching overload"):
        editor.setSegmentationNode(volume)
    with pytest.raises(ValueError, match="Could not find matching overload"):
        editor.setSourceVolumeNode(segmentation)
    with pytest.raises(ValueError, match="Could not find matching overload"):
        editor.setActiveEffect("Paint")


@pytest.mark.parametrize(
    "name", ["setMasterVolumeNode", "masterVolumeNode", "setMasterVolumeNodeSelectorVisible"]
)
def test_the_old_names_do_not_exist(editor: Any, name: str) -> None:
    assert not hasattr(editor, name)


def test_after_a_batch_the_selectors_replace_the_nodes(editor: Any, segmentation: Any) -> None:
    editor.setSegmentationNode(segmentation)
    scene = slicer.mrmlScene
    scene.StartState(scene.BatchProcessState)
    other = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "other")
    editor.mrmlSegmentEditorNode().DisableModifiedEventOn()
    editor.mrmlSegmentEditorNode().SetAndObserveSegmentationNode(other)
    scene.EndState(scene.BatchProcessState)
    assert editor.segmentationNode() is segmentation


def test_undo_and_redo_change_the_mask(editor: Any, segmentation: Any, volume: Any) -> None:
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    editor.setSegmentationNode(segmentation)
    segment_id = editor.currentSegmentID()
    mask = np.zeros((6, 5, 4), dtype=np.uint8)

    def counted() -> int:
        return int(
            slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, volume).sum()
        )

    mask[2, 2, 2] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, volume)
    editor.saveStateForUndo()
    mask[3, 2, 2] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, volume)
    assert counted() == 2
    editor.undo()
    assert counted() == 1
    editor.redo()
    assert counted() == 2


def test_an_effect_is_active_until_the_segmentation_changes(editor: Any, segmentation: Any) -> None:
    editor.setActiveEffectByName("Paint")
    assert editor.activeEffect().name == "Paint"
    editor.activeEffect().setParameter("BrushSphere", 1)
    assert editor.mrmlSegmentEditorNode().GetAttribute("Paint.BrushSphere") == "1"
    editor.setSegmentationNode(segmentation)
    assert editor.activeEffect() is None
    editor.setActiveEffectByName("Sculpt")
    assert editor.activeEffect() is None


def test_effects_have_the_names_of_slicer_s_toolbar(editor: Any) -> None:
    names = editor.availableEffectNames()
    for name in ("Paint", "Draw", "Erase", "Scissors", "Threshold", "Islands", "Smoothing"):
        assert name in names
        assert editor.effectByName(name).name == name
    assert editor.effectByName("paint") is None


def test_shortcuts_are_installed_and_taken_back(editor: Any, standins: Standins) -> None:
    window = standins.qt.QWidget()
    editor.installKeyboardShortcuts(window)
    shortcuts = window.findChildren(standins.qt.QShortcut)
    assert shortcuts
    editor.uninstallKeyboardShortcuts()
    assert not any(shortcut.enabled for shortcut in shortcuts)


def test_selectors_can_be_hidden(editor: Any) -> None:
    editor.setSegmentationNodeSelectorVisible(False)
    editor.setSourceVolumeNodeSelectorVisible(False)
    boxes = editor.findChildren(slicer.qMRMLNodeComboBox)
    assert [box.isHidden() for box in boxes] == [True, True]


def test_the_table_lists_and_selects_segments(standins: Standins, segmentation: Any) -> None:
    table = slicer.qMRMLSegmentsTableView()
    table.setMRMLScene(standins.scene)
    table.setSegmentationNode(segmentation)
    segments = segmentation.GetSegmentation()
    second = segments.AddEmptySegment("Satellite")
    assert table.segmentCount == 2
    table.setSelectedSegmentIDs([second])
    assert table.selectedSegmentIDs() == [second]
    assert table.rowForSegmentID("absent") == -1
    segments.RemoveSegment(second)
    assert table.displayedSegmentIDs() == [segments.GetNthSegmentID(0)]
    with pytest.raises(ValueError, match="Could not find matching overload"):
        table.setSegmentationNode(segments)
