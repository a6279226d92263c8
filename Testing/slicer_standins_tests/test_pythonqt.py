"""Qt as PythonQt shows it: what works there works here, what fails there fails here."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6 import QtWidgets

from Testing.slicer_standins import Standins
from Testing.slicer_standins.file_dialogs import HiddenDialogError
from Testing.slicer_standins.ownership import OwnershipError
from Testing.slicer_standins.qt_names import CLASSES, MISSING_MEMBERS


def test_a_property_is_an_attribute_and_can_not_be_called(standins: Standins) -> None:
    label = standins.qt.QLabel("seen")
    assert label.text == "seen"
    label.text = "changed"
    assert label.text == "changed"
    with pytest.raises(TypeError, match="'str' object is not callable"):
        label.text()


def test_an_overridden_getter_is_still_a_property(standins: Standins) -> None:
    assert standins.qt.QLabel("seen").sizeHint.width() > 0


def test_a_setter_stays_a_method(standins: Standins) -> None:
    box = standins.qt.QComboBox()
    box.addItem("first", 1)
    box.addItem("second", 2)
    box.setCurrentIndex(1)
    assert (box.currentIndex, box.currentText, box.count, box.currentData) == (1, "second", 2, 2)


def test_objects_that_qt_makes_itself_behave_alike(standins: Standins) -> None:
    table = standins.qt.QTableWidget(3, 2)
    header = table.horizontalHeader()
    header.visible = False
    assert header.visible is False
    with pytest.raises(AttributeError, match="creating new attributes"):
        header.note = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("text", 5), ("wordWrap", object()), ("minimumWidth", "wide"), ("sizeHint", 3)],
)
def test_a_property_refuses_a_value_of_another_type(
    standins: Standins, name: str, value: Any
) -> None:
    with pytest.raises(AttributeError, match=f"Property '{name}'"):
        setattr(standins.qt.QLabel(), name, value)


def test_unknown_attributes_are_neither_read_nor_made(standins: Standins) -> None:
    button = standins.qt.QPushButton()
    with pytest.raises(AttributeError, match="caption"):
        _ = button.caption
    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects"):
        button.caption = "x"
    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects"):
        button._caption = "x"


@pytest.mark.parametrize("name", ["setText", "clicked", "layout"])
def test_slots_and_signals_can_not_be_overwritten(standins: Standins, name: str) -> None:
    with pytest.raises(AttributeError, match="can not be overwritten"):
        setattr(standins.qt.QPushButton(), name, print)


def test_a_class_derived_in_python_may_have_attributes_of_its_own(standins: Standins) -> None:
    qt: Any = standins.qt

    class Panel(QtWidgets.QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.case_id = "P001"

        def sizeHint(self) -> Any:  # noqa: N802
            return qt.QSize(321, 123)

    panel: Any = Panel()
    panel.adjustSize()
    assert (panel.case_id, panel.width, panel.height) == ("P001", 321, 123)


def test_keyword_arguments_are_refused(standins: Standins) -> None:
    qt = standins.qt
    with pytest.raises(ValueError, match="does not support kwargs"):
        qt.QLabel("x", wordWrap=True)
    layout = qt.QVBoxLayout()
    with pytest.raises(ValueError, match="does not support kwargs"):
        layout.addWidget(qt.QLabel(), stretch=1)
    with pytest.raises(ValueError, match="does not support kwargs"):
        qt.QMessageBox.question(None, "title", "text", buttons=qt.QMessageBox.Ok)


def test_a_signal_connects_by_name_and_by_signature(standins: Standins) -> None:
    button = standins.qt.QPushButton()
    heard: list[Any] = []
    with_argument, without = (lambda on: heard.append(on)), (lambda: heard.append("none"))
    button.clicked.connect(with_argument)
    button.connect("clicked(bool)", with_argument)
    button.connect("clicked()", without)
    button.click()
    assert heard == [False, False, "none"]
    button.disconnect("clicked()", without)
    button.disconnect("clicked(bool)", with_argument)
    button.click()
    assert heard == [False, False, "none", False]


def test_a_signal_connects_to_a_slot_of_another_object(standins: Standins) -> None:
    line, label = standins.qt.QLineEdit(), standins.qt.QLabel()
    line.connect("textChanged(QString)", label, "setText(QString)")
    line.text = "typed"
    assert label.text == "typed"
    with pytest.raises(AttributeError, match="slot 'setTitle"):
        line.connect("textChanged(QString)", label, "setTitle(QString)")


def test_an_unknown_signal_is_refused(standins: Standins) -> None:
    button = standins.qt.QPushButton()
    with pytest.raises(AttributeError, match="signal 'pushed\\(\\)' does not exist"):
        button.connect("pushed()", print)


def test_signals_declared_in_python_are_absent_because_they_crash_pythonqt(
    standins: Standins,
) -> None:
    for name in ("Signal", "Slot", "Property", "QtWidgets", "QWebEngineView"):
        assert not hasattr(standins.qt, name)


@pytest.mark.parametrize("name", sorted(MISSING_MEMBERS))
def test_members_that_pythonqt_lacks_are_gone(standins: Standins, name: str) -> None:
    kind = getattr(standins.qt, name)
    for member in MISSING_MEMBERS[name].split():
        assert member not in vars(kind)


def test_every_class_is_offered(standins: Standins) -> None:
    assert {name for name in CLASSES if not hasattr(standins.qt, name)} == set()


def test_enumerators_are_unscoped(standins: Standins) -> None:
    qt = standins.qt
    assert qt.QMessageBox.Ok == 0x400
    assert qt.QEvent.KeyPress != qt.QEvent.KeyRelease
    label = qt.QLabel()
    label.setAlignment(qt.Qt.AlignTop)
    assert label.alignment & qt.Qt.AlignTop
    assert qt.QProcess().state() == qt.QProcess.NotRunning


@pytest.fixture
def faults(standins: Standins) -> Iterator[list[str]]:
    """What would have ended Slicer; a test that provokes it clears it again."""
    yield standins.faults
    standins.faults.clear()


def test_a_widget_is_never_given_back_to_python(standins: Standins, faults: list[str]) -> None:
    qt = standins.qt
    parent = qt.QWidget()
    child = qt.QLabel("x", parent)
    child.setParent(qt.QFrame(parent))
    for owned in (child, qt.QTimer(parent)):
        with pytest.raises(OwnershipError, match=r"setParent\(None\) on a Q"):
            owned.setParent(None)
    assert len(faults) == 2
    child.hide()
    child.deleteLater()


@pytest.mark.parametrize("how", ["show", "setVisible", "visible"])
def test_a_widget_without_parent_that_is_shown_is_a_stray_window(
    standins: Standins, faults: list[str], how: str
) -> None:
    qt = standins.qt
    stray, dialog, parent = qt.QWidget(), qt.QDialog(), qt.QFrame()
    child = qt.QWidget(parent)
    show = {
        "show": lambda w: w.show(),
        "setVisible": lambda w: w.setVisible(True),
        "visible": lambda w: setattr(w, "visible", True),
    }[how]
    show(dialog)
    dialog.hide()
    show(child)
    assert faults == []
    with pytest.raises(OwnershipError, match="a QWidget without parent is shown"):
        show(stray)
    assert len(faults) == 1


def test_a_file_dialog_gives_the_path_alone_and_wants_a_window_as_parent(
    standins: Standins, faults: list[str]
) -> None:
    qt, window = standins.qt, standins.main_window
    standins.user.files = ["/a/b.json", "", "/a"]
    assert qt.QFileDialog.getOpenFileName(window, "Open", "", "JSON (*.json)") == "/a/b.json"
    assert qt.QFileDialog.getSaveFileName(window, "Save", "x.json", "JSON (*.json)") == ""
    assert qt.QFileDialog.getExistingDirectory(None, "Folder") == "/a"
    with pytest.raises(HiddenDialogError, match=r"give slicer\.util\.mainWindow"):
        qt.QFileDialog.getExistingDirectory(standins.ctk.ctkCollapsibleButton(window), "Folder")
    assert len(faults) == 1


def test_the_name_is_the_object_name(standins: Standins) -> None:
    frame = standins.qt.QFrame()
    frame.name = "box"
    assert (frame.objectName, frame.className()) == ("box", "QFrame")


def test_a_process_gives_bytes(standins: Standins) -> None:
    process = standins.qt.QProcess()
    process.start(sys.executable, ["-c", "print('worker')"])
    assert process.waitForFinished(20000)
    assert process.readAllStandardOutput().data().split() == [b"worker"]


def test_settings_stay_in_a_temporary_file(standins: Standins) -> None:
    settings = standins.qt.QSettings()
    settings.setValue("TACEResponse/note", "kept")
    assert standins.app.userSettings().value("TACEResponse/note") == "kept"
    assert Path(settings.fileName()).is_relative_to(standins.app.startupWorkingPath)
