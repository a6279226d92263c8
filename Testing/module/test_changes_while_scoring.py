"""What changes while a scoring is under way neither spoils it nor passes for scored."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.test_same_named_models import retrain
from Testing.module.test_scoring import edit


def tick_others(person: Any) -> None:
    import qt

    person.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Checked)
    person.ui.segmentsTable.item(0, 0).setCheckState(qt.Qt.Unchecked)


def redraw(person: Any) -> None:
    edit(person.segmentation, person.image)


def choose_stage(person: Any) -> None:
    person.ui.bclcCombo.setCurrentIndex(person.ui.bclcCombo.findText("C"))


def choose_other_model(person: Any) -> None:
    other = next(m for m in person.panel.desk.models if m.path == str(person.other_model))
    person.panel.model._take(other)


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return retrain(tmp_path_factory.mktemp("models") / "other", "Another model")


@pytest.fixture
def begun(person: Any, patient: Case, other_model: Path) -> Iterator[Any]:
    """A scoring has just begun, of the first of two segments."""
    import numpy as np
    import slicer

    person.other_model = other_model
    person.panel.model._paths.append(str(person.other_model))
    person.panel.model.load()
    person.wait(lambda: any(m.title == "Another model" for m in person.panel.desk.models))
    person.image, person.segmentation = person.make_ready(patient)
    second = person.segmentation.GetSegmentation().AddEmptySegment("", "second")
    mask = np.zeros(slicer.util.arrayFromVolume(person.image).shape, np.uint8)
    mask[12:16, 60:68, 60:72] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask, person.segmentation, second, person.image
    )
    person.wait(lambda: person.ui.segmentsTable.rowCount == 2)
    person.pause(0.5)
    person.ui.scoreButton.click()
    assert person.panel.bar.isScoring
    yield person
    person.panel.model._paths.remove(str(person.other_model))


@pytest.mark.parametrize("change", [tick_others, redraw, choose_stage, choose_other_model])
def test_the_result_of_what_was_scored_arrives_and_is_out_of_date(
    begun: Any, change: Callable[[Any], None]
) -> None:
    change(begun)
    begun.wait(lambda: not begun.panel.bar.isScoring)
    assert begun.panel.book.prediction is not None, begun.missing
    assert begun.panel.book.prediction.lesions[0].volume_ml == pytest.approx(26.62, abs=0.01)
    assert begun.panel.book.isOutOfDate
    begun.pause(0.6)
    assert begun.panel.book.isOutOfDate
    assert "<s>" in begun.ui.oneLineLabel.text


def test_ticks_and_strokes_while_scoring_leave_its_files_and_are_measured_afterwards(
    begun: Any,
) -> None:
    folder = begun.panel.handover.folder
    scored = set(folder.glob("segment_*.npy"))
    assert len(scored) == 1
    tick_others(begun)
    redraw(begun)
    begun.pause(0.4)
    if begun.panel.bar.isScoring:
        assert scored <= set(folder.glob("segment_*.npy"))
    begun.wait(lambda: not begun.panel.bar.isScoring)
    begun.wait(lambda: begun.ui.lesionsTable.rowCount == 1)
    begun.wait(lambda: begun.ui.lesionsTable.item(0, 1).text() == "second")
    assert begun.missing == ""
    again = begun.score()
    assert again.lesions[0].volume_ml == pytest.approx(
        float(begun.ui.lesionsTable.item(0, 2).text()), abs=0.01
    )
    assert not begun.panel.book.isOutOfDate
    assert len(list(folder.glob("segment_*.npy"))) == 1


def test_a_change_that_is_taken_back_while_scoring_leaves_the_result_up_to_date(
    begun: Any,
) -> None:
    choose_stage(begun)
    begun.ui.bclcCombo.setCurrentIndex(begun.ui.bclcCombo.findText("B"))
    begun.wait(lambda: not begun.panel.bar.isScoring)
    begun.pause(0.5)
    assert not begun.panel.book.isOutOfDate
