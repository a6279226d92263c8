"""What becomes of a scoring is told until the user does something about it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.test_scoring import edit


@pytest.fixture
def held(person: Any, patient: Case) -> Iterator[Any]:
    """A process that stands still, as a large case would hold it, with a result already there."""
    person.image, person.segmentation = person.make_ready(patient)
    person.score()
    pid = person.panel.client.pid
    os.kill(pid, signal.SIGSTOP)
    yield person
    if person.panel.client.pid == pid:
        os.kill(pid, signal.SIGCONT)


def test_why_a_scoring_failed_stays_until_the_user_acts(person: Any, patient: Case) -> None:
    image, segmentation = person.make_ready(patient)
    for acts in (False, True):
        person.ui.scoreButton.click()
        person.wait(lambda: person.panel.client.pid)
        os.kill(person.panel.client.pid, signal.SIGKILL)
        person.wait(lambda: not person.panel.bar.isScoring)
        words = person.missing.splitlines()[0]
        assert "process ended unexpectedly" in words
        person.pause(1.0)
        person.wait(lambda: person.panel.desk.lesions)
        assert person.missing.splitlines()[0] == words
        assert person.ui.missingLabel.isVisibleTo(person.ui.scoreFrame)
        if acts:
            edit(segmentation, image)
            person.wait(lambda: "process ended" not in person.missing)
    person.ui.scoreButton.click()
    person.ui.cancelButton.click()
    person.pause(0.8)
    assert person.missing == "Cancelled."
    person.ui.bclcCombo.setCurrentIndex(person.ui.bclcCombo.findText("C"))
    # A measurement that was cancelled with it is made anew.
    person.wait(lambda: person.missing == "")
    person.ui.scoreButton.click()
    person.ui.cancelButton.click()
    person.ui.newCaseButton.click()
    assert "Cancelled." not in person.missing


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
def test_a_scene_that_is_added_while_scoring_is_told_to_have_ended_it(
    held: Any, tmp_path: Path
) -> None:
    import slicer

    added = slicer.vtkMRMLScene()
    added.AddNewNodeByClass("vtkMRMLLinearTransformNode", "t")
    path = str(tmp_path / "added.mrml")
    added.SetURL(path)
    added.Commit(path)
    held.ui.scoreButton.click()
    slicer.mrmlScene.SetURL(path)
    assert slicer.mrmlScene.Import()
    words = "A scene was opened or added, which ended the scoring; score again."
    assert not held.panel.bar.isScoring
    assert held.missing == words
    held.pause(0.8)
    held.wait(lambda: held.panel.desk.lesions)
    assert held.missing == words
    held.score()
    held.ui.scoreButton.click()
    slicer.mrmlScene.Clear(0)
    held.pause(0.05)
    assert words not in held.missing


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
def test_a_lesion_drawn_while_it_is_scored_again_puts_the_last_number_out_of_date(
    held: Any,
) -> None:
    held.ui.scoreButton.click()
    held.pause(0.5)
    assert not held.panel.book.isOutOfDate
    before = edit(held.segmentation, held.image)
    held.wait(lambda: held.panel.book.isOutOfDate, seconds=2.0)
    assert held.panel.bar.isScoring
    assert "Out of date" in held.ui.oneLineLabel.text
    assert held.missing.startswith("Scoring")
    os.kill(held.panel.client.pid, signal.SIGCONT)
    held.wait(lambda: not held.panel.bar.isScoring)
    held.pause(0.5)
    # What was scored is the lesion as it was when Score was pressed.
    volume = held.panel.book.prediction.lesions[0].volume_ml
    assert volume == pytest.approx(26.62, abs=0.01)
    assert held.panel.book.isOutOfDate
    import slicer

    slicer.util.updateSegmentBinaryLabelmapFromArray(
        before, held.segmentation, held.panel.desk.lesionSegments()[0], held.image
    )
    held.wait(lambda: not held.panel.book.isOutOfDate)
