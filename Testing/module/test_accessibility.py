"""Keyboard, tooltips, translation, themes, small screens; no color as the only sign."""

import ast
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from TACEResponseLib.case import Case

PANEL = Path(__file__).resolve().parents[2] / "TACEResponse"
UI = ElementTree.parse(PANEL / "Resources" / "UI" / "TACEResponse.ui")
INTERACTIVE = ("QPushButton", "QToolButton", "QCheckBox", "QComboBox", "QLineEdit",
               "qMRMLNodeComboBox", "ctkSliderWidget", "QTableWidget")  # fmt: skip
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
    special = {"installButton", "wheelsButton", "samePatientButton", "otherPatientButton",
               "settleButton", "largeLesionButton"}  # fmt: skip
    assert set(names) - set(stops) <= special
    order = [stops.index(name) for name in
             ("modelButton", "imagesButton", "lesionButton", "clinicalButton", "scoreButton",
              "resultButton")]  # fmt: skip
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
                "error", "warning", "exception", "delayDisplay"
            ):  # fmt: skip
                return True
        if isinstance(node, ast.Assign) and constant in list(ast.walk(node)):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            if "TERMINOLOGY" in names:
                return True
    return False


def test_the_score_bar_stays_in_sight_on_a_small_screen(person: Any, patient: Case) -> None:
    """1366 x 768: a module panel has about 460 x 560 there."""
    person.make_ready(patient)
    top = person.ui.sectionsArea.window()
    top.resize(460, 560)
    top.show()
    person.pause(0.1)
    bar = person.ui.scoreFrame.geometry
    assert top.width <= 460
    assert bar.bottom() <= 560
    assert person.ui.scoreButton.isVisibleTo(top)
    assert person.ui.sectionsArea.height > 200
    top.hide()


def test_headers_tell_their_state_to_a_screen_reader(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    assert person.ui.lesionButton.accessibleName == "Lesion (ROI), ready"
    assert person.ui.resultButton.accessibleName == "Result, not ready"
