"""Puts the stand-ins where Slicer's modules expect the application, and takes them away again."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
import tempfile
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before PySide6 is imported: no screen is needed.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import slicer
import slicer.util
from PySide6 import QtCore, QtWidgets

from . import (
    application,
    module_objects,
    node_combo_box,
    ownership,
    parameter_node,
    pythonqt_flavor,
    pytorch_utils,
    qmrml_widget,
    sample_data,
    segment_editor_widget,
    segments_table_view,
    translation,
)
from .dicom_database import add_header, ctkDICOMDatabase
from .layout import qSlicerLayoutManager
from .message_boxes import User
from .modules_of_qt import make_ctk, make_qt
from .packaging_standin import PackagingFinder, Pip
from .patches import Patches
from .scene_start import Scene, start_scene

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

WIDGETS = (
    qmrml_widget.qMRMLWidget,
    qmrml_widget.qMRMLSliderWidget,
    node_combo_box.qMRMLNodeComboBox,
    segment_editor_widget.qMRMLSegmentEditorWidget,
    segments_table_view.qMRMLSegmentsTableView,
    module_objects.qSlicerScriptedLoadableModuleWidget,
)
MANY_REFERENCES = 1 << 30
WITHOUT_LOGIC = ("SegmentEditor", "DICOM", "Data", "SampleData")


@dataclass(slots=True, kw_only=True)
class Standins:
    """What a test sees and sets: the user, pip, extensions, DICOM headers, the main window."""

    scene: Any
    qt: types.ModuleType
    ctk: types.ModuleType
    user: User
    pip: Pip
    opened: list[str]
    faults: list[str]
    """What would have crashed Slicer or left a stray window; a slot's exception ends in Qt."""
    app: Any
    main_window: Any
    _modules: dict[str, Any]
    _patches: Patches
    _scene: Scene
    _folder: Path
    _packaging: PackagingFinder
    _names: list[str] = field(default_factory=list)

    @property
    def displayed(self) -> list[Any]:
        """Message boxes that were shown, oldest first."""
        return self.user.displayed

    def set_testing(self, is_testing: bool) -> None:
        """Behave as after `Slicer --testing`."""
        self.app.commandOptions()._is_testing = is_testing

    def install_extension(self, *names: str) -> None:
        """Have extensions installed; PyTorch brings its module PyTorchUtils."""
        model = self.app.extensionsManagerModel()
        model._names = (*model._names, *names)
        model.modelUpdated.emit()
        if "PyTorch" in names:
            sys.modules["PyTorchUtils"] = pytorch_utils.module_of(self.pip)
            self._names.append("PyTorchUtils")

    def add_module(self, name: str, logic: Any = None, *, script: Any = None) -> Any:
        """Have another module loaded, for instance "TotalSegmentator".

        Args:
            name: the module's name.
            logic: its C++ logic, if it has one.
            script: what `widgetRepresentation().self()` gives, made by the test.
        """
        module = module_objects.qSlicerCoreModule(name, logic, script)
        self._register(name, module)
        return module

    def add_dicom(self, file: str, header: Dataset) -> None:
        """Have a file in the DICOM database."""
        add_header(slicer.dicomDatabase, file, header)

    def choose_node(self, selector: Any, node: Any) -> None:
        """Choose in a node selector as the user does; None chooses its "None"."""
        selector.setCurrentNode(node)
        assert selector.currentNode() is node, "the selector doesn't offer this node"
        selector.nodeActivated.emit(node)

    def load_module(self, path: Path) -> Any:
        """Load a scripted module's file, as Slicer does at start; its panel isn't made yet."""
        return load_scripted_module(self, path)

    def open_module(self, name: str) -> Any:
        """Open a loaded module as the user does, and give its script's widget."""
        panel = self._modules[name].widgetRepresentation()
        if self.main_window is not None:
            self.main_window.moduleSelector().selectModule(name)
        elif not panel.isEntered:
            panel.enter()
        return panel.self()

    def forget_packaging(self) -> None:
        """Be a Slicer in which nobody has imported `slicer.packaging` yet."""
        self._packaging.forget()

    def uninstall(self) -> None:
        """Quit: unload the modules, then leave Python, PySide6 and slicer as they were."""
        for name in reversed(self._modules):
            self.app.moduleManager().moduleAboutToBeUnloaded.emit(name)
        self._packaging.leave()
        self._scene.stop()
        if self.main_window is not None:
            # Else `slicer.util.mainWindow` would find it by its name in the next installation.
            self.main_window.setObjectName("")
            self.main_window.close()
            self.main_window = None
        for name in self._names:
            sys.modules.pop(name, None)
        self._patches.undo()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _register(self, name: str, module: Any) -> None:
        self._modules[name] = module
        setattr(slicer.modules, name.lower(), module)
        self.app.moduleManager().moduleLoaded.emit(name)


def install(*, main_window: bool = True) -> Standins:
    """Stand in for the application. Call `uninstall` at the end.

    Args:
        main_window: with one, message boxes are shown and views exist; without, as under
            `--no-main-window`, `slicer.app.layoutManager()` is None.

    Raises: RuntimeError: they are installed already; the one before must be uninstalled first.
    """
    if "qt" in sys.modules:
        raise RuntimeError("the stand-ins are installed already: uninstall the others first")
    _ = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["Slicer"])
    folder = Path(tempfile.mkdtemp(prefix="slicer-standins-"))
    _keep_true_and_false()
    patches, user, pip = Patches(), User(), Pip()
    opened: list[str] = []
    faults: list[str] = []
    pythonqt_flavor.apply(patches)
    ownership.apply(patches, faults)
    widgets: dict[str, type] = {kind.__name__: kind for kind in WIDGETS}
    qt = make_qt(widgets, user, faults)
    ctk = make_ctk(user)
    widgets |= {name: kind for name, kind in vars(ctk).items() if name.startswith("ctk")}
    scene = start_scene(folder)
    app = _make_application(folder, scene, opened)
    names = _put_modules(patches, qt, ctk)
    packaging = PackagingFinder(pip)
    packaging.enter()
    _put_into_slicer(patches, app, scene)
    standins = Standins(
        scene=scene.scene,
        qt=qt,
        ctk=ctk,
        user=user,
        pip=pip,
        opened=opened,
        faults=faults,
        app=app,
        main_window=None,
        _modules=app.moduleManager()._modules,
        _patches=patches,
        _scene=scene,
        _folder=folder,
        _packaging=packaging,
        _names=names,
    )
    for name, logic in {**scene.logics, **dict.fromkeys(WITHOUT_LOGIC)}.items():
        standins.add_module(name, logic)
    if main_window:
        app._parts["layout"] = qSlicerLayoutManager(scene.scene, scene.application)
        standins.main_window = module_objects.qSlicerMainWindow(app.moduleManager())
    return standins


def _keep_true_and_false() -> None:
    """Keep Python 3.11 alive with PySide6 6.12.0.

    Each `signal.emit` and `signal.disconnect` gives away a reference to True or None; when none is
    left the process aborts ("bool_dealloc", "none_dealloc"). Since Python 3.12 they are immortal;
    remove this with 3.11.
    """
    if sys.version_info < (3, 12):
        for value in (True, False, None):
            ctypes.c_ssize_t.from_address(id(value)).value += MANY_REFERENCES


def _make_application(folder: Path, scene: Scene, opened: list[str]) -> Any:
    settings = _settings_below(folder)
    settings.setValue("Developer/SelfTestDisplayMessageDelay", 0)
    io, modules = application.qSlicerIOManager(), application.qSlicerModuleManager()
    io._opened, modules._modules = opened, {}
    parts = {
        "scene": scene.scene,
        "logic": scene.application,
        "modules": modules,
        "io": io,
        "extensions": application.qSlicerExtensionsManagerModel(),
        "options": application.qSlicerCommandOptions(),
        "dicom": ctkDICOMDatabase(),
        "settings": settings,
    }
    return application.qSlicerApplication(folder, parts, opened)


def _settings_below(folder: Path) -> QtCore.QSettings:
    """Settings in a temporary file, which `qt.QSettings()` means too, as in Slicer."""
    settings = QtCore.QSettings
    QtCore.QCoreApplication.setOrganizationName("NA-MIC")
    QtCore.QCoreApplication.setApplicationName("Slicer")
    settings.setDefaultFormat(settings.Format.IniFormat)
    settings.setPath(settings.Format.IniFormat, settings.Scope.UserScope, str(folder))
    return settings()


def _put_into_slicer(patches: Patches, app: Any, scene: Scene) -> None:
    patches.set(slicer, "app", app)
    patches.set(slicer, "mrmlScene", scene.scene)
    patches.set(slicer, "modules", module_objects.Modules())
    patches.set(slicer, "dicomDatabase", app.dicomDatabase())
    patches.set(slicer, "selfTests", {})
    for kind in WIDGETS:
        patches.set(slicer, kind.__name__, kind)


def _put_modules(patches: Patches, qt: Any, ctk: Any) -> list[str]:
    """Modules that Python code of an extension imports."""
    sys.modules.update(qt=qt, ctk=ctk)
    scripted = _fresh("slicer.ScriptedLoadableModule", "scripted_module.py")
    below_slicer = {
        "i18n": translation,
        "parameterNodeWrapper": parameter_node,
        "ScriptedLoadableModule": scripted,
    }
    for name, module in below_slicer.items():
        sys.modules[f"slicer.{name}"] = module
        patches.set(slicer, name, module)
    sys.modules["SampleData"] = sample_data
    return ["qt", "ctk", "SampleData", *(f"slicer.{name}" for name in below_slicer)]


def _fresh(name: str, file: str) -> types.ModuleType:
    """A module of ours under Slicer's name, executed anew so that it sees this `qt`."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_scripted_module(standins: Standins, path: Path) -> Any:
    """Import a module's file and make its module object; fills `slicer.modules`."""
    name = path.stem
    _import_file(name, path)
    standins._names.append(name)

    def make_script(panel: Any) -> Any:
        script = getattr(sys.modules[name], f"{name}Widget")(panel)
        setattr(slicer.modules, f"{name}Widget", script)
        return script

    def make_panel() -> Any:
        panel = module_objects.qSlicerScriptedLoadableModuleWidget(name, make_script)
        panel.setMRMLScene(slicer.mrmlScene)
        panel.setup()
        return panel

    module = module_objects.qSlicerScriptedLoadableModule(name, str(path), make_panel)
    setattr(slicer.modules, f"{name}Instance", getattr(sys.modules[name], name)(module))
    standins._register(name, module)
    return module


def _import_file(name: str, path: Path) -> None:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    spec.loader.exec_module(module)
