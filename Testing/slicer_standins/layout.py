"""Stand-ins of the layout manager and the slice views, on real slice logics.

Source: Slicer, Libs/MRML/Widgets/qMRMLLayoutManager.h, qMRMLSliceWidget.h,
Base/QTGUI/qSlicerLayoutManager.h. Nothing is rendered; table and plot views don't exist, and a 3D
view only where a test adds one.
As in Slicer, a volume that code adds to the scene is neither shown nor fitted by itself
(Slicer 583e9b37, Base/Python/slicer/util.py: setSliceViewerLayers does both).
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


def hold_key(view: Any, key: str, repeats: int = 3) -> None:
    """Press a key and keep it down: X11 repeats it as pairs of release and press.

    Source: Qt 5.15, QKeyEvent::isAutoRepeat; Kitware/VTK 0243758e,
    GUISupport/Qt/QVTKInteractorAdapter.cxx passes the repeated pairs on like any others.
    """
    _send_key(view, key, "KeyPressEvent")
    for _ in range(repeats):
        _send_key(view, key, "KeyReleaseEvent")
        _send_key(view, key, "KeyPressEvent")


def release_key(view: Any, key: str) -> None:
    """Let a key go over the view; elsewhere, nobody would hear of it."""
    _send_key(view, key, "KeyReleaseEvent")


def _send_key(view: Any, key: str, event: str) -> None:
    view.interactor().SetKeySym(key)
    view.interactor().InvokeEvent(event)


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


@stands_for("Slicer Libs/MRML/Widgets/qMRMLThreeDWidget.h")
class qMRMLThreeDWidget(QtWidgets.QWidget):
    """One 3D view."""

    _node: Any = None
    _view: Any = None

    def __init__(self, node: Any) -> None:
        super().__init__()
        self._node = node
        self._view = qMRMLSliceView()

    def threeDView(self) -> Any:
        """The drawing area."""
        return self._view

    def mrmlViewNode(self) -> Any:
        """The view node."""
        return self._node


@stands_for("Slicer Libs/MRML/Widgets/qMRMLLayoutManager.h")
class qSlicerLayoutManager(QtCore.QObject):
    """Red, green and yellow slice view, and the number of the layout."""

    layoutChanged = QtCore.Signal(int)
    _signatures = {"layoutChanged(int)": "layoutChanged"}  # noqa: RUF012
    _scene: Any = None
    _widgets: Any = None
    _layout = FOUR_UP
    _resets = 0
    _in_space: Any = None
    threeDViewCount = declared("int", lambda self: len(self._in_space))
    plotViewCount = declared("int", lambda _self: 0)
    tableViewCount = declared("int", lambda _self: 0)

    def __init__(self, scene: Any, application_logic: Any) -> None:
        super().__init__()
        self._scene = scene
        logics = vtk.vtkCollection()
        self._widgets, self._in_space = {}, {}
        for name, orientation in SLICE_VIEWS.items():
            self._widgets[name] = qMRMLSliceWidget(_slice_logic(name, orientation, scene))
            logics.AddItem(self._widgets[name].sliceLogic())
            self._widgets[name].sliceLogic().SetMRMLApplicationLogic(application_logic)
        self._logics = logics
        application_logic.SetSliceLogics(logics)

    _logics: Any = None

    def _add_view(self, name: str, orientation: str) -> None:
        """Have a layout with one view more."""
        self._widgets[name] = qMRMLSliceWidget(_slice_logic(name, orientation, self._scene))
        self._logics.AddItem(self._widgets[name].sliceLogic())
        self.layoutChanged.emit(self._layout)

    def _remove_view(self, name: str) -> None:
        """Have a layout with one view less; its nodes go with it."""
        widget = self._widgets.pop(name)
        self._logics.RemoveItem(widget.sliceLogic())
        for node in (widget.mrmlSliceNode(), widget.mrmlSliceCompositeNode()):
            self._scene.RemoveNode(node)
        self.layoutChanged.emit(self._layout)

    def _add_three_d_view(self, name: str) -> None:
        """Have a layout with one 3D view more."""
        node = slicer.vtkMRMLViewNode()
        node.SetLayoutName(name)
        self._in_space[name] = qMRMLThreeDWidget(self._scene.AddNode(node))
        self.layoutChanged.emit(self._layout)

    def _remove_three_d_view(self, name: str) -> None:
        """Have a layout with one 3D view less."""
        self._scene.RemoveNode(self._in_space.pop(name).mrmlViewNode())
        self.layoutChanged.emit(self._layout)

    def threeDWidget(self, number: int, /) -> Any:
        """One 3D view, or None."""
        require("threeDWidget", number, int, or_none=False)
        widgets = list(self._in_space.values())
        return widgets[number] if 0 <= number < len(widgets) else None

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene

    def sliceViewNames(self) -> list[str]:
        """Names of the slice views, in the order in which Slicer gave them: by name."""
        return sorted(self._widgets)

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


def _slice_logic(name: str, orientation: str, scene: Any) -> Any:
    """A real slice logic with its slice node."""
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLScene(scene)
    logic.AddSliceNode(name)
    logic.GetSliceNode().SetOrientation(orientation)
    return logic


def lines_in_views(app: Any) -> dict[str, list[str]]:
    """What is written in each view, line by line."""
    layouts = app.layoutManager()
    views = {name: layouts.sliceWidget(name).sliceView() for name in layouts.sliceViewNames()}
    in_space = [layouts.threeDWidget(n) for n in range(layouts.threeDViewCount)]
    views |= {widget.mrmlViewNode().GetLayoutName(): widget.threeDView() for widget in in_space}
    return {name: _lines(view) for name, view in views.items()}


def _lines(view: Any) -> list[str]:
    props = view.renderWindow().GetRenderers().GetFirstRenderer().GetViewProps()
    texts = [props.GetItemAsObject(n).GetInput() for n in range(props.GetNumberOfItems())]
    return [line for text in texts for line in text.splitlines()]


def corner_text(composite: Any) -> str:
    """What Slicer prints in the corner of a slice view: the names of its layers, cut in the middle.

    Source: Slicer 583e9b37, Modules/Scripted/DataProbe/DataProbeLib/SliceViewAnnotations.py
    (makeAnnotationText, fitText; letters that fit: (width - 40) / font size, here of a view of
    560 pixels and the font size 14).
    """
    scene, lines = composite.GetScene(), []
    foreground = scene.GetNodeByID(composite.GetForegroundVolumeID() or "")
    background = scene.GetNodeByID(composite.GetBackgroundVolumeID() or "")
    if foreground is not None:
        opacity = round(100 * composite.GetForegroundOpacity())
        lines.append(f"F: {foreground.GetName()} ({opacity}%)")
    if background is not None:
        lines.append(f"B: {background.GetName()}")
    return "\n".join(map(_fitted, lines))


LETTERS_IN_CORNER = 37


def _fitted(text: str) -> str:
    half = LETTERS_IN_CORNER // 2
    return text if len(text) <= LETTERS_IN_CORNER else f"{text[:half]}...{text[3 - half :]}"
