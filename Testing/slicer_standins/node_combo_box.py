"""Stand-in of Slicer's node selector, following the real scene.

Source: Slicer, Libs/MRML/Widgets/qMRMLNodeComboBox.{h,cxx}, qMRMLSortFilterProxyModel.cxx
(filterAcceptsNode), qMRMLSceneModel.cxx (scene events), qMRMLNodeFactory.cxx (createNode).
A real QComboBox inside decides what becomes current when nodes come and go, as there.
Not imitated: sorting, menu actions, editing, the rename dialog.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtWidgets

from .declared import (
    declared,
    require,
    require_parent,
    require_property,
    slot_setter,
    stands_for,
    stored,
)
from .qmrml_widget import require_scene
from .scene_observer import SceneObserver

ID_ROLE = QtCore.Qt.ItemDataRole.UserRole
ACTIONS = (  # property, label
    ("renameEnabled", "Rename current {}"),
    ("editEnabled", "Edit current {}"),
    ("addEnabled", "Create new {}"),
    ("removeEnabled", "Delete current {}"),
)


@stands_for("Slicer Libs/MRML/Widgets/qMRMLNodeComboBox.h")
class qMRMLNodeComboBox(QtWidgets.QWidget):
    """Chooses one node of a scene.

    `setNodeTypes`, `setNoneEnabled` and their like are no slots: Python assigns the properties.
    """

    currentNodeChanged = QtCore.Signal(object)
    currentNodeIDChanged = QtCore.Signal(str)
    nodeActivated = QtCore.Signal(object)
    nodeAdded = QtCore.Signal(object)
    nodeAddedByUser = QtCore.Signal(object)
    nodeAboutToBeRemoved = QtCore.Signal(object)
    currentNodeRenamed = QtCore.Signal(str)
    _hasNodeChanged = QtCore.Signal(bool)
    _signatures = {  # noqa: RUF012
        "currentNodeChanged(vtkMRMLNode*)": "currentNodeChanged",
        "currentNodeChanged(bool)": "_hasNodeChanged",
        "currentNodeIDChanged(QString)": "currentNodeIDChanged",
        "nodeActivated(vtkMRMLNode*)": "nodeActivated",
        "nodeAdded(vtkMRMLNode*)": "nodeAdded",
        "nodeAddedByUser(vtkMRMLNode*)": "nodeAddedByUser",
        "nodeAboutToBeRemoved(vtkMRMLNode*)": "nodeAboutToBeRemoved",
    }

    nodeTypes = stored("QStringList", "nodeTypes", [], then="_refill")
    hideChildNodeTypes = stored("QStringList", "hideChildNodeTypes", [], then="_refill")
    showHidden = stored("bool", "showHidden", default=False, then="_refill")
    showChildNodeTypes = stored("bool", "showChildNodeTypes", default=True, then="_refill")
    noneEnabled = stored("bool", "noneEnabled", default=False, then="_refill")
    noneDisplay = stored("QString", "noneDisplay", "None", then="_refill")
    addEnabled = stored("bool", "addEnabled", default=True, then="_refill")
    removeEnabled = stored("bool", "removeEnabled", default=True, then="_refill")
    editEnabled = stored("bool", "editEnabled", default=False, then="_refill")
    renameEnabled = stored("bool", "renameEnabled", default=False, then="_refill")
    selectNodeUponCreation = stored("bool", "selectNodeUponCreation", default=True)
    baseName = stored("QString", "baseName", "")
    interactionNodeSingletonTag = stored("QString", "interactionNodeSingletonTag", "Singleton")
    _combo: Any = None
    _scene: Any = None
    _observer: Any = None
    _node_observer: Any = None
    _attributes: Any = None
    _requested_id = ""
    _is_filling = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent(type(self).__name__, arguments))
        self._combo, self._attributes = QtWidgets.QComboBox(), {}
        self._observer, self._node_observer = SceneObserver(self), SceneObserver(self)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        self._combo.setFocusProxy(self)
        self._combo.currentTextChanged.connect(self._on_text_changed)
        self._combo.activated.connect(self._on_activated)
        self.setEnabled(False)

    # Scene

    def mrmlScene(self) -> Any:
        """The scene, or None."""
        return self._scene

    def setMRMLScene(self, scene: Any, /) -> None:
        """Follow another scene; keeps, or now honors, the node that was asked for."""
        require_scene("setMRMLScene", scene)
        if scene is self._scene:
            return
        chosen_id = self._get_current_id() if self.nodeCount() > 0 else self._requested_id
        self._observer.stop()
        self._scene = scene
        if scene is not None:
            self._observer.watch(scene, scene.NodeAddedEvent, "_on_node_added")
            self._observer.watch(scene, scene.NodeAboutToBeRemovedEvent, "_on_node_leaving")
            self._observer.watch(scene, scene.EndCloseEvent, "_refill")
            self._observer.watch(scene, scene.EndImportEvent, "_refill")
        self._refill()
        self._select_id(chosen_id or self._get_current_id())
        self._requested_id = ""
        self.setEnabled(scene is not None)

    # Current node

    def currentNode(self) -> Any:
        """The chosen node, or None."""
        return self._node_at(self._combo.currentIndex)

    def _get_current_id(self) -> str:
        node = self.currentNode()
        return str(node.GetID()) if node is not None else ""

    def _set_current_id(self, node_id: Any) -> None:
        require_property("currentNodeID", "QString", node_id)
        if self._scene is None:
            self._requested_id = node_id
        self._select_id(node_id)

    currentNodeID = declared("QString", _get_current_id, _set_current_id)
    setCurrentNodeID = slot_setter("currentNodeID")

    def setCurrentNode(self, node: Any, /) -> None:
        """Choose a node; the text form of this slot is deprecated and refused here."""
        require("setCurrentNode", node, slicer.vtkMRMLNode, or_none=True)
        self._set_current_id(node.GetID() or "" if node is not None else "")

    def setCurrentNodeIndex(self, index: int, /) -> None:
        """Choose by place; too large means nothing."""
        require("setCurrentNodeIndex", index, int, or_none=False)
        place = index if index < self.nodeCount() else -1
        self._combo.setCurrentIndex(place + bool(self.noneEnabled))

    def nodeCount(self) -> int:
        """How many nodes can be chosen."""
        return sum(self._combo.itemData(i, ID_ROLE) is not None for i in range(self._combo.count))

    def nodeFromIndex(self, index: int, /) -> Any:
        """The node at a place, not counting "None"."""
        return self._node_at(index + bool(self.noneEnabled))

    def _node_at(self, row: int) -> Any:
        node_id = self._combo.itemData(row, ID_ROLE)
        is_known = node_id is not None and self._scene is not None
        return self._scene.GetNodeByID(node_id) if is_known else None

    def _select_id(self, node_id: str) -> None:
        row = self._combo.findData(node_id, ID_ROLE) if node_id else -1
        if row < 0:
            row = 0 if self.noneEnabled else -1
        self._combo.setCurrentIndex(row)

    # Filter

    def addAttribute(self, node_type: str, name: str, value: Any = None, /) -> None:
        """Offer only nodes of this type that have the attribute (with this value)."""
        require("addAttribute", node_type, str, or_none=False)
        require("addAttribute", name, str, or_none=False)
        self._attributes[node_type] = (name, None if value is None else str(value))
        self._refill()

    def removeAttribute(self, node_type: str, name: str, /) -> None:
        """Take such a filter back."""
        if self._attributes.get(node_type, ("",))[0] == name:
            del self._attributes[node_type]
            self._refill()

    def _accepts(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self.showHidden:
            return False
        if not self.nodeTypes:
            return True
        for kind in self.nodeTypes:
            if not node.IsA(kind):
                continue
            if not self.showChildNodeTypes and node.GetClassName() != kind:
                continue
            if self.showChildNodeTypes and any(map(node.IsA, self.hideChildNodeTypes)):
                return False
            return self._has_attribute(node, kind)
        return False

    def _has_attribute(self, node: Any, kind: str) -> bool:
        if kind not in self._attributes:
            return True
        name, value = self._attributes[kind]
        text = node.GetAttribute(name)
        return text is not None and value in (None, text)

    # Nodes made by the user

    def addNode(self, node_type: str | None = None, /) -> Any:
        """Make a node, as "Create new ..." does; None when its type isn't among `nodeTypes`."""
        kind = node_type if node_type is not None else next(iter(self.nodeTypes), None)
        if kind not in self.nodeTypes or self._scene is None:
            return None
        node = self._scene.CreateNodeByClass(kind)
        node.UnRegister(None)
        base = self.baseName or node.GetName() or node.GetDefaultNodeNamePrefix()
        node.SetName(self._scene.GetUniqueNameByString(base))
        for name, value in self._attributes.values():
            node.SetAttribute(name, value or "")
        self._scene.AddNode(node)
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        """Take the chosen node out of the scene."""
        self._scene.RemoveNode(self.currentNode())

    # Following the scene

    def _on_node_added(self, node: Any) -> None:
        if self._scene.IsImporting():
            return
        self._watch(node)
        if self._accepts(node):
            self._combo.insertItem(self._end_of_nodes(), node.GetName() or "", node.GetID())
            self.nodeAdded.emit(node)

    def _on_node_leaving(self, node: Any) -> None:
        row = self._combo.findData(node.GetID(), ID_ROLE)
        if row >= 0 and not self._scene.IsClosing():
            self.nodeAboutToBeRemoved.emit(node)
            self._combo.removeItem(row)

    def _watch(self, node: Any) -> None:
        """Nodes of an accepted type are watched for their name and attributes."""
        if any(map(node.IsA, self.nodeTypes or ["vtkMRMLNode"])):
            modified = vtk.vtkCommand.ModifiedEvent
            self._node_observer.watch_itself(node, modified, "_on_node_modified")

    def _on_node_modified(self, node: Any) -> None:
        scene = self._scene
        if scene is None or scene.IsImporting() or scene.IsClosing():
            return
        row, name = self._combo.findData(node.GetID(), ID_ROLE), node.GetName() or ""
        if self._accepts(node) != (row >= 0):
            self._refill()
        elif row >= 0 and self._combo.itemText(row) != name:
            self._combo.setItemText(row, name)

    def _accepted(self) -> list[Any]:
        scene = self._scene
        nodes = [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())] if scene else []
        return [node for node in nodes if self._accepts(node)]

    def _end_of_nodes(self) -> int:
        return int(bool(self.noneEnabled)) + self.nodeCount()

    def _refill(self, _nothing: Any = None) -> None:
        """Build the list anew, as after closing or importing a scene; the current node stays."""
        if self._combo is None:
            return
        before = self._combo.itemData(self._combo.currentIndex, ID_ROLE)
        self._is_filling = True
        self._combo.clear()
        self._fill()
        row = self._combo.findData(before, ID_ROLE) if before is not None else -1
        self._combo.setCurrentIndex(row if row >= 0 else (0 if self.noneEnabled else -1))
        self._is_filling = False
        if before != self._combo.itemData(self._combo.currentIndex, ID_ROLE):
            self._announce()

    def _fill(self) -> None:
        self._node_observer.stop()
        if self._scene is None:
            return
        if self.noneEnabled:
            self._combo.addItem(self.noneDisplay, None)
        for node in self._accepted():
            self._combo.addItem(node.GetName() or "", node.GetID())
        for row in range(self._scene.GetNumberOfNodes()):
            self._watch(self._scene.GetNthNode(row))
        actions = [label for name, label in ACTIONS if getattr(self, name)]
        if actions:
            self._combo.insertSeparator(self._combo.count)
        for label in actions:
            self._combo.addItem(label.format(self._type_label()), None)

    def _type_label(self) -> str:
        kind = self.nodeTypes[0] if len(self.nodeTypes) == 1 else ""
        return str(self._scene.GetTypeDisplayNameByClassName(kind)) or "node"

    # Signals

    def _on_text_changed(self, _text: str) -> None:
        if self._is_filling:
            return
        row, node = self._combo.currentIndex, self.currentNode()
        if node is None and row != (0 if self.noneEnabled else -1):
            last = self.nodeFromIndex(self.nodeCount() - 1)
            if last is not None:
                self.setCurrentNode(last)
                return
        self._announce()

    def _announce(self) -> None:
        node = self.currentNode()
        self.currentNodeChanged.emit(node)
        self._hasNodeChanged.emit(node is not None)
        self.currentNodeIDChanged.emit(node.GetID() if node is not None else "")

    def _on_activated(self, row: int) -> None:
        node = self._node_at(row)
        if node is not None or (self.noneEnabled and row == 0):
            self.nodeActivated.emit(node)
