"""Stand-in of the column in which Slicer shows a module's panel, and of the window round it.

Source: Slicer 583e9b37, Base/QTGUI/Resources/UI/qSlicerModulePanel.ui (a scroll area without
horizontal bar, its contents as large as their size hints), Base/QTGUI/qSlicerModulePanel.cxx
(addModule: no margins, horizontal policy Minimum, stretch 1), Base/QTApp/Resources/UI/
qSlicerMainWindow.ui (below it the Data Probe). Widths and heights as measured at first start.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

from .declared import stands_for

COLUMN_PX = 330
ABOVE_PX = 102  # menu, tool bar, title of the dock
PROBE_PX = 175  # Data Probe
STATUS_PX = 47
HELP_PX = 38  # Help & Acknowledgement, folded, and the developer's bar


@stands_for("Slicer Base/QTGUI/qSlicerModulePanel.h")
class qSlicerModulePanel(QtWidgets.QWidget):
    """Holds one module's panel in a scroll area."""

    _contents: Any = None
    _area: Any = None

    def __init__(self) -> None:
        super().__init__()
        area: Any = QtWidgets.QScrollArea()
        self._area = area
        area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        contents = QtWidgets.QWidget()
        self._contents = QtWidgets.QVBoxLayout(contents)
        self._contents.setContentsMargins(0, 0, 0, 0)
        self._contents.setSpacing(0)
        self._contents.setSizeConstraint(QtWidgets.QLayout.SizeConstraint.SetMinAndMaxSize)
        self._contents.addSpacing(HELP_PX)
        area.setWidget(contents)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def minimumSizeHint(self) -> QtCore.QSize:
        """As wide as the module's panel wants to be: a wide one widens the column."""
        bar = self._area.verticalScrollBar().sizeHint.width()
        return QtCore.QSize(self._area.widget().minimumSizeHint.width() + bar, 0)

    sizeHint = minimumSizeHint

    def addModule(self, panel: Any) -> None:
        """Put a module's panel below the help."""
        panel.layout().setContentsMargins(0, 0, 0, 0)
        self._contents.insertWidget(1, panel, 1)
        policy = QtWidgets.QSizePolicy
        panel.setSizePolicy(policy.Policy.Minimum, panel.sizePolicy.verticalPolicy())


def fill_window(window: Any, module_panel: Any) -> None:
    """Lay the column and the room of the views out in a main window."""
    center = QtWidgets.QWidget()
    columns = QtWidgets.QHBoxLayout(center)
    columns.setContentsMargins(0, 0, 0, 0)
    column = QtWidgets.QWidget()
    column.setMinimumWidth(COLUMN_PX)
    rows = QtWidgets.QVBoxLayout(column)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    rows.addSpacing(ABOVE_PX)
    rows.addWidget(module_panel, 1)
    rows.addSpacing(PROBE_PX + STATUS_PX)
    columns.addWidget(column)
    columns.addStretch(1)
    window.setCentralWidget(center)
