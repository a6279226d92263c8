"""A scripted module's life: load, open, reload, test, leave."""

from pathlib import Path
from typing import Any

import pytest
import slicer

from Testing.slicer_standins import Standins

SOURCE = """
import qt, slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import *
from slicer.util import VTKObservationMixin

class Sketch(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Sketch")
        self.parent.categories = ["Quantification"]

class SketchWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    calls = []
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.label = qt.QLabel(_("hello"))
        self.layout.addWidget(self.label)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onClosed)
    def onClosed(self, caller, event): SketchWidget.calls.append("closed")
    def enter(self): SketchWidget.calls.append("enter")
    def exit(self): SketchWidget.calls.append("exit")
    def cleanup(self):
        SketchWidget.calls.append("cleanup")
        self.removeObservers()

class SketchLogic(ScriptedLoadableModuleLogic):
    pass

class SketchTest(ScriptedLoadableModuleTest):
    def runTest(self):
        self.setUp()
        self.test_one()
    def test_one(self):
        self.delayDisplay("testing", 50)
        slicer.modules.SketchWidget.tested = True
"""


@pytest.fixture
def widget(standins: Standins, tmp_path: Path) -> Any:
    """The widget of a small module, opened by the user."""
    path = tmp_path / "Sketch.py"
    path.write_text(SOURCE, encoding="utf-8")
    standins.load_module(path)
    opened = standins.open_module("Sketch")
    yield opened
    standins.main_window.moduleSelector().selectModule("Data")


def test_the_module_is_known_by_its_names(standins: Standins, widget: Any, tmp_path: Path) -> None:
    assert slicer.modules.sketch.title == "Sketch"
    assert slicer.modules.SketchWidget is widget
    assert slicer.util.modulePath("Sketch") == str(tmp_path / "Sketch.py")
    assert slicer.util.getModuleWidget("Sketch") is widget
    assert widget.resourcePath("UI/x.ui") == str(tmp_path / "Resources" / "UI" / "x.ui")
    assert standins.app.moduleManager().module("Sketch") is slicer.modules.sketch


def test_enter_exit_close_and_cleanup_are_called(standins: Standins, widget: Any) -> None:
    assert widget.parent.isEntered
    slicer.util.selectModule("Volumes")
    assert not widget.parent.isEntered
    standins.scene.Clear(0)
    standins.app.moduleManager().moduleAboutToBeUnloaded.emit("Sketch")
    assert type(widget).calls == ["enter", "exit", "closed", "cleanup"]


def test_a_reload_makes_the_widget_anew(widget: Any) -> None:
    slicer.util.reloadScriptedModule("Sketch")
    assert slicer.modules.SketchWidget is not widget
    assert type(widget).calls[-1] == "cleanup"
    assert slicer.modules.SketchWidget.label.text == "hello"


def test_a_reload_calls_setup_and_never_enter_though_the_module_is_open(widget: Any) -> None:
    slicer.util.reloadScriptedModule("Sketch")
    assert slicer.modules.SketchWidget.parent.isEntered
    assert type(slicer.modules.SketchWidget).calls == []
    assert type(widget).calls == ["enter", "cleanup"]


def test_the_panel_lies_in_a_scroll_area_that_is_as_narrow_as_slicer_s(
    standins: Standins, widget: Any
) -> None:
    """An inner scroll area's size hint counts there: what stands below it leaves the screen."""
    qt = standins.qt
    inner = qt.QScrollArea()
    inner.setWidgetResizable(True)
    inner.setWidget(qt.QLabel("word\n" * 300))
    bar, words = qt.QPushButton("Score"), qt.QLabel("a line that may be wrapped")
    words.setWordWrap(True)
    words.setMinimumHeight(120)
    for part in (inner, words, bar):
        widget.layout.addWidget(part)
    window = standins.main_window
    window.resize(1366, 768)
    window.show()
    standins.app.processEvents()
    assert widget.parent.width <= 330
    bottom = bar.mapTo(window, qt.QPoint(0, bar.height)).y()
    assert bottom > 768 - 222
    policy = inner.sizePolicy
    policy.setVerticalPolicy(qt.QSizePolicy.Ignored)
    policy.setVerticalStretch(1)
    inner.setSizePolicy(policy)
    inner.setMinimumHeight(160)
    standins.app.processEvents()
    bottom = bar.mapTo(window, qt.QPoint(0, bar.height)).y()
    assert bottom <= 768 - 222
    window.hide()


def test_the_self_test_runs(widget: Any) -> None:
    slicer.selfTests["Sketch"](msec=0)
    assert widget.tested


def test_the_developers_section_is_for_developers(standins: Standins, tmp_path: Path) -> None:
    path = tmp_path / "Sketch.py"
    path.write_text(SOURCE, encoding="utf-8")
    standins.load_module(path)
    standins.qt.QSettings().setValue("Developer/DeveloperMode", "true")
    assert standins.open_module("Sketch").reloadButton.text == "Reload"
    standins.qt.QSettings().setValue("Developer/DeveloperMode", "false")
    standins.load_module(path)
    assert not hasattr(standins.open_module("Sketch"), "reloadButton")
    slicer.util.selectModule("Data")


def test_a_logic_has_one_parameter_node_a_scene(standins: Standins, widget: Any) -> None:
    logic = slicer.util.getModule("Sketch") and __import__("Sketch").SketchLogic()
    node = logic.getParameterNode()
    assert logic.getParameterNode() is node
    assert node.GetSingletonTag() == "Sketch"
    node.RemoveAttribute("ModuleName")
    assert logic.getParameterNode().GetAttribute("ModuleName") == "Sketch"
    logic.isSingletonParameterNode = False
    assert logic.getAllParameterNodes() == [node]
    _ = (standins, widget)


def test_a_module_describes_itself_with_the_right_types_only(widget: Any) -> None:
    parent = slicer.modules.sketch
    with pytest.raises(AttributeError, match="Property 'categories' of type 'QStringList'"):
        parent.categories = "Quantification"
    with pytest.raises(AttributeError, match="does not exist"):
        parent.summary = "x"
    with pytest.raises(AttributeError, match="not writable"):
        parent.path = "elsewhere"
    _ = widget


@pytest.mark.usefixtures("standins")
def test_an_unknown_module_is_refused() -> None:
    with pytest.raises(ValueError, match="no module has the name 'TotalSegmentator'"):
        slicer.util.selectModule("TotalSegmentator")
    with pytest.raises(RuntimeError, match="Could not find module"):
        slicer.util.getModule("TotalSegmentator")
    assert not hasattr(slicer.modules, "totalsegmentator")


def test_a_module_can_be_added(standins: Standins) -> None:
    module = standins.add_module("TotalSegmentator")
    assert slicer.modules.totalsegmentator is module
    with pytest.raises(NotImplementedError, match="has no panel"):
        module.widgetRepresentation()
    script = object()
    scripted = standins.add_module("TotalSegmentator", script=script)
    assert scripted.widgetRepresentation().self() is script
    slicer.util.selectModule("TotalSegmentator")
    assert slicer.util.selectedModule() == "TotalSegmentator"
    del slicer.modules.totalsegmentator
