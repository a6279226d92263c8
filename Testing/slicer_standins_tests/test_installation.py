"""Coming and going of the stand-ins."""

import sys
from pathlib import Path

import pytest

from Testing.slicer_standins import install

SOURCE = """
from slicer.ScriptedLoadableModule import *
class Sketch(ScriptedLoadableModule): pass
class SketchWidget(ScriptedLoadableModuleWidget):
    is_clean = False
    def cleanup(self): self.is_clean = True
"""


def test_everything_is_taken_back() -> None:
    import slicer
    from PySide6 import QtWidgets

    before = set(vars(slicer))
    standins = install(main_window=False)
    assert QtWidgets.QLabel("x").text == "x"  # type: ignore[comparison-overlap]
    standins.uninstall()
    assert QtWidgets.QLabel("x").text() == "x"
    assert QtWidgets.QLabel().sizeHint().isValid()
    assert set(vars(slicer)) == before
    assert {"qt", "ctk", "SampleData", "slicer.packaging"}.isdisjoint(sys.modules)


def test_a_second_installation_works_like_the_first() -> None:
    for _ in range(2):
        standins = install(main_window=False)
        assert standins.app.layoutManager() is None
        assert standins.scene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0
        standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
        standins.uninstall()


def test_two_installations_at_once_are_refused() -> None:
    standins = install(main_window=False)
    with pytest.raises(RuntimeError, match="installed already"):
        install()
    standins.uninstall()


def test_quitting_cleans_the_modules_up(tmp_path: Path) -> None:
    standins = install(main_window=False)
    path = tmp_path / "Sketch.py"
    path.write_text(SOURCE, encoding="utf-8")
    standins.load_module(path)
    widget = standins.open_module("Sketch")
    assert not widget.is_clean
    standins.uninstall()
    assert widget.is_clean


def test_without_a_main_window_messages_are_only_logged() -> None:
    import slicer

    standins = install(main_window=False)
    slicer.util.errorDisplay("nobody sees this")
    assert slicer.util.mainWindow() is None
    assert standins.displayed == []
    standins.uninstall()
