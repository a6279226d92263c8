"""Choosing, drawing and proposing the lesion; the table of what it holds."""

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.worker.requests import Measure


class TotalSegmentatorScript:
    """What the module's widget offers (lassoan/SlicerTotalSegmentator, TotalSegmentator.py)."""

    def __init__(self, scene: Any) -> None:
        import slicer

        self._parameterNode = slicer.vtkMRMLScriptedModuleNode()
        scene.AddNode(self._parameterNode)


def cells(table: Any) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount)]
        for row in range(table.rowCount)
    ]


def test_drawing_makes_a_named_and_coded_segment_on_the_image(person: Any, patient: Case) -> None:
    import slicer

    image, _ = person.load_patient(patient)
    person.choose_model()
    person.choose_image(image)
    person.ui.drawButton.click()
    segmentation = person.panel.desk.parameters.segmentation
    content = segmentation.GetSegmentation()
    assert content.GetNumberOfSegments() == 1
    assert content.GetNthSegment(0).GetName() == "Tumor"
    tag = content.GetNthSegment(0).GetTerminology()
    assert "SCT^4147007^Mass" in tag
    assert "SCT^10200004^Liver" in tag
    assert person.panel.desk.lesionSegments() == [content.GetNthSegmentID(0)]
    editor = person.panel.lesion.drawing._editor
    assert editor.segmentationNode() is segmentation
    assert editor.sourceVolumeNode() is image
    node = slicer.mrmlScene.GetSingletonNode(
        "TACEResponse.SegmentEditor", "vtkMRMLSegmentEditorNode"
    )
    assert editor.mrmlSegmentEditorNode() is node
    assert person.ui.drawButton.text == "Close editor"
    person.ui.drawButton.click()
    assert not person.ui.editorWidget.isVisibleTo(person.ui.lesionButton)


def test_what_is_drawn_is_measured_and_scored(person: Any, patient: Case) -> None:
    import slicer

    image, given = person.load_patient(patient)
    person.choose_model()
    person.choose_image(image)
    person.tick_phase()
    person.answer_context()
    person.ui.drawButton.click()
    drawn = person.panel.desk.parameters.segmentation
    source = slicer.util.arrayFromSegmentBinaryLabelmap(
        given, given.GetSegmentation().GetNthSegmentID(0), image
    )
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        np.asarray(source), drawn, drawn.GetSegmentation().GetNthSegmentID(0), image
    )
    person.wait(lambda: person.panel.desk.lesions)
    person.wait(lambda: person.missing == "")
    assert cells(person.ui.lesionsTable)[0][1:4] == ["Tumor", "26.62", "46.2"]
    assert 0 < person.score().fused.probability < 1


def test_without_an_image_drawing_says_what_to_do_first(person: Any) -> None:
    person.choose_model()
    person.ui.drawButton.click()
    assert person.ui.lesionNoteLabel.text == "Choose the image first; then draw on it."
    assert not person.ui.drawButton.checked


def test_separate_pieces_and_specks_are_listed_with_what_uses_them(person: Any) -> None:
    import slicer

    case = simulate_patient(SimulationSettings(), 2, 0).to_case()
    image, segmentation = person.make_ready(case)
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image).copy()
    mask[2, 60:64, 60:72] = mask[3, 60:64, 60:72] = 1
    mask[36, 30, 30] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)
    person.wait(lambda: len(person.panel.desk.lesions) == 3)
    rows = cells(person.ui.lesionsTable)
    assert [row[5] for row in rows] == [
        "image network, radiomics",
        "nothing",
        "nothing: a speck, not counted",
    ]
    # 12 x 4 voxels of 1.5 mm: the diagonal of 18 x 6 mm is 19 mm, less the outer half pixels.
    assert float(rows[1][3]) == pytest.approx(18.5, abs=0.8)
    assert [row[4] for row in rows] == ["yes", "yes", "no"]
    assert person.ui.lesionButton.text.endswith("2 of them, largest 46 mm")
    assert person.score().lesions[2].is_speck
    assert person.ui.scoredLabel.text == "Scored: lesion 1 of 2, 46 mm."


def test_a_lesion_as_large_as_a_liver_must_be_said_to_be_tumor(person: Any) -> None:
    import slicer

    case = simulate_patient(SimulationSettings(), 2, 0).to_case()
    image, segmentation = person.make_ready(case)
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment_id, image).copy()
    voxel_ml = np.prod(image.GetSpacing()) / 1000
    side = round((620 / voxel_ml / 30) ** 0.5)
    mask[5:35, 60 : 60 + side, 60 : 60 + side] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)
    person.wait(lambda: "more than most tumors" in person.missing)
    assert not person.ui.scoreButton.enabled
    assert person.ui.largeLesionButton.isVisibleTo(person.ui.lesionButton)
    person.ui.largeLesionButton.click()
    assert person.missing == ""
    assert not person.ui.largeLesionButton.isVisibleTo(person.ui.lesionButton)
    codes = {warning.code for warning in person.score().warnings}
    assert "roi_large" in codes


def test_several_segments_are_ticked_one_by_one(person: Any, patient: Case) -> None:
    image, segmentation = person.make_ready(patient)
    content = segmentation.GetSegmentation()
    content.AddEmptySegment("liver", "Liver")
    person.wait(lambda: person.ui.segmentsTable.rowCount == 2)
    assert person.panel.desk.lesionSegments() == [content.GetNthSegmentID(0)]
    import qt

    person.ui.segmentsTable.item(0, 0).setCheckState(qt.Qt.Unchecked)
    assert "Tick the segment that is the lesion." in person.missing
    person.ui.segmentsTable.item(0, 0).setCheckState(qt.Qt.Checked)
    person.wait(lambda: person.missing == "")
    assert image is not None


def draw_box(segmentation: Any, image: Any, segment_id: str, box: Any) -> None:
    import slicer

    mask = np.zeros(slicer.util.arrayFromVolume(image).shape, np.uint8)
    mask[box] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)


def segmentation_of(image: Any, segments: dict[str, str]) -> Any:
    """A segmentation with these ids and names, as `.seg.nrrd` files number them."""
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(image)
    for n, (segment_id, name) in enumerate(segments.items()):
        node.GetSegmentation().AddEmptySegment(segment_id, name)
        draw_box(node, image, segment_id, np.s_[10 + n : 20 + n, 40:60, 40 + 20 * n : 60 + 20 * n])
    return node


@pytest.fixture
def ticked(person: Any, patient: Case) -> Any:
    """The lone segment of a file is ticked; its id is that of many a file's first segment."""
    person.image, _ = person.make_ready(patient)
    person.lesion = segmentation_of(person.image, {"Segment_1": "HCC"})
    person.choose_lesion(person.lesion)
    assert person.panel.desk.lesionSegments() == ["Segment_1"]
    return person


@pytest.mark.parametrize("is_none_between", [False, True])
def test_another_segmentation_starts_without_the_last_one_s_ticks(
    ticked: Any, is_none_between: bool
) -> None:
    organs = segmentation_of(ticked.image, {"Segment_1": "liver", "Segment_2": "HCC new"})
    if is_none_between:
        ticked.choose_lesion(None)
    ticked.choose_lesion(organs)
    ticked.pause(0.4)
    assert ticked.panel.desk.lesionSegments() == []
    assert ticked.missing == "Tick the segment that is the lesion."
    ticked.choose_lesion(segmentation_of(ticked.image, {"Segment_1": "alone"}))
    assert ticked.panel.desk.lesionSegments() == ["Segment_1"]


def test_a_new_segment_with_a_removed_one_s_id_is_not_ticked(ticked: Any) -> None:
    content = ticked.lesion.GetSegmentation()
    content.RemoveSegment("Segment_1")
    ticked.pause(0.4)
    content.AddEmptySegment("Segment_1", "liver")
    draw_box(ticked.lesion, ticked.image, "Segment_1", np.s_[8:24, 50:90, 50:90])
    ticked.pause(0.4)
    assert ticked.panel.desk.lesionSegments() == []


def test_a_script_that_chooses_segmentation_and_ticks_at_once_has_its_ticks(ticked: Any) -> None:
    import slicer

    organs = segmentation_of(ticked.image, {"a": "liver", "b": "HCC"})
    parameters = ticked.panel.desk.parameters
    with slicer.util.NodeModify(parameters.parameterNode):
        parameters.segmentation = organs
        parameters.segments = ["b"]
    assert ticked.panel.desk.lesionSegments() == ["b"]


def test_an_opened_scene_keeps_its_ticks(ticked: Any, tmp_path: Path) -> None:
    import slicer

    ticked.choose_lesion(segmentation_of(ticked.image, {"Segment_1": "liver", "Segment_2": "HCC"}))
    ticked.panel.desk.parameters.segments = ["Segment_2"]
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))
    for _turn in range(2):
        slicer.mrmlScene.Clear(0)
        assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "scene.mrb"))
        ticked.pause(0.4)
        assert ticked.panel.desk.lesionSegments() == ["Segment_2"]


def test_a_process_that_ends_while_measuring_is_no_fault_of_the_lesion(
    person: Any, patient: Case
) -> None:
    """Twice: after the first end the panel asks once more by itself."""
    _, segmentation = person.make_ready(patient)
    first = person.score()
    for _turn in range(2):
        segmentation.GetSegmentation().GetNthSegment(0).Modified()
        person.panel.lesion.measure()
        person.wait(lambda: person.panel.client.pid)
        os.kill(person.panel.client.pid, signal.SIGKILL)
        person.wait(lambda: not person.panel.client.isWaitingFor(Measure))
        assert person.missing == ""
    person.pause(0.6)
    assert not person.panel.book.isOutOfDate
    assert person.ui.scoreButton.enabled
    assert person.score().fused == first.fused


def test_what_is_made_for_drawing_bears_no_name_of_the_image(person: Any, patient: Case) -> None:
    """Slicer names an image after its DICOM; what we make goes into files and other hands."""
    scene = person.standins.scene
    image, segmentation = person.load_patient(patient)
    scene.RemoveNode(segmentation)
    image.SetName("MUSTER^ANNA 19500101")
    person.choose_model()
    person.choose_image(image)
    before = {scene.GetNthNode(n).GetID() for n in range(scene.GetNumberOfNodes())}
    person.ui.drawButton.click()
    made = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    made = [node for node in made if node.GetID() not in before]
    assert person.panel.desk.parameters.segmentation in made
    texts = [f"{node.GetName()} {node.GetDescription()}" for node in made]
    assert [text for text in texts if "MUSTER" in text] == []
    person.ui.drawButton.click()


def test_a_segmentation_whose_segments_were_taken_away_holds_no_lesion(
    person: Any, patient: Case
) -> None:
    image, segmentation = person.make_ready(patient)
    segmentation.SetAndObserveSegmentation(None)
    person.pause(0.5)
    assert "Tick the segment" in person.missing
    assert not person.ui.scoreButton.enabled
    person.ui.drawButton.click()
    assert segmentation.GetSegmentation().GetNthSegment(0).GetName() == "Tumor"
    person.ui.drawButton.click()
    other = segmentation_of(image, {"a": "HCC"})
    other.SetAndObserveSegmentation(None)
    person.choose_lesion(other)
    assert "Tick the segment" in person.missing


def test_a_long_name_pushes_no_number_out_of_a_narrow_table(person: Any) -> None:
    from PySide6 import QtWidgets
    from TACEResponsePanel.sections import lesion_section, result_section, tables

    name = "Leber LAP Segment 8 HCC 1 recurrent, drawn anew in two sessions"
    lesion = ("1", name, "26.62", "46.2", "yes", "image network, radiomics")
    score = ("1 (first)", "2026-11-28 22:29", "26.62", "59 %")
    for columns, wide, row in (
        (lesion_section.COLUMNS, (1, 5), lesion),
        (result_section.HISTORY, 0, score),
    ):
        table = QtWidgets.QTableWidget(person.standins.main_window)
        tables.prepare(table, columns, wide=wide, mostRows=3)
        tables.fill(table, [row], mostRows=3)
        table.resize(306, 100)
        person.standins.main_window.show()
        table.show()
        person.pause(0.05)
        seen = [n for n in range(len(row)) if n not in ((wide,) if wide == 0 else wide)]
        ends = [table.columnViewportPosition(n) + table.columnWidth(n) for n in seen]
        assert max(ends) <= 306
        assert all(table.columnWidth(n) >= table.sizeHintForColumn(n) for n in seen)
        table.hide()
        table.deleteLater()
        person.standins.main_window.hide()


# Last: it leaves the module.
def test_propose_opens_totalsegmentator_with_image_and_task(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    person.choose_model()
    person.choose_image(image)
    person.ui.proposeButton.click()
    assert "Install the extension TotalSegmentator" in person.ui.lesionNoteLabel.text
    script = TotalSegmentatorScript(person.standins.scene)
    person.standins.add_module("TotalSegmentator", script=script)
    person.ui.proposeButton.click()
    node = script._parameterNode
    assert node.GetNodeReference("InputVolume") is image
    assert node.GetParameter("Task") == "liver_lesions"
