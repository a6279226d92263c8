"""Scoring in the panel: result, review loop, cancel, faults, saving."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scoring import score
from Testing.processes import is_running


def edit(segmentation: Any, image: Any) -> np.ndarray:
    """Cut half of the tumor's segment away, as the eraser does; the mask from before."""
    import slicer

    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    before = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image)
    mask = before.copy()
    filled = np.flatnonzero(mask.any(axis=(1, 2)))
    mask[: filled[filled.size // 2]] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)
    return np.asarray(before)


def test_the_panel_s_result_is_the_library_s_and_lies_in_the_scene(
    person: Any, patient: Case
) -> None:
    import slicer

    _, segmentation = person.make_ready(patient)
    person.ui.caseIdEdit.setText("P001")
    prediction = person.score()
    expected = score(patient, load_bundle("ct-radiomics-cnn-simulated"))
    assert prediction.fused.probability == expected.fused.probability
    assert prediction.fused.interval == expected.fused.interval
    assert prediction.sentence in person.ui.resultLabel.text.replace("\u00a0", " ").replace(
        "&#x27;", "'"
    )
    assert "AUC on unseen simulated patients" in person.ui.resultLabel.text
    assert person.ui.scoredLabel.text == "Scored: lesion 1 of 1, 46 mm."
    tree = slicer.mrmlScene.GetSubjectHierarchyNode()
    for role in ("summary", "branches", "radiomics", "record", "plot_chart"):
        node = segmentation.GetNodeReference(f"TACEResponse.{role}")
        folder = tree.GetItemParent(tree.GetItemByDataNode(node))
        assert tree.GetItemName(folder) == "P001", role


def test_the_map_has_its_values_where_the_library_s_map_has_them(
    person: Any, patient: Case
) -> None:
    import slicer

    _, segmentation = person.make_ready(patient)
    person.score()
    node = segmentation.GetNodeReference("TACEResponse.saliency.ct_arterial")
    whole = score(patient, load_bundle("ct-radiomics-cnn-simulated"))
    expected = next(iter(whole.branches[0].saliency.values())).volume
    shown = slicer.util.arrayFromVolume(node)
    k, j, i = np.unravel_index(int(shown.argmax()), shown.shape)
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    x, y, z, _ = matrix.MultiplyPoint((float(i), float(j), float(k), 1.0))
    index = np.rint(expected.geometry.to_index((-x, -y, z))).astype(int)
    assert expected.voxels[tuple(index[::-1])] == shown.max() == expected.voxels.max()


def test_a_simulated_model_s_banner_stands_in_panel_and_result(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    banner = "This model was trained on simulated patients"
    assert banner in person.ui.bannerLabel.text
    person.score()
    person.ui.modelCombo.setCurrentIndex(0)
    assert person.ui.bannerLabel.text == ""
    assert banner in person.ui.resultBannerLabel.text
    assert "Simulated model" in person.ui.oneLineLabel.text


def test_an_edit_puts_the_result_out_of_date_and_an_undo_brings_it_back(
    person: Any, patient: Case
) -> None:
    import slicer

    image, segmentation = person.make_ready(patient)
    person.score()
    before = edit(segmentation, image)
    person.wait(lambda: person.panel.book.isOutOfDate)
    assert "<s>" in person.ui.oneLineLabel.text
    assert "<s>" in person.ui.resultLabel.text
    assert not person.ui.reportButton.enabled
    summary = segmentation.GetNodeReference("TACEResponse.summary")
    assert summary.GetName().endswith("(out of date)")
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    slicer.util.updateSegmentBinaryLabelmapFromArray(before, segmentation, segment_id, image)
    person.wait(lambda: not person.panel.book.isOutOfDate)
    assert "<s>" not in person.ui.oneLineLabel.text
    assert not summary.GetName().endswith("(out of date)")


def test_scoring_again_tells_the_difference_and_keeps_every_score(
    person: Any, patient: Case
) -> None:
    image, segmentation = person.make_ready(patient)
    first = person.score()
    edit(segmentation, image)
    person.wait(lambda: person.panel.book.isOutOfDate)
    assert person.ui.scoreButton.text == "&Score again"
    second = person.score()
    points = round(100 * second.fused.probability) - round(100 * first.fused.probability)
    assert f"{points:+d} percentage points" in person.ui.differenceLabel.text
    assert not person.panel.book.isOutOfDate
    history = person.panel.book.history
    assert [entry.probability for entry in history] == [
        first.fused.probability,
        second.fused.probability,
    ]
    assert history[1].volume_ml < history[0].volume_ml
    assert person.ui.historyTable.rowCount == 2
    assert "Scored 2 times" in person.ui.historyLabel.text
    kept = segmentation.GetNodeReference("TACEResponseKept.first_score")
    assert json.loads(kept.GetText())["probability"] == first.fused.probability


def test_a_transform_and_a_clinical_answer_put_the_result_out_of_date(
    person: Any, patient: Case
) -> None:
    import slicer

    _, segmentation = person.make_ready(patient)
    person.score()
    combo = person.ui.bclcCombo
    combo.setCurrentIndex(combo.findText("C"))
    person.wait(lambda: person.panel.book.isOutOfDate)
    combo.setCurrentIndex(combo.findText("B"))
    person.wait(lambda: not person.panel.book.isOutOfDate)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 4.0)
    transform.SetMatrixTransformToParent(matrix)
    segmentation.SetAndObserveTransformNodeID(transform.GetID())
    person.wait(lambda: person.panel.book.isOutOfDate)


def test_voxels_that_a_script_changes_put_the_result_out_of_date(
    person: Any, patient: Case
) -> None:
    import slicer

    image, _ = person.make_ready(patient)
    person.score()
    before = slicer.util.arrayFromVolume(image).copy()
    slicer.util.arrayFromVolume(image)[:] += 40
    slicer.util.arrayFromVolumeModified(image)
    person.wait(lambda: person.panel.book.isOutOfDate, 10)
    slicer.util.arrayFromVolume(image)[:] = before
    slicer.util.arrayFromVolumeModified(image)
    person.wait(lambda: not person.panel.book.isOutOfDate, 10)


def test_a_new_name_window_or_note_leaves_the_result_up_to_date(person: Any, patient: Case) -> None:
    import slicer

    image, segmentation = person.make_ready(patient)
    person.score()
    marks: list[bool] = []
    person.panel.book.changed.connect(lambda: marks.append(person.panel.book.isOutOfDate))
    image.SetName("another name")
    image.SetDescription("a note")
    image.SetAttribute("note", "x")
    image.GetDisplayNode().SetWindowLevelMinMax(-10, 90)
    segmentation.SetName("another name of the lesion")
    segmentation.GetDisplayNode().SetOpacity(0.3)
    slicer.util.arrayFromVolumeModified(image)
    person.pause(1.0)
    assert True not in marks
    assert not person.panel.book.isOutOfDate


def test_the_panel_never_calls_a_new_result_out_of_date(person: Any, patient: Case) -> None:
    """Setting a parameter notifies at once: what is compared must be set before."""
    image, segmentation = person.make_ready(patient)
    person.score()
    edit(segmentation, image)
    person.wait(lambda: person.panel.book.isOutOfDate)
    marks: list[bool] = []
    check = person.panel.book.check

    def checked(scoring: Any) -> None:
        check(scoring)
        if not person.panel.bar.isScoring:
            marks.append(person.panel.book.isOutOfDate)

    person.panel.book.check = checked
    try:
        person.score()
        person.pause(0.6)
    finally:
        del person.panel.book.check
    assert marks
    assert not any(marks)


def test_voxels_that_were_changed_and_saved_unscored_are_out_of_date_in_the_opened_scene(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    import slicer

    image, _ = person.make_ready(patient)
    person.score()
    slicer.util.arrayFromVolume(image)[:] += 40
    slicer.util.arrayFromVolumeModified(image)
    person.wait(lambda: person.panel.book.isOutOfDate, 10)
    path = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(path))
    slicer.mrmlScene.Clear(0)
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    person.wait(lambda: person.missing == "")
    person.wait(lambda: person.panel.book.isOutOfDate, 10)


def test_cancel_stops_within_a_second_and_the_next_score_works(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    person.ui.scoreButton.click()
    assert person.ui.cancelButton.isVisibleTo(person.ui.scoreFrame)
    pid = person.panel.client.pid
    start = time.perf_counter()
    person.ui.cancelButton.click()
    assert not person.panel.bar.isScoring
    person.wait(lambda: not is_alive(pid), 1.0)
    assert time.perf_counter() - start < 1.0
    assert person.missing == "Cancelled."
    assert person.panel.book.prediction is None
    assert 0 < person.score().fused.probability < 1


def is_alive(pid: int | None) -> bool:
    return pid is not None and is_running(pid)


def test_a_killed_process_is_told_in_one_sentence_and_the_next_score_works(
    person: Any, patient: Case
) -> None:
    person.make_ready(patient)
    person.ui.scoreButton.click()
    os.kill(person.panel.client.pid, signal.SIGKILL)
    person.wait(lambda: not person.panel.bar.isScoring)
    assert "ended unexpectedly" in person.missing
    assert person.panel.book.prediction is None
    person.ui.scoreButton.click()
    person.wait(lambda: not person.panel.bar.isScoring)
    assert person.panel.book.prediction is not None


def test_the_button_does_nothing_while_a_scoring_runs(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    person.ui.scoreButton.click()
    assert not person.ui.scoreButton.enabled
    person.panel.bar.score()
    person.wait(lambda: not person.panel.bar.isScoring)
    assert len(person.panel.book.history) == 1


def test_an_image_deleted_while_scoring_gives_no_number(person: Any, patient: Case) -> None:
    image, _ = person.make_ready(patient)
    person.ui.scoreButton.click()
    person.standins.scene.RemoveNode(image)
    person.wait(lambda: not person.panel.bar.isScoring)
    assert person.panel.book.prediction is None
    assert "score again" in person.missing or "Choose the image" in person.missing


def test_closing_the_scene_while_scoring_leaves_an_empty_panel(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    person.ui.scoreButton.click()
    person.standins.scene.Clear(0)
    person.pause(0.5)
    assert not person.panel.bar.isScoring
    assert person.panel.book.prediction is None
    assert person.panel.desk.parameters is not None
    assert person.panel.desk.isEmpty()
    person.make_ready(patient)
    assert person.score() is not None


def test_a_saved_scene_brings_case_and_result_back(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    import slicer

    person.make_ready(patient)
    person.ui.caseIdEdit.setText("P007")
    prediction = person.score()
    path = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(path))
    slicer.mrmlScene.Clear(0)
    assert person.panel.book.prediction is None
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    person.wait(lambda: person.panel.book.prediction is not None)
    assert person.panel.book.prediction.fused == prediction.fused
    assert person.ui.caseIdEdit.text == "P007"
    person.wait(lambda: person.missing == "")
    person.pause(0.6)
    assert not person.panel.book.isOutOfDate
    assert person.panel.book.maps()
    again = person.panel.desk.parameters.segmentation
    edit(again, person.panel.desk.image("ct_arterial"))
    person.wait(lambda: person.panel.book.isOutOfDate)


def test_the_report_holds_every_score_and_no_name(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    person.make_ready(patient)
    person.score()
    person.panel.result.writeReport(tmp_path / "report")
    person.wait(lambda: "Report written" in person.ui.reportLabel.text)
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "Every score of this case" in page
    assert "Research use only" in page
    assert 'src="data:image/png' in page
    assert "http" not in page


def test_the_result_of_the_last_patient_never_shows_for_the_next(
    person: Any, patient: Case, other_patient: Case
) -> None:
    person.make_ready(patient)
    person.score()
    person.ui.newCaseButton.click()
    assert person.panel.book.prediction is None
    assert not person.ui.oneLineLabel.isVisibleTo(person.ui.scoreFrame)
    assert person.ui.imageDateEdit.text == ""
    person.make_ready(other_patient)
    assert len(person.panel.book.history) == 0


@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_model_removed_after_choosing_is_told(
    person: Any, patient: Case, tmp_path: Path, what: str
) -> None:
    import shutil

    from TACEResponseLib.bundle.finding import find_bundle

    copy = tmp_path / "model"
    shutil.copytree(find_bundle("ct-radiomics-cnn-simulated"), copy)
    person.make_ready(patient)
    person.panel.model.openModel(str(copy))
    person.wait(lambda: person.panel.desk.model.path == str(copy))
    if what == "folder":
        shutil.rmtree(copy)
    else:
        (copy / "models" / "cnn.safetensors").unlink()
    person.ui.scoreButton.click()
    person.wait(lambda: not person.panel.bar.isScoring)
    assert person.missing.startswith("Model")
    assert "bundle" not in person.missing
    assert person.panel.book.prediction is None


def test_a_full_disk_is_told_and_the_next_score_works(person: Any, patient: Case) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may be larger: to a writer the same as a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        person.make_ready(patient)
        person.pause(0.5)
        person.ui.scoreButton.click()
        person.wait(lambda: not person.panel.bar.isScoring)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert person.missing.startswith("The image can't be handed over: File too large; make room in")
    assert person.panel.book.prediction is None
    assert person.score().fused.probability > 0
