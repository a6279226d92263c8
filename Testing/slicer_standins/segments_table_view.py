"""Stand-in of the list of segments.

Source: Slicer, Modules/Loadable/Segmentations/Widgets/qMRMLSegmentsTableView.{h,cxx}.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from .declared import declared, require, slot_setter, stands_for, stored
from .qmrml_widget import qMRMLWidget
from .scene_observer import SceneObserver

ID_ROLE = QtCore.Qt.ItemDataRole.UserRole


@stands_for("Slicer Modules/Loadable/Segmentations/Widgets/qMRMLSegmentsTableView.h")
class qMRMLSegmentsTableView(qMRMLWidget):
    """Names of the segments of a segmentation, one a row."""

    selectionChanged = QtCore.Signal(object, object)
    segmentAboutToBeModified = QtCore.Signal(str)
    _signatures = {  # noqa: RUF012
        "selectionChanged(QItemSelection,QItemSelection)": "selectionChanged"
    }
    selectionMode = stored("int", "selectionMode", 3)
    setSelectionMode = slot_setter("selectionMode")
    headerVisible = stored("bool", "headerVisible", default=True)
    setHeaderVisible = slot_setter("headerVisible")
    visibilityColumnVisible = stored("bool", "visibilityColumnVisible", default=True)
    setVisibilityColumnVisible = slot_setter("visibilityColumnVisible")
    colorColumnVisible = stored("bool", "colorColumnVisible", default=True)
    setColorColumnVisible = slot_setter("colorColumnVisible")
    opacityColumnVisible = stored("bool", "opacityColumnVisible", default=True)
    setOpacityColumnVisible = slot_setter("opacityColumnVisible")
    statusColumnVisible = stored("bool", "statusColumnVisible", default=False)
    setStatusColumnVisible = slot_setter("statusColumnVisible")
    readOnly = stored("bool", "readOnly", default=False)
    setReadOnly = slot_setter("readOnly")
    filterBarVisible = stored("bool", "filterBarVisible", default=False)
    setFilterBarVisible = slot_setter("filterBarVisible")
    jumpToSelectedSegmentEnabled = stored("bool", "jumpToSelectedSegmentEnabled", default=False)
    setJumpToSelectedSegmentEnabled = slot_setter("jumpToSelectedSegmentEnabled")
    _table: Any = None
    _segmentation: Any = None
    _observer: Any = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._observer = SceneObserver(self)
        self._table = QtWidgets.QTableWidget(0, 1)
        self._table.setHorizontalHeaderLabels(["Name"])
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.verticalHeader().setVisible(False)
        self._table.setSelectionBehavior(QtWidgets.QTableWidget.SelectionBehavior.SelectRows)
        self._table.itemSelectionChanged.connect(self._on_selection_changed)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)

    def segmentationNode(self) -> Any:
        """The segmentation, or None."""
        return self._segmentation

    def setSegmentationNode(self, node: Any, /) -> None:
        """List another segmentation's segments."""
        require("setSegmentationNode", node, slicer.vtkMRMLSegmentationNode, or_none=True)
        self._observer.stop()
        self._segmentation = node
        if node is not None:
            for event in ("SegmentAdded", "SegmentRemoved", "SegmentModified"):
                number = getattr(slicer.vtkSegmentation, event)
                self._observer.watch_itself(node, number, "_refill")
        self._refill(node)

    def segmentIDForRow(self, row: int, /) -> str:
        """Id of the segment in a row, empty beyond the last."""
        item = self._table.item(row, 0)
        return str(item.data(ID_ROLE)) if item is not None else ""

    def rowForSegmentID(self, segment_id: str, /) -> int:
        """Row of a segment, -1 when it isn't listed."""
        return next((i for i, s in enumerate(self.displayedSegmentIDs()) if s == segment_id), -1)

    def displayedSegmentIDs(self) -> list[str]:
        """Ids in the order shown."""
        return [self.segmentIDForRow(row) for row in range(self._table.rowCount)]

    def selectedSegmentIDs(self) -> list[str]:
        """Ids of the selected rows."""
        rows = {item.row() for item in self._table.selectedItems()}
        return [self.segmentIDForRow(row) for row in sorted(rows)]

    def setSelectedSegmentIDs(self, segment_ids: list[str], /) -> None:
        """Select these rows and no others."""
        require("setSelectedSegmentIDs", segment_ids, (list, tuple), or_none=False)
        for row, segment_id in enumerate(self.displayedSegmentIDs()):
            self._table.item(row, 0).setSelected(segment_id in segment_ids)

    def clearSelection(self) -> None:
        """Select nothing."""
        self._table.clearSelection()

    def _get_segment_count(self) -> int:
        return int(self._table.rowCount)

    segmentCount = declared("int", _get_segment_count)

    def _refill(self, _node: Any) -> None:
        chosen = self.selectedSegmentIDs()
        self._table.setRowCount(0)
        segments: Any = self._segmentation and self._segmentation.GetSegmentation()
        for row in range(segments.GetNumberOfSegments() if segments else 0):
            item = QtWidgets.QTableWidgetItem(segments.GetNthSegment(row).GetName())
            item.setData(ID_ROLE, segments.GetNthSegmentID(row))
            self._table.insertRow(row)
            self._table.setItem(row, 0, item)
        self.setSelectedSegmentIDs(chosen)

    def _on_selection_changed(self) -> None:
        self.selectionChanged.emit(QtCore.QItemSelection(), QtCore.QItemSelection())
