"""The desk tells its own changes, and nobody else does; no widget makes the case that is scored."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from Testing.module.conftest import MODULE

PANEL = MODULE.parent / "TACEResponsePanel"
SIGNALS = ("changed", "caseBegun", "modelChanged")
# Of the desk, and of the choices of its case that sections make.
FIELDS = {
    "parameters",
    "models",
    "brokenModels",
    "model",
    "note",
    "question",
    "lesions",
    "lesionProblem",
    "isLesionLarge",
    "clinicalProblems",
    "clinicalContradiction",
}
CHANGES: dict[str, Callable[[Any, Any], None]] = {
    "models": lambda desk, _image: desk.listModels(desk.models, ()),
    "a model": lambda desk, _image: desk.chooseModel(desk.models[0]),
    "no model": lambda desk, _image: desk.missModel(),
    "an image": lambda desk, image: desk.setImage("ct_arterial", image),
    "a day": lambda desk, _image: desk.setImageDate("2026-01-31"),
    "a phase": lambda desk, _image: desk.confirm("ct_arterial", True),
    "texts": lambda desk, _image: desk.setForm({"age_years": "63"}, {}),
    "a check": lambda desk, _image: desk.setChecked({}, "no"),
    "a measurement": lambda desk, _image: desk.setMeasured((), "none", isLarge=False),
    "segments": lambda desk, _image: desk.chooseSegments(["a"]),
    "a segmentation": lambda desk, _image: desk.chooseSegmentation(None),
    "a question": lambda desk, _image: desk.ask("Is it?"),
    "an answer": lambda desk, _image: desk.settle("age_years", "63"),
    "a new case": lambda desk, _image: desk.newCase(),
    "other hands": lambda desk, _image: desk.nodesChanged(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_changes_on_the_desk_is_told(
    person: Any, change: Callable[[Any, Any], None]
) -> None:
    person.wait(lambda: person.panel.desk.models)
    image = person.standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "image")
    calls: list[int] = []

    def hear() -> None:
        calls.append(1)

    person.panel.desk.changed.connect(hear)
    try:
        change(person.panel.desk, image)
    finally:
        person.panel.desk.changed.disconnect(hear)
    assert calls


def test_a_question_that_is_closed_twice_is_told_once(person: Any) -> None:
    desk = person.panel.desk
    desk.ask("Is it?")
    calls: list[str] = []

    def hear() -> None:
        calls.append(desk.question)

    desk.changed.connect(hear)
    desk.askNoMore()
    desk.askNoMore()
    desk.changed.disconnect(hear)
    assert calls == [""]


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Every file of the panel but the desk's own."""
    for path in sorted(PANEL.rglob("*.py")):
        if path.name != "desk.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from ((path.name, node) for node in ast.walk(tree))


def is_desk(node: ast.AST) -> bool:
    """Whether an expression is the desk, by its name."""
    name = getattr(node, "attr", getattr(node, "id", ""))
    return str(name).lstrip("_") == "desk"


def test_nobody_but_the_desk_sets_what_lies_on_it_or_tells_of_it() -> None:
    strangers = [
        f"{name}, line {node.lineno}: {ast.unparse(node)}"
        for name, node in sources()
        if isinstance(node, ast.Attribute)
        and is_desk(node.value)
        and (
            (isinstance(node.ctx, ast.Store) and node.attr in FIELDS)
            or (node.attr in SIGNALS and is_emitted(name, node))
        )
    ]
    assert strangers == []


def is_emitted(name: str, signal: ast.Attribute) -> bool:
    """Whether a file calls a signal's `emit`; hearing of it is for everybody."""
    text = f"{ast.unparse(signal)}.emit"
    return any(name == other and ast.unparse(node) == text for other, node in sources())


def test_no_widget_makes_the_case_that_is_scored() -> None:
    makers = {
        name
        for name, node in sources()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ScoreInput"
    }
    assert makers == {"case_making.py"}
    assert "ScoreInput(" not in Path(MODULE).read_text(encoding="utf-8")
