"""Stand-in of the module `slicer.ScriptedLoadableModule`.

Source: Slicer, Base/Python/slicer/ScriptedLoadableModule.py.
"""

# The names are Slicer's.
# ruff: noqa: N802, N803

from __future__ import annotations

import importlib
import logging
import unittest
from pathlib import Path
from typing import Any

import qt
import slicer
import slicer.util

__all__ = [
    "ScriptedLoadableModule",
    "ScriptedLoadableModuleLogic",
    "ScriptedLoadableModuleTest",
    "ScriptedLoadableModuleWidget",
]
ctk: Any = importlib.import_module("ctk")
RESOURCES = "Resources"
LOGGER = logging.getLogger(__name__)


class ScriptedLoadableModule:
    """Describes a module through its `parent`; starts its self-test."""

    def __init__(self, parent: Any) -> None:
        super().__init__()
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        for ending in ("svg", "png"):
            icon = Path(self.resourcePath(f"Icons/{self.moduleName}.{ending}"))
            if icon.is_file():
                parent.icon = qt.QIcon(str(icon))
                break
        if not hasattr(slicer, "selfTests"):
            slicer.selfTests = {}
        slicer.selfTests[self.moduleName] = self.runTest

    def resourcePath(self, filename: str) -> str:
        """A file below the folder Resources beside the module's file."""
        return str(Path(self.parent.path).parent / RESOURCES / filename)

    def getDefaultModuleDocumentationLink(self, docPage: Any = None) -> str:
        """A link to the module's page, as HTML."""
        base = slicer.app.documentationBaseUrl
        url = base + docPage if docPage else slicer.app.moduleDocumentationUrl(self.moduleName)
        return f'<p>For more information see the <a href="{url}">online documentation</a>.</p>'

    def runTest(self, msec: int = 100, **keywords: Any) -> None:
        """Run the class named after the module with "Test".

        Raises: AssertionError: there is no such class.
        """
        module = importlib.import_module(type(self).__module__)
        name = f"{self.moduleName}Test"
        if not hasattr(module, name):
            raise AssertionError(f"Test case class not found: {module.__name__}.{name}")
        case = getattr(module, name)()
        case.messageDelay = msec
        case.runTest(**keywords)


class ScriptedLoadableModuleWidget:
    """The panel's script; a reload section is shown to developers only."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = slicer.util.settingsValue(
            "Developer/DeveloperMode", False, converter=slicer.util.toBool
        )
        self.parent = parent if parent else _own_window()
        self.layout = self.parent.layout()
        if not parent:
            self.setup()
            self.parent.show()
        manager = slicer.app.moduleManager()
        manager.connect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)

    def resourcePath(self, filename: str) -> str:
        """A file below the folder Resources beside the module's file."""
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / RESOURCES / filename)

    def setup(self) -> None:
        """Build the panel; here only the developer's section."""
        if self.developerMode:
            self.reloadCollapsibleButton = ctk.ctkCollapsibleButton()
            self.reloadCollapsibleButton.text = "Reload && Test"
            self.layout.addWidget(self.reloadCollapsibleButton)
            form = qt.QFormLayout(self.reloadCollapsibleButton)
            self.reloadButton = qt.QPushButton("Reload")
            self.reloadButton.clicked.connect(self.onReload)
            form.addRow(self.reloadButton)

    def cleanup(self) -> None:
        """Called before the module is unloaded or reloaded."""

    def onReload(self) -> None:
        """Execute the module's file again and make the panel anew."""
        slicer.util.reloadScriptedModule(self.moduleName)

    def onReloadAndTest(self, **keywords: Any) -> None:
        """Reload, then run the self-test; an error is shown."""
        with slicer.util.tryWithErrorDisplay("Reload and Test failed."):
            self.onReload()
            slicer.selfTests[self.moduleName](msec=0, **keywords)

    def _onModuleAboutToBeUnloaded(self, moduleName: str) -> None:
        if moduleName == self.moduleName:
            self.cleanup()
            manager = slicer.app.moduleManager()
            name = "moduleAboutToBeUnloaded(QString)"
            manager.disconnect(name, self._onModuleAboutToBeUnloaded)


def _own_window() -> Any:
    window = slicer.qMRMLWidget()
    window.setLayout(qt.QVBoxLayout())
    window.setMRMLScene(slicer.mrmlScene)
    return window


class ScriptedLoadableModuleLogic:
    """Work without a panel; keeps its parameters in a node of the scene."""

    def __init__(self, parent: Any = None) -> None:  # noqa: ARG002
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self) -> Any:
        """The module's parameter node; made when there is none."""
        scene, kind = slicer.mrmlScene, "vtkMRMLScriptedModuleNode"
        if self.isSingletonParameterNode:
            node = scene.GetSingletonNode(self.moduleName, kind)
            if node is not None:
                if node.GetAttribute("ModuleName") != self.moduleName:
                    node.SetAttribute("ModuleName", self.moduleName)
                return node
        existing = self.getAllParameterNodes() if not self.isSingletonParameterNode else []
        return existing[0] if existing else scene.AddNode(self.createParameterNode())

    def getAllParameterNodes(self) -> list[Any]:
        """All nodes that carry the module's name."""
        nodes = slicer.util.getNodesByClass("vtkMRMLScriptedModuleNode")
        return [node for node in nodes if node.GetAttribute("ModuleName") == self.moduleName]

    def createParameterNode(self) -> Any:
        """A new parameter node that isn't in the scene yet."""
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A self-test that Slicer starts by `runTest`, which calls what has "test" in its name."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.enableScreenshots = False
        named = [name for name in dir(self) if "test" in name and callable(getattr(self, name))]
        self.moduleTestNames = named

    def delayDisplay(
        self,
        message: str,
        requestedDelay: Any = None,
        msec: Any = None,
    ) -> None:
        """Show a message for a moment; logged, and shorter than .4 s not shown."""
        delay = getattr(self, "messageDelay", msec if msec is not None else requestedDelay)
        slicer.util.delayDisplay(message, 100 if delay is None else delay)

    def runTest(self) -> None:
        """Run each test between `setUp` and `tearDown`."""
        if not self.moduleTestNames:
            LOGGER.warning("No test is defined in %s", type(self).__name__)
            return
        self.setUpClass()
        for name in self.moduleTestNames:
            self.setUp()
            getattr(self, name)()
            self.tearDown()
        self.tearDownClass()
