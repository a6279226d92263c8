"""Stand-ins of the layout manager and the slice views, on real slice logics.

Source: Slicer, Libs/MRML/Widgets/qMRMLLayoutManager.h, qMRMLSliceWidget.h,
Base/QTGUI/qSlicerLayoutManager.h. Nothing is rendered; 3D, table and plot views don't exist.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtWidgets

from .declared import declared, require, stands_for

SLICE_VIEWS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}
FOUR_UP = 3  # vtkMRMLLayoutNode.SlicerLayoutFourUpView


@stands_for("Slicer Libs/MRML/Widgets/qMRMLSliceView.h, CTK ctkVTKAbstractView.h")
class qMRMLSliceView(QtWidgets.QWidget):
    """The drawing area of a slice view; nothing is rendered."""

    _interactor: Any = None
    _window: Any = None

    def __init__(self) -> None:
        super().__init__()
        self._interactor = vtk.vtkRenderWindowInteractor()
        self._window = vtk.vtkRenderWindow()
        self._window.AddRenderer(vtk.vtkRenderer())

    def renderWindow(self) -> Any:
        """The real VTK window; it is never drawn."""
        return self._window

    def scheduleRender(self) -> None:
        """Draw soon; nothing is drawn here."""

    def interactor(self) -> Any:
        """The real VTK interactor, to which keys can be sent."""
        return self._interactor


@stands_for("Slicer Libs/MRML/Widgets/qMRMLSliceWidget.h")
class qMRMLSliceWidget(QtWidgets.QWidget):
    """One slice view."""

    _logic: Any = None
    _view: Any = None
    sliceViewName = declared("QString", lambda self: self._logic.GetName())

    def __init__(self, logic: Any) -> None:
        super().__init__()
        self._logic = logic
        self._view = qMRMLSliceView()

    def sliceView(self) -> Any:
        """The drawing area."""
        return self._view

    def sliceLogic(self) -> Any:
        """The real vtkMRMLSliceLogic."""
        return self._logic

    def mrmlSliceNode(self) -> Any:
        """The slice node."""
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        """What the view shows."""
        return self._logic.GetSliceCompositeNode()


@stands_for("Slicer Libs/MRML/Widgets/qMRMLLayoutManager.h")
class qSlicerLayoutManager(QtCore.QObject):
    """Red, green and yellow slice view, and the number of the layout."""

    layoutChanged = QtCore.Signal(int)
    _scene: Any = None
    _widgets: Any = None
    _layout = FOUR_UP
    _resets = 0
    threeDViewCount = declared("int", lambda _self: 0)
    plotViewCount = declared("int", lambda _self: 0)
    tableViewCount = declared("int", lambda _self: 0)

    def __init__(self, scene: Any, application_logic: Any) -> None:
        super().__init__()
        self._scene = scene
        logics = vtk.vtkCollection()
        self._widgets = {}
        for name, orientation in SLICE_VIEWS.items():
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLApplicationLogic(application_logic)
            logic.SetMRMLScene(scene)
            logic.AddSliceNode(name)
            logic.GetSliceNode().SetOrientation(orientation)
            self._widgets[name] = qMRMLSliceWidget(logic)
            logics.AddItem(logic)
        self._logics = logics
        application_logic.SetSliceLogics(logics)

    _logics: Any = None

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene

    def sliceViewNames(self) -> list[str]:
        """Names of the slice views."""
        return list(self._widgets)

    def sliceWidget(self, name: str, /) -> Any:
        """One view, or None."""
        require("sliceWidget", name, str, or_none=False)
        return self._widgets.get(name)

    def mrmlSliceLogics(self) -> Any:
        """All slice logics."""
        return self._logics

    def _get_layout(self) -> int:
        return self._layout

    def setLayout(self, number: int, /) -> None:
        """Arrange the views."""
        require("setLayout", number, int, or_none=False)
        if number != self._layout:
            self._layout = number
            self.layoutChanged.emit(number)

    layout = declared("int", _get_layout, lambda self, number: self.setLayout(number))

    def resetSliceViews(self) -> None:
        """Fit each slice view to its background."""
        self._resets += 1
        for widget in self._widgets.values():
            widget.sliceLogic().FitSliceToBackground()

    def resetThreeDViews(self) -> None:
        """Center the 3D views; none here."""
