"""Reload, scenes opened while the module is away, models that are listed late."""

from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.conftest import MODULE, Person

PANEL = MODULE.parent


@pytest.fixture
def reloaded(person: Any) -> Any:
    """Somebody who can press Reload; the shared fixtures keep the newest widget."""
    import slicer

    def reload() -> None:
        slicer.util.reloadScriptedModule("TACEResponse")
        newest = Person(person.standins, slicer.modules.TACEResponseWidget)
        person.widget, person.panel, person.ui = newest.widget, newest.panel, newest.ui

    person.reload = reload
    return person


def test_after_reload_models_are_listed_and_the_result_is_as_up_to_date_as_before(
    reloaded: Any, patient: Case
) -> None:
    reloaded.make_ready(patient)
    prediction = reloaded.score()
    reloaded.reload()
    assert reloaded.panel.book.prediction.fused == prediction.fused
    assert not reloaded.panel.book.isOutOfDate
    reloaded.wait(lambda: reloaded.ui.modelCombo.count > 1)
    reloaded.wait(lambda: reloaded.missing == "")
    reloaded.pause(0.6)
    assert not reloaded.panel.book.isOutOfDate
    summary = reloaded.panel.book.node("summary")
    assert not summary.GetName().endswith("(out of date)")
    combo = reloaded.ui.bclcCombo
    combo.setCurrentIndex(combo.findText("C"))
    reloaded.wait(lambda: reloaded.panel.book.isOutOfDate, 10)


def test_a_scene_of_a_model_that_lies_elsewhere_here_finds_it_by_its_name(
    person: Any, patient: Case
) -> None:
    """The path of an installed model holds the version of Slicer and the user's name."""
    person.make_ready(patient)
    person.score()
    parameters = person.panel.desk.parameters
    here = person.panel.desk.model.path
    parameters.model = f"/elsewhere/{Path(here).name}"
    person.widget.onSceneEndImport(None, None)
    assert person.panel.desk.model.path == here
    person.pause(0.6)
    assert not person.panel.book.isOutOfDate


def test_a_model_that_is_not_here_is_not_replaced_by_another(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    person.score()
    person.panel.desk.parameters.model = "/elsewhere/nosuch"
    person.panel.desk.parameters.modelDigest = "0" * 64
    person.widget.onSceneEndImport(None, None)
    person.panel.model.load()
    person.pause(1.0)
    assert person.panel.desk.model is None
    assert person.panel.desk.parameters.model == "/elsewhere/nosuch"
    assert "Choose a model." in person.missing
    assert not person.panel.book.isOutOfDate


def test_after_a_scene_is_closed_the_model_is_the_one_of_the_first_opening(person: Any) -> None:
    person.panel.desk.chooseModel(None)
    person.panel.model.load()
    # Two of real patients ship: none is taken unasked.
    person.wait(lambda: bool(person.panel.desk.models))
    assert person.panel.desk.model is None
    person.choose_model()
    assert person.panel.desk.model is not None
    person.standins.scene.Clear(0)
    person.pause(0.1)
    assert person.panel.desk.model is None
    assert person.panel.desk.parameters.model == ""


def test_nothing_in_the_panel_gives_a_widget_back_to_python() -> None:
    """PythonQt deletes such a widget twice; the stand-ins refuse it, where a test comes by."""
    for path in [PANEL / "TACEResponse.py", *(PANEL / "TACEResponsePanel").glob("*.py")]:
        assert ".setParent(" not in path.read_text(encoding="utf-8"), path.name


def test_another_model_takes_the_rows_of_the_last_one_away(
    person: Any, with_clinical: Path
) -> None:
    import shiboken6
    from PySide6 import QtCore

    person.panel.model.openModel(str(with_clinical))
    person.wait(lambda: person.panel.desk.model and person.panel.desk.model.clinical)
    rows = [*person.panel.clinical._rows.values(), *person.panel.images._rows]
    person.choose_model()
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
    assert not any(shiboken6.isValid(row.widget) for row in rows)
