"""Loading .ui files as `slicer.util.loadUI` does."""

from pathlib import Path
from typing import Any

import pytest
import slicer

UI = """<ui version="4.0"><class>Panel</class>
<widget class="qMRMLWidget" name="Panel">
 <layout class="QVBoxLayout" name="layout">
  <item><widget class="ctkCollapsibleButton" name="section">
   <property name="text"><string>Images</string></property>
   <property name="collapsed"><bool>true</bool></property>
   <layout class="QVBoxLayout" name="inner">
    <item><widget class="qMRMLNodeComboBox" name="selector">
     <property name="nodeTypes"><stringlist>
      <string>vtkMRMLScalarVolumeNode</string></stringlist></property>
     <property name="noneEnabled"><bool>true</bool></property>
     <property name="SlicerParameterName" stdset="0"><string>image</string></property>
    </widget></item>
   </layout>
  </widget></item>
  <item><widget class="QPushButton" name="scoreButton">
   <property name="text"><string>Score</string></property></widget></item>
 </layout>
</widget>
<customwidgets>
 <customwidget><class>qMRMLWidget</class><extends>QWidget</extends>
  <header>qMRMLWidget.h</header><container>1</container></customwidget>
 <customwidget><class>qMRMLNodeComboBox</class><extends>QWidget</extends>
  <header>qMRMLNodeComboBox.h</header></customwidget>
 <customwidget><class>ctkCollapsibleButton</class><extends>QWidget</extends>
  <header>ctkCollapsibleButton.h</header><container>1</container></customwidget>
</customwidgets>
<connections><connection>
 <sender>Panel</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
 <receiver>selector</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
</connection></connections></ui>
"""


def load(folder: Path, text: str = UI) -> Any:
    """Write a .ui file and load it."""
    path = folder / "Panel.ui"
    path.write_text(text, encoding="utf-8")
    return slicer.util.loadUI(str(path))


@pytest.mark.usefixtures("standins")
def test_the_widgets_are_found_by_name_with_their_properties(tmp_path: Path) -> None:
    ui = slicer.util.childWidgetVariables(load(tmp_path))
    assert type(ui.selector) is slicer.qMRMLNodeComboBox
    assert ui.selector.nodeTypes == ["vtkMRMLScalarVolumeNode"]
    assert ui.selector.property("SlicerParameterName") == "image"
    assert (ui.section.text, ui.section.collapsed) == ("Images", True)
    assert ui.scoreButton.text == "Score"


@pytest.mark.usefixtures("standins")
def test_the_scene_reaches_the_selector_through_the_connection(tmp_path: Path) -> None:
    widget = load(tmp_path)
    widget.setMRMLScene(slicer.mrmlScene)
    assert slicer.util.childWidgetVariables(widget).selector.mrmlScene() is slicer.mrmlScene


@pytest.mark.usefixtures("standins")
def test_widgets_of_the_file_connect_by_signature(tmp_path: Path) -> None:
    ui, heard = slicer.util.childWidgetVariables(load(tmp_path)), []
    ui.scoreButton.connect("clicked()", lambda: heard.append("clicked"))
    ui.scoreButton.click()
    assert heard == ["clicked"]


@pytest.mark.usefixtures("standins")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("QPushButton", "ctkFancyButton", "ctkFancyButton, which is not offered"),
        ('name="noneEnabled"', 'name="noneAllowed"', "no property noneAllowed"),
        ("mrmlSceneChanged(", "sceneChanged(", "signal 'sceneChanged"),
        ("setMRMLScene(", "setScene(", "slot 'setScene"),
        ("<receiver>selector", "<receiver>chooser", "chooser, which it doesn't hold"),
    ],
    ids=["class", "property", "signal", "slot", "object"],
)
def test_what_does_not_exist_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(tmp_path, UI.replace(old, new))


@pytest.mark.usefixtures("standins")
def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="file not found"):
        slicer.util.loadUI(str(tmp_path / "absent.ui"))
