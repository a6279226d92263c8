"""Two patients whose cases are both called "case": nothing that is kept of one serves the other."""

import json
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.requests import Forget, Report, TakeImage, Warm
from Testing.module.test_scoring import edit


@pytest.fixture
def two_scenes(person: Any, patient: Case, other_patient: Case, tmp_path: Path) -> Any:
    """B was scored, saved and closed; then A was scored; then B's scene was opened."""
    import slicer

    person.make_ready(other_patient)
    person.b = person.score()
    person.scene_b = tmp_path / "b.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(person.scene_b))
    slicer.mrmlScene.Clear(0)
    person.make_ready(patient)
    person.a = person.score()
    assert person.a.case_id == person.b.case_id == "case"
    assert person.a.fused != person.b.fused
    return person


def open_scene(person: Any) -> None:
    import slicer

    slicer.mrmlScene.Clear(0)
    assert slicer.mrmlScene.ReadFromMRB(str(person.scene_b))
    person.wait(lambda: person.missing == "")
    assert person.panel.book.prediction.fused == person.b.fused


def report(person: Any, folder: Path) -> str:
    """Ask for the report; what the panel says of it."""
    person.ui.reportLabel.setText("")
    person.panel.result.writeReport(folder)
    person.wait(lambda: person.ui.reportLabel.text not in ("", "Writing the report"))
    return str(person.ui.reportLabel.text)


@pytest.mark.parametrize("is_forgotten", [True, False], ids=["forgets", "never forgets"])
def test_the_report_is_of_the_result_that_the_panel_shows_or_there_is_none(
    two_scenes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_forgotten: bool
) -> None:
    person = two_scenes
    if not is_forgotten:
        monkeypatch.setattr(person.panel.client, "forget", lambda: None)
    open_scene(person)
    said = report(person, tmp_path / "first")
    assert "press Score, then Report" in said
    assert not (tmp_path / "first").exists()
    again = person.score()
    # A scene keeps positions as RAS; the last digits may move.
    assert again.fused.probability == pytest.approx(person.b.fused.probability, rel=1e-9)
    assert report(person, tmp_path / "second").startswith("Report written")
    record = json.loads((tmp_path / "second" / "prediction.json").read_text(encoding="utf-8"))
    assert record["probability"] == again.fused.probability
    page = (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    assert "Scored 2 times" in page


def test_the_process_is_told_to_forget_a_case_that_is_closed(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    """Its worker keeps an image and a result; both go with the case or its scene."""
    for close in (person.ui.newCaseButton.click, lambda: person.standins.scene.Clear(0)):
        image, segmentation = person.make_ready(patient)
        person.score()
        close()
        answers: list[Any] = []
        request = Report(case_id="case", digest="", folder=str(tmp_path / "x"))
        person.panel.client.ask(request, answers.append, answers.append)
        person.wait(lambda answers=answers: answers)
        assert "got none" in answers[0].text
        assert person.panel.book.prediction is None
        person.standins.scene.RemoveNode(image)
        person.standins.scene.RemoveNode(segmentation)


def test_the_same_image_can_be_scored_again_after_its_case_was_closed(
    person: Any, patient: Case
) -> None:
    """What the process was told to forget is handed over again."""
    image, segmentation = person.make_ready(patient)
    first = person.score()
    person.pause(0.4)
    person.ui.newCaseButton.click()
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    person.wait(lambda: person.missing == "")
    assert person.score().fused == first.fused


def test_an_image_under_way_when_its_case_is_closed_is_handed_over_again(
    person: Any, patient: Case
) -> None:
    """The process takes the image, then forgets it; the answer to the first comes after both."""
    image, _ = person.load_patient(patient)
    handover = person.panel.handover
    failures: list[str] = []
    tokens: list[str] = []
    handover.image(
        "ct_arterial", image, tokens.append, lambda problem: failures.append(problem.text)
    )
    handover.finish()
    handover.closeCase()
    person.wait(lambda: not person.panel.client.isWaitingFor(TakeImage))
    person.wait(lambda: not person.panel.client.isWaitingFor(Forget))
    assert handover._sent == {}
    # A script that waits for it is told, once.
    assert (tokens, failures) == ([], ["The image was not handed over to its end; score again."])
    handover.image("ct_arterial", image, tokens.append, lambda _problem: None)
    handover.finish()
    person.wait(lambda: len(tokens) == 1)
    assert handover._sent


def test_the_card_is_of_the_model_that_was_asked_about(person: Any) -> None:
    """An answer that comes when another model is chosen by then is kept under the first's name."""
    person.choose_model()
    person.wait(lambda: not person.panel.client.isWaitingFor(Warm))
    person.panel.model._cards.clear()
    first = person.panel.desk.model
    person.panel.model._take(None)
    person.panel.model._take(first)
    other = next(m for m in person.panel.desk.models if m.path != first.path)
    person.panel.model._take(other)
    person.wait(lambda: len(person.panel.model._cards) == 2)
    cards = person.panel.model._cards
    assert cards[first.path] != cards[other.path]
    assert other.title in cards[other.path]
    assert first.title in cards[first.path]


def test_the_line_on_the_report_goes_with_the_result_that_it_is_of(
    person: Any, patient: Case, other_patient: Case, tmp_path: Path
) -> None:
    image, segmentation = person.make_ready(patient)
    person.score()
    assert report(person, tmp_path / "first").startswith("Report written")
    # Out of date, it is of the result that is shown still.
    edit(segmentation, image)
    person.wait(lambda: person.panel.book.isOutOfDate)
    assert "first" in person.ui.reportLabel.text
    person.score()
    assert person.ui.reportLabel.text == ""
    # Asked for of the last patient, and ready when the next one is on the desk.
    person.panel.result.writeReport(tmp_path / "last patient")
    person.ui.newCaseButton.click()
    assert person.ui.reportLabel.text == ""
    person.make_ready(other_patient)
    person.score()
    person.wait(lambda: not person.panel.client.isWaitingFor(Report))
    assert (tmp_path / "last patient" / "report.html").is_file()
    assert person.ui.reportLabel.text == ""
