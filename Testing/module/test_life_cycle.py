"""A case from its beginning to its end, with everything that may come between."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.requests import Measure
from Testing.module.conftest import Person
from Testing.module.test_map_controls import composites
from Testing.module.test_maps_and_results import seen
from Testing.module.test_two_cases_of_one_name import report


def kill(person: Any) -> None:
    os.kill(person.panel.client.pid, signal.SIGKILL)
    person.wait(lambda: not person.panel.client.pid, 10)


def test_a_process_killed_between_scores_or_while_it_reports_is_replaced_and_told(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    person.make_ready(patient)
    first = person.score()
    kill(person)
    assert person.panel.book.prediction.fused == first.fused
    assert "press Score, then Report" in report(person, tmp_path / "lost")
    assert not (tmp_path / "lost").exists()
    person.wait(lambda: person.missing == "")
    assert person.score().fused == first.fused
    person.panel.result.writeReport(tmp_path / "report")
    person.pause(0.15)
    kill(person)
    assert "ended unexpectedly" in person.ui.reportLabel.text
    assert not (tmp_path / "report").exists()
    person.wait(lambda: person.missing == "")
    assert person.score().fused == first.fused
    assert report(person, tmp_path / "report").startswith("Report written")


def measure_and_kill(person: Any) -> None:
    """Ask the process for a measurement and kill it before it can answer."""
    pid = person.panel.client.pid
    os.kill(pid, signal.SIGSTOP)
    person.panel.lesion.measure()
    os.kill(pid, signal.SIGKILL)
    person.wait(lambda: person.panel.client.pid != pid, 10)


def test_a_process_killed_while_it_measures_is_asked_again(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    for _ in range(2):
        measure_and_kill(person)
        person.wait(lambda: person.panel.desk.lesions)
        assert person.missing == ""


def test_a_lesion_that_ends_the_process_each_time_is_measured_twice_and_no_more(
    person: Any, patient: Case
) -> None:
    person.make_ready(patient)
    measure_and_kill(person)
    client = person.panel.client
    person.wait(lambda: client.isWaitingFor(Measure) and client.pid)
    os.kill(client.pid, signal.SIGKILL)
    person.wait(lambda: not client.pid, 10)
    person.pause(0.6)
    assert not client.pid
    # It is no fault of the lesion: Score measures it.
    assert not person.panel.desk.lesions
    assert person.missing == ""
    assert person.ui.scoreButton.enabled


def test_reload_in_the_middle_of_a_scoring_leaves_a_panel_that_scores(
    person: Any, patient: Case
) -> None:
    import slicer

    image, _ = person.make_ready(patient)
    client, folder = person.panel.client, person.panel.handover.folder
    person.ui.scoreButton.click()
    slicer.util.reloadScriptedModule("TACEResponse")
    newest = Person(person.standins, slicer.modules.TACEResponseWidget)
    person.widget, person.panel, person.ui = newest.widget, newest.panel, newest.ui
    assert not client.pid
    assert not folder.exists()
    assert not person.panel.bar.isScoring
    assert person.panel.desk.image("ct_arterial") is image
    person.wait(lambda: person.panel.desk.model is not None)
    person.wait(lambda: person.missing == "")
    assert person.panel.book.prediction is None
    assert 0 < person.score().fused.probability < 1


@pytest.mark.parametrize("is_open", [True, False], ids=["module open", "module closed"])
def test_a_scene_is_opened_whether_the_module_is_open_or_not(
    person: Any, patient: Case, tmp_path: Path, is_open: bool
) -> None:
    import slicer

    person.make_ready(patient)
    first = person.score()
    if not is_open:
        person.widget.exit()
    path = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(path))
    slicer.mrmlScene.Clear(0)
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    person.pause(0.2)
    if not is_open:
        person.widget.enter()
    person.wait(lambda: person.missing == "")
    person.pause(0.4)
    assert person.panel.book.prediction.fused == first.fused
    assert not person.panel.book.isOutOfDate
    assert seen(person) == {"SIMULATED case saliency ct_arterial"}
    assert person.panel.map._banner.isShown
    assert len(person.panel.book.history) == 1


def test_the_score_of_a_case_that_was_left_arrives_nowhere(
    person: Any, patient: Case, other_patient: Case
) -> None:
    _, left = person.make_ready(patient)
    person.ui.caseIdEdit.setText("A1")
    person.ui.scoreButton.click()
    person.pause(0.1)
    person.ui.newCaseButton.click()
    image, segmentation = person.make_ready(other_patient)
    for composite in composites(person):
        composite.SetBackgroundVolumeID(image.GetID())
    person.ui.caseIdEdit.setText("B1")
    person.pause(0.5)
    assert person.panel.book.prediction is None
    assert person.panel.book.history == ()
    assert segmentation.GetNodeReference("TACEResponse.summary") is None
    assert left.GetNodeReference("TACEResponse.summary") is None
    assert person.score().case_id == "B1"
    record = json.loads(segmentation.GetNodeReference("TACEResponse.record").GetText())
    assert record["case_id"] == "B1"
    assert seen(person) == {"SIMULATED B1 saliency ct_arterial"}


def test_a_segmentation_that_is_removed_takes_its_map_and_not_its_number(
    person: Any, patient: Case
) -> None:
    """The number stands, struck through; nothing of it can be reported or shown."""
    _, segmentation = person.make_ready(patient)
    person.score()
    person.standins.scene.RemoveNode(segmentation)
    person.wait(lambda: person.panel.book.isOutOfDate)
    assert "<s>" in person.ui.oneLineLabel.text
    assert not person.ui.reportButton.enabled
    assert seen(person) == set()
    person.ui.tablesButton.click()
