"""Keyboard, tooltips, translation, themes, small screens; no color as the only sign."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from TACEResponseLib.patient.case import Case
from Testing.slicer_standins.module_panel import COLUMN_PX, PROBE_PX, STATUS_PX

PANEL = Path(__file__).resolve().parents[2] / "TACEResponse"
UI = ElementTree.parse(PANEL / "Resources" / "UI" / "TACEResponse.ui")
INTERACTIVE = (
    "QPushButton",
    "QToolButton",
    "QCheckBox",
    "QComboBox",
    "QLineEdit",
    "qMRMLNodeComboBox",
    "ctkSliderWidget",
    "QTableWidget",
)
SCRIPTS = sorted([PANEL / "TACEResponse.py", *(PANEL / "TACEResponsePanel").glob("*.py")])


def widgets() -> list[ElementTree.Element]:
    return list(UI.iter("widget"))


def test_every_widget_that_is_used_has_a_tooltip() -> None:
    for widget in widgets():
        if widget.get("class") in INTERACTIVE:
            names = [p.get("name") for p in widget.findall("property")]
            assert "toolTip" in names, widget.get("name")


def test_the_tab_key_visits_every_widget_from_top_to_bottom() -> None:
    stops = [stop.text for stop in UI.iter("tabstop")]
    assert len(set(stops)) == len(stops)
    names = [w.get("name") for w in widgets() if w.get("class") in INTERACTIVE]
    special = {
        "installButton",
        "wheelsButton",
        "samePatientButton",
        "otherPatientButton",
        "takeBackButton",
        "settleButton",
        "largeLesionButton",
    }
    assert set(names) - set(stops) <= special
    order = [
        stops.index(name)
        for name in (
            "modelButton",
            "imagesButton",
            "lesionButton",
            "clinicalButton",
            "scoreButton",
            "resultButton",
        )
    ]
    assert order == sorted(order)


def test_nothing_is_painted_in_a_fixed_color() -> None:
    """Dark and light themes bring their own colors; the attention map alone has fixed ones."""
    assert "styleSheet" not in ElementTree.tostring(UI.getroot(), encoding="unicode")
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert "setStyleSheet" not in text, path.name
        assert re.search(r"#[0-9a-fA-F]{6}\b|QPalette|<font", text) is None, path.name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_sentence_can_be_translated(path: Path) -> None:
    """A sentence that a user sees stands in `_()`; docstrings and logs don't count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = {id(n) for n in ast.walk(tree) if isinstance(n, ast.Constant) and is_quiet(tree, n)}
    bare = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"[A-Z][a-z]+ [a-z]+ \w+", node.value)
        and id(node) not in quiet
    ]
    assert bare == []


def is_quiet(tree: ast.AST, constant: ast.Constant) -> bool:
    """Docstrings, translated texts, logs, and the self-test's own remarks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and node.value is constant:
            return True
        if isinstance(node, ast.Call) and constant in list(ast.walk(node)):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in ("_", "translate", "Package") or attribute in (
                "error",
                "warning",
                "exception",
                "delayDisplay",
            ):
                return True
        if isinstance(node, ast.Assign) and constant in list(ast.walk(node)):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            if "TERMINOLOGY" in names:
                return True
    return False


@pytest.fixture
def small_screen(person: Any) -> Iterator[Any]:
    """A main window of 1366 x 768; the module's column has 330 x 444 of it."""
    window = person.standins.main_window
    window.resize(1366, 768)
    window.show()
    yield person
    window.hide()


@pytest.mark.parametrize("state", ["empty", "ready", "scored"])
def test_the_score_bar_stays_in_sight_on_a_small_screen(
    small_screen: Any, patient: Case, state: str
) -> None:
    person, qt = small_screen, small_screen.standins.qt
    if state != "empty":
        person.make_ready(patient)
    if state == "scored":
        person.score()
    person.pause(0.2)
    window, bar = person.standins.main_window, person.ui.scoreFrame
    assert window.width <= 1366
    bottom = bar.mapTo(window, qt.QPoint(0, bar.height)).y()
    assert bottom <= 768 - PROBE_PX - STATUS_PX
    right = bar.mapTo(window, qt.QPoint(bar.width, 0)).x()
    assert right <= COLUMN_PX
    assert person.ui.sectionsArea.height >= 160


def test_no_button_is_cut_off_in_slicer_s_narrow_column(small_screen: Any, patient: Case) -> None:
    person, qt = small_screen, small_screen.standins.qt
    person.make_ready(patient)
    person.score()
    person.pause(0.2)
    inner = person.ui.sectionsWidget
    room = person.ui.sectionsArea.viewport().width
    assert inner.width <= room
    cut = [
        button.text
        for button in [*inner.findChildren(qt.QPushButton), *inner.findChildren(qt.QCheckBox)]
        if button.isVisibleTo(inner)
        and (
            button.width < button.sizeHint.width() - 2
            or button.mapTo(inner, qt.QPoint(button.width, 0)).x() > room
        )
    ]
    assert cut == []


def test_headers_tell_their_state_to_a_screen_reader(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    assert person.ui.lesionButton.accessibleName == "Lesion (ROI), ready"
    assert person.ui.resultButton.accessibleName == "Result, not ready"


@pytest.mark.parametrize(
    ("button", "files"),
    [
        ("openModelButton", 1),
        ("loadClinicalButton", 1),
        ("saveClinicalButton", 1),
        ("csvButton", 1),
        ("reportButton", 1),
        ("wheelsButton", 1),
    ],
)
def test_a_file_dialog_belongs_to_the_main_window(
    person: Any, patient: Case, with_clinical: Path, button: str, files: int
) -> None:
    """A folded section hides its children, dialogs too."""
    person.panel.model.openModel(str(with_clinical))
    person.wait(lambda: person.panel.desk.model and person.panel.desk.model.clinical)
    if button == "reportButton":
        person.make_ready(patient)
        person.score()
    person.standins.user.files = [""] * files
    getattr(person.ui, button).clicked.emit()
    assert person.standins.user.files == []
