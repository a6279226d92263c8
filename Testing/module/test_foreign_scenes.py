"""A scene may hold anything: no error leaves the panel, the rest opens, one line tells the rest."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.scenes import open_texts, sound_texts

SENTENCE = "Left out of this scene, for it can't be read: "


def test_the_gate_knows_every_parameter(person: Any) -> None:
    from TACEResponsePanel.case.case_parameters import TACEResponseParameterNode
    from TACEResponsePanel.case.scene_gate import LISTS, TEXTS

    known = {*LISTS, *TEXTS, "segmentation"}
    assert known == set(TACEResponseParameterNode.allParameters)
    assert person.panel.desk.note == ""


def test_a_sound_case_passes_the_gate_as_it_is(person: Any, patient: Case) -> None:
    from TACEResponsePanel.case.scene_gate import leaveOut

    person.make_ready(patient)
    person.score()
    before = sound_texts(person)
    assert leaveOut(person.panel.desk.parameters.parameterNode) == []
    assert sound_texts(person) == before


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("clinicalForm", "x", "clinical data"),
        ("clinicalForm", '{"texts": {"age_years": 5}, "units": {}}', "clinical data"),
        ("history", '[{"a": 1}]', "history of scores"),
        ("history", "[" * 100_000, "history of scores"),
        ("scoredVoxels", "[]", "marks of the last score"),
        ("plannedTreatment", "Maybe", "planned treatment"),
        ("mapOpacity", "NaN", "settings of the map"),
        ("mapCut", "9" * 5000, "settings of the map"),
        ("mapVisible", "yes", "settings of the map"),
        ("segments.len", "-1", "chosen segments"),
        ("settled.len", "999999999999", "answered questions"),
        ("confirmed.len", "NaN", "confirmed phases"),
    ],
)
def test_what_can_not_be_read_is_told_in_one_line_and_the_rest_opens(
    person: Any, escaped: list[str], name: str, text: str, words: str
) -> None:
    open_texts(person, {"caseId": "P9", "bclcStage": "C", name: text}, "beside it")
    person.pause(0.05)
    assert escaped == []
    assert person.ui.caseProblemLabel.text == f"{SENTENCE}{words}."
    assert person.panel.desk.parameters.caseId == "P9"
    assert person.panel.desk.parameters.bclcStage == "C"
    assert person.standins.scene.GetFirstNodeByName("beside it") is not None
    person.ui.newCaseButton.click()
    assert person.ui.caseProblemLabel.text == ""


@pytest.mark.parametrize("number", [float("nan"), 1e308])
def test_no_number_of_a_grid_brings_the_panel_down(
    person: Any, patient: Case, escaped: list[str], number: float
) -> None:
    image, _ = person.make_ready(patient)
    person.score()
    image.SetOrigin(number, 0.0, number)
    image.SetSpacing(number, 1.0, 1.0)
    person.pause(0.5)
    person.ui.scoreButton.click()
    person.wait(lambda: not person.panel.bar.isScoring, 20)
    assert escaped == []
    assert person.panel.book.prediction.fused
    assert ("is no number" in person.missing) is not bool(np.isfinite(number))
