"""Plausible contours are tried behind the user's back, quietly, and never of a stale result."""

import json
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.answers import ContoursScored
from TACEResponseLib.worker.requests import Forget, ScoreContours
from Testing.module.test_out_of_date import erase

CHART, TABLE = "TACEResponse.contours_chart", "TACEResponse.contours"


def line(person: Any) -> str:
    """What the panel says of contours."""
    return str(person.ui.contoursLabel.text).replace("\u00a0", " ")


def requests(person: Any) -> int:
    """How often the process was asked for contours."""
    return sum(isinstance(ask.request, ScoreContours) for ask in person.sent)


def try_to_the_end(person: Any) -> None:
    person.wait(lambda: not person.panel.contours.isTrying)


@pytest.fixture
def scored(person: Any, patient: Case) -> Any:
    """A result whose contours are being tried."""
    person.image, person.segmentation = person.make_ready(patient)
    person.score()
    return person


def test_after_a_score_the_range_appears_by_itself_with_a_plot_and_in_the_report(
    scored: Any, tmp_path: Path
) -> None:
    assert line(scored).startswith("Trying plausible contours")
    assert not scored.ui.contoursButton.enabled
    try_to_the_end(scored)
    assert line(scored).startswith("Between ")
    assert "over 20 plausible contours (Dice ." in line(scored)
    chart = scored.segmentation.GetNodeReference(CHART)
    assert line(scored).startswith(chart.GetTitle())
    table = scored.segmentation.GetNodeReference(TABLE)
    assert table.GetNumberOfRows() == 21
    assert scored.ui.contoursButton.enabled
    scored.panel.result.writeReport(tmp_path / "report")
    scored.wait(lambda: "Report written" in scored.ui.reportLabel.text)
    record = json.loads((tmp_path / "report" / "prediction.json").read_text(encoding="utf-8"))
    assert record["contours"]["sentence"] == chart.GetTitle()


def test_an_edit_ends_it_and_nothing_is_said_of_a_result_that_is_out_of_date(scored: Any) -> None:
    erase(scored)
    scored.wait(lambda: scored.panel.book.isOutOfDate)
    assert not scored.panel.contours.isTrying
    assert line(scored) == ""
    before = requests(scored)
    scored.pause(1.0)
    assert requests(scored) == before
    assert scored.segmentation.GetNodeReference(CHART) is None
    assert line(scored) == ""


def test_a_range_goes_out_of_date_with_its_result(scored: Any) -> None:
    try_to_the_end(scored)
    erase(scored)
    scored.wait(lambda: scored.panel.book.isOutOfDate)
    assert line(scored) == ""
    assert not scored.ui.contoursButton.enabled
    assert scored.segmentation.GetNodeReference(CHART).GetName().endswith("(out of date)")


def test_a_new_score_comes_first_and_has_contours_of_its_own(scored: Any) -> None:
    erase(scored)
    scored.wait(lambda: scored.missing == "" and scored.panel.book.isOutOfDate)
    scored.score()
    assert scored.panel.contours.isTrying
    try_to_the_end(scored)
    chart = scored.segmentation.GetNodeReference(CHART)
    assert line(scored).startswith(chart.GetTitle())
    table = scored.segmentation.GetNodeReference(TABLE).GetTable()
    shown = table.GetColumnByName("Probability").GetValue(20)
    assert shown == pytest.approx(scored.panel.book.prediction.fused.probability, abs=1e-5)


def test_scoring_once_more_ends_it_at_once(scored: Any) -> None:
    scored.ui.scoreButton.click()
    assert not scored.panel.contours.isTrying
    assert line(scored) == ""
    scored.wait(lambda: not scored.panel.bar.isScoring)
    try_to_the_end(scored)
    assert line(scored).startswith("Between ")


def test_what_fails_behind_is_one_quiet_line(scored: Any) -> None:
    scored.panel.client.ask(Forget())
    try_to_the_end(scored)
    assert line(scored).startswith("Plausible contours were not tried: ")
    assert scored.standins.user.displayed == []
    assert scored.panel.book.prediction is not None
    assert not scored.panel.book.isOutOfDate
    assert scored.missing == ""


@pytest.mark.parametrize("record", ["{}", "no JSON", '{"range_90": 3}', "[]"])
def test_an_odd_answer_is_one_quiet_line(scored: Any, record: str) -> None:
    contours = scored.panel.contours
    contours._onAnswer(contours._turn, ContoursScored(n_done=20, n=20, record=record))
    assert line(scored) == "Plausible contours were not tried: they can't be shown."
    assert scored.standins.user.displayed == []
    assert scored.segmentation.GetNodeReference(CHART) is None
    contours.stop()


def test_a_process_that_dies_is_one_quiet_line(scored: Any) -> None:
    scored.panel.client.cancel()
    try_to_the_end(scored)
    assert line(scored).startswith("Plausible contours were not tried: ")
    scored.score()
    try_to_the_end(scored)
    assert line(scored).startswith("Between ")


def test_another_case_says_nothing_of_the_last_one(scored: Any) -> None:
    try_to_the_end(scored)
    scored.ui.newCaseButton.click()
    assert line(scored) == ""
    assert not scored.ui.contoursButton.visible


def test_a_saved_scene_brings_the_line_back(scored: Any, tmp_path: Path) -> None:
    import slicer

    try_to_the_end(scored)
    said = scored.segmentation.GetNodeReference(CHART).GetTitle()
    path = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(path))
    slicer.mrmlScene.Clear(0)
    assert line(scored) == ""
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    scored.wait(lambda: scored.panel.book.prediction is not None)
    assert line(scored) == said.replace("\u00a0", " ")
    before = requests(scored)
    scored.pause(0.5)
    assert requests(scored) == before
