"""A result is out of date when the case is another than the one that was scored, and only then."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.requests import ListModels, TakeImage
from Testing.module.test_cases import field, open_model
from Testing.module.test_same_named_models import retrain
from Testing.module.test_scoring import edit

QUIET_SECONDS = 0.5


def erase(person: Any) -> None:
    edit(person.panel.desk.parameters.segmentation, person.panel.desk.image("ct_arterial"))


def brighten(person: Any) -> None:
    import slicer

    image = person.panel.desk.image("ct_arterial")
    slicer.util.arrayFromVolume(image)[:] += 40
    slicer.util.arrayFromVolumeModified(image)


def move(person: Any) -> None:
    origin = person.panel.desk.image("ct_arterial").GetOrigin()
    person.panel.desk.image("ct_arterial").SetOrigin(origin[0] + 3, origin[1], origin[2])


def other_stage(person: Any) -> None:
    person.ui.bclcCombo.setCurrentIndex(person.ui.bclcCombo.findText("C"))


def other_id(person: Any) -> None:
    person.ui.caseIdEdit.setText("P007")


def other_image(person: Any) -> None:
    person.choose_image(None)


CHANGES = [erase, brighten, move, other_stage, other_id, other_image]


@pytest.fixture
def scored(person: Any, patient: Case) -> Any:
    person.image, person.segmentation = person.make_ready(patient)
    person.score()
    return person


@pytest.fixture
def scene_without_model(person: Any, patient: Case, tmp_path: Path) -> Any:
    """A scene that was scored by a model which isn't here."""
    import slicer

    person.make_ready(patient)
    model = retrain(tmp_path / "mine", "Mine")
    open_model(person, model)
    person.wait(lambda: person.missing == "")
    person.score()
    person.scene_file = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(person.scene_file))
    slicer.mrmlScene.Clear(0)
    shutil.rmtree(model)
    person.panel.model._paths.clear()
    person.panel.model.load()
    person.wait(lambda: not person.panel.client.isWaitingFor(ListModels))
    return person


def test_a_case_whose_model_is_not_here_goes_out_of_date_as_any_other(
    scene_without_model: Any,
) -> None:
    import slicer

    person = scene_without_model
    for change in CHANGES:
        slicer.mrmlScene.Clear(0)
        assert slicer.mrmlScene.ReadFromMRB(str(person.scene_file))
        person.pause(QUIET_SECONDS)
        assert person.panel.desk.model is None
        assert not person.panel.book.isOutOfDate, change
        assert person.ui.reportButton.enabled
        change(person)
        person.wait(lambda: person.panel.book.isOutOfDate, 5)
        assert not person.ui.reportButton.enabled
        assert "the case has changed" in person.ui.oneLineLabel.text


def test_a_model_removed_after_scoring_hides_no_edit(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    person.make_ready(patient)
    model = retrain(tmp_path / "mine", "Mine")
    open_model(person, model)
    person.wait(lambda: person.missing == "")
    person.score()
    shutil.rmtree(model)
    person.widget.exit()
    person.widget.enter()
    person.wait(lambda: not person.panel.client.isWaitingFor(ListModels))
    person.pause(QUIET_SECONDS)
    assert person.panel.desk.model is None
    assert not person.panel.book.isOutOfDate
    erase(person)
    person.wait(lambda: person.panel.book.isOutOfDate, 5)
    person.panel.model._paths.clear()


def test_clinical_data_are_compared_without_the_model_that_reads_them(
    person: Any, patient: Case, with_clinical: Path
) -> None:
    open_model(person, with_clinical)
    image, segmentation = person.load_patient(patient)
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    person.wait(lambda: person.panel.desk.lesions)
    field(person, "albumin_g_per_l").setText("38")
    field(person, "bilirubin_umol_per_l").setText("20")
    person.wait(lambda: person.missing == "")
    person.score()
    person.ui.modelCombo.setCurrentIndex(0)
    person.pause(QUIET_SECONDS)
    assert not person.panel.book.isOutOfDate
    desk = person.panel.desk
    # A value that the model doesn't read is no part of the case that was scored.
    desk.setForm({**desk.texts(), "afp_ng_per_ml": "400"}, desk.units())
    person.pause(QUIET_SECONDS)
    assert not person.panel.book.isOutOfDate
    desk.setForm({**desk.texts(), "albumin_g_per_l": "29"}, desk.units())
    person.wait(lambda: person.panel.book.isOutOfDate, 5)


def early(person: Any) -> None:
    """Keep of the score what an early version kept."""
    parameters = person.panel.desk.parameters
    parameters.scoredToken = json.loads(parameters.scoredToken)["content"]


def test_a_score_of_an_early_version_is_compared_or_said_to_be_beyond_comparison(
    scored: Any,
) -> None:
    early(scored)
    scored.pause(QUIET_SECONDS)
    assert not scored.panel.book.isOutOfDate
    scored.ui.modelCombo.setCurrentIndex(0)
    scored.wait(lambda: scored.panel.book.isOutOfDate, 5)
    assert "can't be compared" in scored.ui.oneLineLabel.text.replace("&#x27;", "'")
    assert not scored.ui.reportButton.enabled
    scored.choose_model()
    scored.wait(lambda: not scored.panel.book.isOutOfDate, 5)


def test_the_record_s_case_is_the_one_that_was_scored(scored: Any, tmp_path: Path) -> None:
    """The report would call it by the name that was scored, beside another on the panel."""
    other_id(scored)
    assert scored.panel.book.isOutOfDate
    assert not scored.ui.reportButton.enabled
    scored.ui.caseIdEdit.setText("case")
    assert not scored.panel.book.isOutOfDate
    other_id(scored)
    scored.score()
    assert not scored.panel.book.isOutOfDate
    assert names(scored, "first score (kept)") == ["case first score (kept)"]
    scored.panel.result.writeReport(tmp_path / "report")
    scored.wait(lambda: "Report written" in scored.ui.reportLabel.text)
    record = json.loads((tmp_path / "report" / "prediction.json").read_text(encoding="utf-8"))
    assert record["case_id"] == "P007"


def names(person: Any, ending: str) -> list[str]:
    """Names of the scene's texts that end so."""
    scene = person.standins.scene
    count = scene.GetNumberOfNodesByClass("vtkMRMLTextNode")
    names_of_texts = [scene.GetNthNodeByClass(n, "vtkMRMLTextNode").GetName() for n in range(count)]
    return [name for name in names_of_texts if name.endswith(ending)]


def under_identity(person: Any) -> None:
    import slicer

    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    for node in (person.image, person.segmentation):
        node.SetAndObserveTransformNodeID(transform.GetID())


def stored_as(kind: type) -> Callable[[Any], None]:
    def change(person: Any) -> None:
        import slicer

        voxels = slicer.util.arrayFromVolume(person.image).astype(kind)
        slicer.util.updateVolumeFromArray(person.image, voxels)

    change.__name__ = f"stored_as_{kind.__name__}"
    return change


def model_taken_away(person: Any) -> None:
    person.ui.modelCombo.setCurrentIndex(0)


SAME = [under_identity, *map(stored_as, (np.float32, np.float64, np.int32)), model_taken_away]


def test_what_leaves_the_case_as_it_was_leaves_its_result_up_to_date(scored: Any) -> None:
    """One after the other, on one result."""
    untold: list[str] = []
    for change in SAME:
        change(scored)
        scored.pause(QUIET_SECONDS)
        scored.wait(lambda: not scored.panel.client.isWaitingFor(TakeImage))
        if scored.panel.book.isOutOfDate:
            untold.append(change.__name__)
    assert untold == []


def test_half_a_unit_more_in_float_voxels_is_another_image(scored: Any) -> None:
    import slicer

    voxels = slicer.util.arrayFromVolume(scored.image).astype(np.float32)
    voxels[20, 64, 64] += 0.5
    slicer.util.updateVolumeFromArray(scored.image, voxels)
    scored.wait(lambda: scored.panel.book.isOutOfDate, 10)


@pytest.mark.parametrize("is_overlap", [False, True], ids=["apart", "overlapping"])
def test_the_order_of_segments_counts_only_where_they_overlap(
    person: Any, patient: Case, is_overlap: bool
) -> None:
    import slicer

    image, segmentation = person.make_ready(patient)
    content = segmentation.GetSegmentation()
    first = content.GetNthSegmentID(0)
    lesion = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, first, image)
    mask = np.zeros(lesion.shape, np.uint8)
    mask[12:16, 60:68, 60:72] = 1
    if is_overlap:
        mask[lesion > 0] = 1
    else:
        mask[lesion > 0] = 0
    second = content.AddEmptySegment("", "second")
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, second, image)
    person.panel.desk.parameters.segments = [first, second]
    person.wait(lambda: person.panel.desk.lesions)
    person.pause(QUIET_SECONDS)
    person.score()
    content.SetSegmentIndex(second, 0)
    person.pause(QUIET_SECONDS)
    assert person.panel.book.isOutOfDate is is_overlap
