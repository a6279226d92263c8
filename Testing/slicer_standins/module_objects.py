"""Stand-ins of modules, their panels and the window that shows them.

Source: Slicer, Base/QTCore/qSlicerAbstractCoreModule.h, Base/QTGUI/qSlicerAbstractModuleWidget.h,
qSlicerScriptedLoadableModule.{h,cxx}, qSlicerScriptedLoadableModuleWidget.{h,cxx},
qSlicerModuleSelectorToolBar.h.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

from .declared import declared, require, stands_for, stored
from .module_panel import fill_window, qSlicerModulePanel
from .qmrml_widget import qMRMLWidget

if TYPE_CHECKING:
    from collections.abc import Callable


class Modules:
    """`slicer.modules`: the loaded modules in lower case, and what scripts hang on it."""


@stands_for("Slicer Base/QTCore/qSlicerAbstractCoreModule.h")
class qSlicerCoreModule(QtCore.QObject):
    """A module that was there before: a name, a logic, and its script where it has one."""

    _module_name = ""
    _logic: Any = None
    _panel: Any = None
    name = declared("QString", lambda self: self._module_name)
    title = declared("QString", lambda self: self._module_name)

    def __init__(self, name: str, logic: Any, script: Any) -> None:
        super().__init__()
        self._module_name, self._logic = name, logic
        if script is not None:
            self._panel = qSlicerScriptedLoadableModuleWidget(name, lambda _panel: script)
            self._panel._script = script

    def logic(self) -> Any:
        """The real logic, or None."""
        return self._logic

    def widgetRepresentation(self) -> Any:
        """The panel of a script; C++ modules have none here.

        Raises: NotImplementedError: no script; Slicer would return a panel, never None.
        """
        if self._panel is not None:
            return self._panel
        raise NotImplementedError(f"the stand-in of module {self._module_name} has no panel")


@stands_for("Slicer Base/QTGUI/qSlicerScriptedLoadableModule.h")
class qSlicerScriptedLoadableModule(QtCore.QObject):
    """What a script gets as `parent` of its module class, to describe itself."""

    title = stored("QString", "title", "")
    categories = stored("QStringList", "categories", [])
    contributors = stored("QStringList", "contributors", [])
    dependencies = stored("QStringList", "dependencies", [])
    associatedNodeTypes = stored("QStringList", "associatedNodeTypes", [])
    helpText = stored("QString", "helpText", "")
    acknowledgementText = stored("QString", "acknowledgementText", "")
    hidden = stored("bool", "hidden", default=False)
    index = stored("int", "index", -1)
    widgetRepresentationCreationEnabled = stored(
        "bool", "widgetRepresentationCreationEnabled", default=True
    )
    _icon: Any = None
    _module_name = ""
    _path = ""
    _panel: Any = None
    _make_panel: Any = None
    name = declared("QString", lambda self: self._module_name)
    path = declared("QString", lambda self: self._path)

    def __init__(self, name: str, path: str, make_panel: Callable[[], Any]) -> None:
        super().__init__()
        self._module_name, self._path, self._make_panel = name, path, make_panel

    def _set_icon(self, icon: Any) -> None:
        require("icon", icon, QtGui.QIcon, or_none=False)
        self._icon = icon

    icon = declared("QIcon", lambda self: self._icon or QtGui.QIcon(), _set_icon)

    def logic(self) -> None:
        """Scripts have no C++ logic of their own."""

    def widgetRepresentation(self) -> Any:
        """The panel, made when first asked for."""
        if self._panel is None:
            self._panel = self._make_panel()
        return self._panel


@stands_for("Slicer Base/QTGUI/qSlicerScriptedLoadableModuleWidget.h")
class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """The panel that a script's widget class fills.

    Source: Slicer 583e9b37, Base/QTGUI/qSlicerScriptedLoadableModuleWidget.cxx (`reload` makes the
    script's widget anew and calls its `setup`, never its `enter`), qSlicerAbstractModuleWidget.cxx
    (`isEntered` is C++'s own state, so a reload doesn't change it).
    """

    _script: Any = None
    _make_script: Any = None
    _is_entered = False
    _module_name = ""
    isEntered = declared("bool", lambda self: self._is_entered)
    moduleName = declared("QString", lambda self: self._module_name)

    def __init__(self, name: str, make_script: Callable[[Any], Any]) -> None:
        super().__init__()
        self._module_name, self._make_script = name, make_script
        self.setLayout(QtWidgets.QVBoxLayout())

    def self(self) -> Any:
        """The script's widget object."""
        return self._script

    def setup(self) -> None:
        """Make the script's widget and let it build its parts."""
        self._script = self._make_script(self)
        self._script.setup()

    reload = setup

    def enter(self) -> None:
        """The user opens the module."""
        self._is_entered = True
        if hasattr(self._script, "enter"):
            self._script.enter()

    def exit(self) -> None:
        """The user leaves the module."""
        self._is_entered = False
        if hasattr(self._script, "exit"):
            self._script.exit()


@stands_for("Slicer Base/QTGUI/qSlicerModuleSelectorToolBar.h")
class qSlicerModuleSelectorToolBar(QtWidgets.QToolBar):
    """Switches between modules. An unknown name is an error here; Slicer prints it."""

    moduleSelected = QtCore.Signal(str)
    _manager: Any = None
    _module_panel: Any = None
    _selected = ""
    selectedModule = declared("QString", lambda self: self._selected)

    def selectModule(self, name: str, /) -> None:
        """Leave one module, enter another.

        Raises: ValueError: no such module.
        """
        require("selectModule", name, str, or_none=False)
        if name not in self._manager.modulesNames():
            raise ValueError(f"selectModule: no module has the name {name!r}")
        before, self._selected = self._selected, name
        for module_name, verb in ((before, "exit"), (name, "enter")):
            module = self._manager.module(module_name)
            if isinstance(module, qSlicerScriptedLoadableModule):
                self._show(module.widgetRepresentation())
                getattr(module.widgetRepresentation(), verb)()
        self.moduleSelected.emit(name)

    def _show(self, panel: Any) -> None:
        """Put a panel into the column of the window, once."""
        if panel.parentWidget() is None:
            self._module_panel.addModule(panel)


@stands_for("Slicer Applications/SlicerApp/qSlicerMainWindow.h")
class qSlicerMainWindow(QtWidgets.QMainWindow):
    """The main window; `slicer.util.mainWindow()` finds it by its name."""

    _selector: Any = None

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._selector = qSlicerModuleSelectorToolBar()
        self._selector._manager = manager
        self._selector._module_panel = qSlicerModulePanel()
        fill_window(self, self._selector._module_panel)

    def moduleSelector(self) -> Any:
        """The tool bar that switches modules."""
        return self._selector
