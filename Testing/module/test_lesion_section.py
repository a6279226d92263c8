"""Choosing, drawing and proposing the lesion; the table of what it holds."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.case import Case
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings


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
        "image network, radiomics", "nothing", "nothing: a speck, not counted"
    ]  # fmt: skip
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
