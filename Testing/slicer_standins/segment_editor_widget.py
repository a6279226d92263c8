"""Stand-in of the embedded Segment Editor, on the real node and the real logic.

Source: Slicer, Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.{h,cxx},
Resources/UI/qMRMLSegmentEditorWidget.ui; Modules/Loadable/Segmentations/EditorEffects.
The names with "master volume" are deprecated there (they warn); here they don't exist. Setting a
node before the segment editor node logs an error there and does nothing; here it raises.
Effects can be named and made active; they don't paint.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets

from .declared import declared, require, slot_setter, stands_for, stored
from .node_combo_box import qMRMLNodeComboBox
from .qmrml_widget import qMRMLWidget, require_scene
from .scene_observer import SceneObserver
from .segments_table_view import qMRMLSegmentsTableView

EFFECT_NAMES = (
    "Threshold",
    "Paint",
    "Draw",
    "Erase",
    "Level tracing",
    "Grow from seeds",
    "Fill between slices",
    "Margin",
    "Hollow",
    "Smoothing",
    "Scissors",
    "Islands",
    "Logical operators",
    "Mask volume",
)
SHORTCUTS = ("1", "2", "Esc", "Space", "Z", "Y")


@stands_for("Slicer qSlicerSegmentEditorAbstractEffect.h")
class qSlicerSegmentEditorAbstractEffect(QtCore.QObject):
    """A tool of the editor, known by name; keeps its parameters in the editor's node."""

    _effect_name = ""
    _node: Any = None

    def __init__(self, name: str, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._effect_name = name

    def _get_name(self) -> str:
        return self._effect_name

    name = declared("QString", _get_name)

    def parameter(self, name: str, /) -> str:
        """A parameter as text; empty when it was never set."""
        return str(self._node.GetAttribute(f"{self._effect_name}.{name}") or "")

    def setParameter(self, name: str, value: Any, /) -> None:
        """Set a parameter, kept as text."""
        require("setParameter", value, (str, int, float), or_none=False)
        self._node.SetAttribute(f"{self._effect_name}.{name}", str(value))


@stands_for("Slicer Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.h")
class qMRMLSegmentEditorWidget(qMRMLWidget):
    """Selectors, the list of segments and the buttons of the effects."""

    segmentationNodeChanged = QtCore.Signal(object)
    sourceVolumeNodeChanged = QtCore.Signal(object)
    currentSegmentIDChanged = QtCore.Signal(str)
    _signatures = {  # noqa: RUF012
        "segmentationNodeChanged(vtkMRMLSegmentationNode*)": "segmentationNodeChanged",
        "sourceVolumeNodeChanged(vtkMRMLVolumeNode*)": "sourceVolumeNodeChanged",
        "currentSegmentIDChanged(QString)": "currentSegmentIDChanged",
    }

    segmentationNodeSelectorVisible = stored(
        "bool", "segmentationNodeSelectorVisible", default=True, then="_show_parts"
    )
    setSegmentationNodeSelectorVisible = slot_setter("segmentationNodeSelectorVisible")
    sourceVolumeNodeSelectorVisible = stored(
        "bool", "sourceVolumeNodeSelectorVisible", default=True, then="_show_parts"
    )
    setSourceVolumeNodeSelectorVisible = slot_setter("sourceVolumeNodeSelectorVisible")
    switchToSegmentationsButtonVisible = stored(
        "bool", "switchToSegmentationsButtonVisible", default=True
    )
    setSwitchToSegmentationsButtonVisible = slot_setter("switchToSegmentationsButtonVisible")
    maskingSectionVisible = stored("bool", "maskingSectionVisible", default=True)
    setMaskingSectionVisible = slot_setter("maskingSectionVisible")
    specifyGeometryButtonVisible = stored("bool", "specifyGeometryButtonVisible", default=True)
    setSpecifyGeometryButtonVisible = slot_setter("specifyGeometryButtonVisible")
    show3DButtonVisible = stored("bool", "show3DButtonVisible", default=True)
    setShow3DButtonVisible = slot_setter("show3DButtonVisible")
    addRemoveSegmentButtonsVisible = stored("bool", "addRemoveSegmentButtonsVisible", default=True)
    setAddRemoveSegmentButtonsVisible = slot_setter("addRemoveSegmentButtonsVisible")
    autoShowSourceVolumeNode = stored("bool", "autoShowSourceVolumeNode", default=True)
    setAutoShowSourceVolumeNode = slot_setter("autoShowSourceVolumeNode")
    undoEnabled = stored("bool", "undoEnabled", default=True)
    setUndoEnabled = slot_setter("undoEnabled")
    maximumNumberOfUndoStates = stored("int", "maximumNumberOfUndoStates", 10)
    setMaximumNumberOfUndoStates = slot_setter("maximumNumberOfUndoStates")
    readOnly = stored("bool", "readOnly", default=False)
    setReadOnly = slot_setter("readOnly")
    jumpToSelectedSegmentEnabled = stored("bool", "jumpToSelectedSegmentEnabled", default=False)
    setJumpToSelectedSegmentEnabled = slot_setter("jumpToSelectedSegmentEnabled")
    effectColumnCount = stored("int", "effectColumnCount", 2)
    setEffectColumnCount = slot_setter("effectColumnCount")
    defaultTerminologyEntry = stored("QString", "defaultTerminologyEntry", "")
    defaultTerminologyEntrySettingsKey = stored("QString", "defaultTerminologyEntrySettingsKey", "")
    unorderedEffectsVisible = stored("bool", "unorderedEffectsVisible", default=True)
    _logic: Any = None
    _node: Any = None
    _observer: Any = None
    _node_observer: Any = None
    _parts: Any = None
    _effects: Any = None
    _effect_order: Any = ()
    _known: Any = (None, None, "")
    _shortcuts: Any = ()
    _has_view_observations = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._observer, self._node_observer = SceneObserver(self), SceneObserver(self)
        self._effects = {n: qSlicerSegmentEditorAbstractEffect(n, self) for n in EFFECT_NAMES}
        self._build()

    # Scene and nodes

    def setMRMLScene(self, scene: Any, /) -> None:
        """Follow a scene; after its batches the selectors' nodes replace the ones that were set."""
        require_scene("setMRMLScene", scene)
        if scene is self._scene:
            return
        self._observer.stop()
        for selector in self._selectors():
            selector.blockSignals(True)
        super().setMRMLScene(scene)
        for selector in self._selectors():
            selector.setMRMLScene(scene)
            selector.blockSignals(False)
        self._logic.SetMRMLScene(scene)
        if scene is not None:
            self._observer.watch(scene, scene.EndCloseEvent, "_on_scene_closed")
            self._observer.watch(scene, scene.EndBatchProcessEvent, "_on_batch_ended")
        self.updateWidgetFromMRML()

    def mrmlSegmentEditorNode(self) -> Any:
        """The node that keeps the editor's state, or None."""
        return self._node

    def setMRMLSegmentEditorNode(self, node: Any, /) -> None:
        """Set the node that keeps the editor's state; must come before any other node."""
        require("setMRMLSegmentEditorNode", node, slicer.vtkMRMLSegmentEditorNode, or_none=True)
        if node is self._node:
            return
        self._node_observer.stop()
        self._node = node
        self._logic.SetSegmentEditorNode(node)
        for effect in self._effects.values():
            effect._node = node
        if node is not None:
            modified = vtk.vtkCommand.ModifiedEvent
            self._node_observer.watch_itself(node, modified, "_on_node_modified")
            self.updateWidgetFromMRML()

    def segmentationNode(self) -> Any:
        """The segmentation that is edited, or None."""
        return self._node.GetSegmentationNode() if self._node is not None else None

    def segmentationNodeID(self) -> str:
        """Its id, or an empty text."""
        node = self.segmentationNode()
        return str(node.GetID()) if node is not None else ""

    def setSegmentationNode(self, node: Any, /) -> None:
        """Edit another segmentation; ends the active effect.

        Raises: RuntimeError: the segment editor node is missing.
        """
        require("setSegmentationNode", node, slicer.vtkMRMLSegmentationNode, or_none=True)
        if node is not None and self._node is None:
            raise RuntimeError("SetSegmentationNode: need to set segment editor node first")
        if node is not self.segmentationNode():
            self._logic.SetSegmentationNode(node)
            self.setActiveEffect(None)

    def setSegmentationNodeID(self, node_id: str, /) -> None:
        """The same by id."""
        self.setSegmentationNode(self._scene.GetNodeByID(node_id))

    def sourceVolumeNode(self) -> Any:
        """The volume that is painted upon, or None."""
        return self._node.GetSourceVolumeNode() if self._node is not None else None

    def sourceVolumeNodeID(self) -> str:
        """Its id, or an empty text."""
        node = self.sourceVolumeNode()
        return str(node.GetID()) if node is not None else ""

    def setSourceVolumeNode(self, node: Any, /) -> None:
        """Paint upon another volume.

        Raises: RuntimeError: segment editor node or segmentation are missing.
        """
        require("setSourceVolumeNode", node, slicer.vtkMRMLScalarVolumeNode, or_none=True)
        if node is not None and self.segmentationNode() is None:
            raise RuntimeError(
                "SetSourceVolumeNode: need to set segment editor and segmentation nodes first"
            )
        self._logic.SetSourceVolumeNode(node)

    def setSourceVolumeNodeID(self, node_id: str, /) -> None:
        """The same by id."""
        self.setSourceVolumeNode(self._scene.GetNodeByID(node_id))

    # Segments and effects

    def currentSegmentID(self) -> str:
        """Id of the segment that is edited."""
        return str(self._node.GetSelectedSegmentID() or "") if self._node is not None else ""

    def setCurrentSegmentID(self, segment_id: str, /) -> None:
        """Edit another segment."""
        require("setCurrentSegmentID", segment_id, str, or_none=False)
        if self._node is not None:
            self._node.SetSelectedSegmentID(segment_id)

    def effectByName(self, name: str, /) -> Any:
        """The effect, or None when there is no such effect."""
        require("effectByName", name, str, or_none=False)
        return self._effects.get(name)

    def availableEffectNames(self) -> list[str]:
        """Names of the effects."""
        return list(self._effects)

    def effectNameOrder(self) -> list[str]:
        """The order that was asked for."""
        return list(self._effect_order)

    def setEffectNameOrder(self, names: list[str], /) -> None:
        """Show these effects first."""
        require("setEffectNameOrder", names, (list, tuple), or_none=False)
        self._effect_order = tuple(names)

    def updateEffectList(self) -> None:
        """Show the effects in their order."""

    def activeEffect(self) -> Any:
        """The effect in use, or None."""
        name = self._node.GetActiveEffectName() if self._node is not None else ""
        return self._effects.get(name or "")

    def setActiveEffect(self, effect: Any, /) -> None:
        """Use an effect, or none."""
        require("setActiveEffect", effect, qSlicerSegmentEditorAbstractEffect, or_none=True)
        if self._node is not None:
            self._node.SetActiveEffectName(effect.name if effect is not None else "")

    def setActiveEffectByName(self, name: str, /) -> None:
        """Use an effect by name; an unknown name ends the active one."""
        self.setActiveEffect(self.effectByName(name))

    def saveStateForUndo(self) -> None:
        """Remember the segmentation before a change."""
        self._logic.SaveStateForUndo()

    def undo(self) -> None:
        """Take the last change back."""
        self._logic.Undo()

    def redo(self) -> None:
        """Make it again."""
        self._logic.Redo()

    # The application's views and keys

    def setupViewObservations(self) -> None:
        """Listen to the mouse in the views."""
        self._has_view_observations = True

    def removeViewObservations(self) -> None:
        """Listen no more."""
        self._has_view_observations = False

    def installKeyboardShortcuts(self, parent: Any = None, /) -> None:
        """Take single keys of the main window for the editor."""
        require("installKeyboardShortcuts", parent, QtWidgets.QWidget, or_none=True)
        self.uninstallKeyboardShortcuts()
        owner = parent if parent is not None else self
        self._shortcuts = tuple(
            QtGui.QShortcut(QtGui.QKeySequence(key), owner) for key in SHORTCUTS
        )

    def uninstallKeyboardShortcuts(self) -> None:
        """Give the keys back."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = ()

    def rotateSliceViewsToSegmentation(self) -> None:
        """Turn the slice views to the segmentation's axes; no views here."""

    def hideLabelLayer(self) -> None:
        """Take the label volume out of the slice views."""
        composites = self._scene.GetNodesByClass("vtkMRMLSliceCompositeNode")
        composites.UnRegister(None)
        for index in range(composites.GetNumberOfItems()):
            composites.GetItemAsObject(index).SetLabelVolumeID(None)

    # Following the nodes

    def updateWidgetFromMRML(self) -> None:
        """Show what the node says and tell what changed."""
        segmentation, source = self.segmentationNode(), self.sourceVolumeNode()
        before, self._known = self._known, (segmentation, source, self.currentSegmentID())
        chosen = (segmentation, source)
        for selector, node in zip(self._selectors(), chosen, strict=True):
            selector.blockSignals(True)
            selector.setCurrentNode(node)
            selector.blockSignals(False)
        if segmentation is not before[0]:
            self._parts["segments"].setSegmentationNode(segmentation)
            self._on_new_segmentation(segmentation)
            self.segmentationNodeChanged.emit(segmentation)
        if source is not before[1]:
            self.sourceVolumeNodeChanged.emit(source)
        if self._known[2] != before[2]:
            self.currentSegmentIDChanged.emit(self._known[2])

    def _on_new_segmentation(self, segmentation: Any) -> None:
        if segmentation is None:
            return
        role = segmentation.GetReferenceImageGeometryReferenceRole()
        reference = segmentation.GetNodeReference(role)
        if reference is not None:
            self._logic.SetSourceVolumeNode(reference)
        segmentation.CreateDefaultDisplayNodes()
        segments = segmentation.GetSegmentation()
        if segments.GetNumberOfSegments() > 0:
            self.setCurrentSegmentID(segments.GetNthSegmentID(0))
        if self._scene is not None:
            self.hideLabelLayer()

    def _on_node_modified(self, _node: Any) -> None:
        self.updateWidgetFromMRML()

    def _on_scene_closed(self, _nothing: Any) -> None:
        self.updateWidgetFromMRML()

    def _on_batch_ended(self, _nothing: Any) -> None:
        if self._node is not None:
            segmentation, source = (selector.currentNode() for selector in self._selectors())
            if segmentation is not self.segmentationNode():
                self.setSegmentationNode(segmentation)
            if source is not self.sourceVolumeNode() and self.segmentationNode() is not None:
                self.setSourceVolumeNode(source)
        self.updateWidgetFromMRML()

    # Parts

    def _selectors(self) -> tuple[Any, Any]:
        return self._parts["segmentation"], self._parts["source"]

    def _build(self) -> None:
        segmentation, source = qMRMLNodeComboBox(), qMRMLNodeComboBox()
        segmentation.nodeTypes = ["vtkMRMLSegmentationNode"]
        segmentation.renameEnabled = True
        source.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        source.hideChildNodeTypes = ["vtkMRMLSegmentationNode"]
        source.noneEnabled = True
        source.addEnabled = False
        segmentation.currentNodeChanged.connect(self._on_segmentation_chosen)
        source.currentNodeChanged.connect(self._on_source_chosen)
        table = qMRMLSegmentsTableView()
        self._parts = {"segmentation": segmentation, "source": source, "segments": table}
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in self._parts.values():
            layout.addWidget(part)
        grid = QtWidgets.QGridLayout()
        for index, name in enumerate(EFFECT_NAMES):
            button = QtWidgets.QToolButton()
            button.setText(name)
            grid.addWidget(button, index // 4, index % 4)
        layout.addLayout(grid)

    def _show_parts(self) -> None:
        self._parts["segmentation"].setVisible(self.segmentationNodeSelectorVisible)
        self._parts["source"].setVisible(self.sourceVolumeNodeSelectorVisible)

    def _on_segmentation_chosen(self, node: Any) -> None:
        if self._scene is not None and not self._scene.IsBatchProcessing() and self._node:
            self.setSegmentationNode(node)

    def _on_source_chosen(self, node: Any) -> None:
        if self._scene is not None and not self._scene.IsBatchProcessing() and self._node:
            self._logic.SetSourceVolumeNode(node)
