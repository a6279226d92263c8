"""An attention map is seen only while the result that it belongs to is the one on the panel."""

from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scoring import score
from Testing.module.test_banner_of_every_view import EARLIER, SIMULATED, lay, layers_of, said
from Testing.module.test_map_controls import axial, composites, superior

GONE = "An attention map was removed from the scene; score again to have it back."


def seen(person: Any) -> set[str]:
    """Names of the volumes that lie over an image, visibly."""
    scene = person.standins.scene
    nodes = [
        scene.GetNodeByID(c.GetForegroundVolumeID() or "")
        for c in composites(person)
        if c.GetForegroundOpacity() > 0
    ]
    return {node.GetName() for node in nodes if node is not None}


def choose_again(person: Any, image: Any, segmentation: Any) -> None:
    """Image and lesion for a case without a result."""
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    person.wait(lambda: person.panel.desk.lesions)
    person.pause(0.4)


def test_a_new_case_of_the_same_segmentation_shows_no_map_until_it_is_scored(
    person: Any, patient: Case
) -> None:
    image, segmentation = person.make_ready(patient)
    person.score()
    assert seen(person) == {"SIMULATED case saliency ct_arterial"}
    person.ui.newCaseButton.click()
    assert seen(person) == set()
    choose_again(person, image, segmentation)
    person.ui.mapOpacitySlider.value = 0.7
    assert person.panel.book.prediction is None
    assert seen(person) == set()
    assert not person.panel.map._banner.isShown
    person.score()
    assert seen(person) == {"SIMULATED case saliency ct_arterial"}
    assert person.panel.map._banner.isShown


def test_a_scene_with_a_map_and_no_history_shows_no_map(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    """The command line's scene shows its map; in the open panel there's no result to go with it."""
    import slicer

    from TACEResponseLib.scene.mrb import write_scene

    path = tmp_path / "scene.mrb"
    write_scene(patient, score(patient, load_bundle("ct-radiomics-cnn-simulated")), path)
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    segmentation = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    shown = segmentation.GetNodeReference("TACEResponse.saliency.ct_arterial")
    assert shown is not None
    person.choose_model()
    choose_again(person, shown.GetNodeReference("TACEResponse.image"), segmentation)
    assert person.panel.book.prediction is None
    assert seen(person) == set()
    assert said(person) == {}
    shown.SetName("renamed")
    lay(shown, layers_of(person), 0)
    assert said(person) == {"Green": [SIMULATED, EARLIER]}
    slicer.mrmlScene.Clear(0)
    assert said(person) == {}


def test_the_map_of_another_case_or_segmentation_is_taken_away(
    person: Any, patient: Case, other_patient: Case
) -> None:
    """Two cases lie in one scene, the first one's map over the first one's image."""
    image, segmentation = person.make_ready(patient)
    person.ui.caseIdEdit.setText("A1")
    person.score()
    person.ui.newCaseButton.click()
    other_image, other = person.make_ready(other_patient)
    person.ui.caseIdEdit.setText("B1")
    assert seen(person) == set()
    for composite in composites(person):
        composite.SetBackgroundVolumeID(other_image.GetID())
    person.score()
    assert seen(person) == {"SIMULATED B1 saliency ct_arterial"}
    # By a click on the first one's segmentation the second one's result becomes no other.
    person.choose_lesion(segmentation)
    person.wait(lambda: person.panel.book.isOutOfDate)
    assert seen(person) == set()
    own = segmentation.GetNodeReference("TACEResponse.summary")
    person.pause(0.4)
    assert not own.GetName().endswith("(out of date)")
    assert other.GetNodeReference("TACEResponse.summary").GetName().endswith("(out of date)")
    for composite in composites(person):
        composite.SetBackgroundVolumeID(image.GetID())
    person.ui.mapOpacitySlider.value = 0.6
    assert seen(person) == set()


def test_what_the_user_laid_over_the_image_stays_and_comes_back(person: Any, patient: Case) -> None:
    import slicer

    person.make_ready(patient)
    own = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "perfusion")
    first, *others = composites(person)
    first.SetForegroundVolumeID(own.GetID())
    first.SetForegroundOpacity(0.25)
    person.pause(0.4)
    assert seen(person) == {"perfusion"}
    person.score()
    assert first.GetForegroundVolumeID() != own.GetID()
    # The user takes another foreground while the result stands: it's theirs from now on.
    others[0].SetForegroundVolumeID(own.GetID())
    person.ui.mapOpacitySlider.value = 0.4
    person.pause(0.4)
    assert others[0].GetForegroundVolumeID() == own.GetID()
    person.ui.newCaseButton.click()
    assert first.GetForegroundVolumeID() == own.GetID()
    assert first.GetForegroundOpacity() == pytest.approx(0.25)
    assert others[0].GetForegroundVolumeID() == own.GetID()
    assert others[1].GetForegroundVolumeID() is None


@pytest.mark.parametrize("removed", ["image", "nothing"])
def test_a_map_is_never_guessed_to_be_an_image(person: Any, patient: Case, removed: str) -> None:
    """Though it is the only volume that is left in the scene, or beside the last case's image."""
    image, _ = person.make_ready(patient)
    person.score()
    person.ui.newCaseButton.click()
    if removed == "image":
        person.standins.scene.RemoveNode(image)
    person.panel.images.guess()
    person.pause(0.4)
    assert person.panel.desk.image("ct_arterial") is None
    assert seen(person) == set()


@pytest.fixture
def scored(person: Any, patient: Case) -> Any:
    person.image, person.segmentation = person.make_ready(patient)
    person.score()
    person.map = person.panel.book.maps()["ct_arterial"]
    return person


def has_map_controls(person: Any) -> bool:
    person.pause(0.05)
    return bool(person.ui.mapFrame.isVisibleTo(person.ui.mapFrame.parent()))


@pytest.mark.parametrize("removed", ["map", "its colors"])
def test_a_removed_map_takes_its_controls_and_lines_along(scored: Any, removed: str) -> None:
    assert has_map_controls(scored)
    node = {"map": scored.map, "its colors": scored.map.GetDisplayNode().GetColorNode()}
    scored.standins.scene.RemoveNode(node[removed])
    assert not has_map_controls(scored)
    assert scored.ui.noMapLabel.isVisibleTo(scored.ui.noMapLabel.parent())
    assert scored.ui.noMapLabel.text == GONE
    assert scored.ui.sliceNoteLabel.text == ""
    assert said(scored) == {}
    before = superior(axial(scored))
    scored.ui.salientSliceButton.click()
    assert superior(axial(scored)) == before
    assert scored.panel.book.prediction is not None
    scored.score()
    assert has_map_controls(scored)
    assert not scored.ui.noMapLabel.isVisibleTo(scored.ui.noMapLabel.parent())
    assert said(scored)


def test_a_weak_map_is_told_where_its_controls_are(
    scored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.result import map_words

    monkeypatch.setattr(map_words, "weak_words", lambda _: "The attention map is weak: 0.1.")
    scored.score()
    assert has_map_controls(scored)
    assert scored.ui.noMapLabel.text == "The attention map is weak: 0.1."


def test_an_undo_brings_map_and_controls_back(scored: Any) -> None:
    scene = scored.standins.scene
    scene.SetUndoOn()
    scored.map.SetUndoEnabled(True)
    scored.segmentation.SetUndoEnabled(True)
    try:
        scene.SaveStateForUndo()
        scene.RemoveNode(scored.map)
        assert not has_map_controls(scored)
        scene.Undo()
        assert has_map_controls(scored)
        assert scored.ui.sliceNoteLabel.text.startswith("Map on this slice: ")
    finally:
        scene.ClearUndoStack()
        scene.ClearRedoStack()
        scene.SetUndoOff()


def test_a_removed_segmentation_takes_the_map_s_controls_along(scored: Any) -> None:
    scored.standins.scene.RemoveNode(scored.segmentation)
    assert not has_map_controls(scored)
    scored.pause(0.4)
    assert scored.panel.book.isOutOfDate


def test_a_removed_chart_can_not_be_asked_for(scored: Any) -> None:
    assert scored.ui.plotButton.enabled
    scored.standins.scene.RemoveNode(scored.panel.book.node("plot_chart"))
    scored.pause(0.05)
    assert not scored.ui.plotButton.enabled


def test_a_removed_summary_can_not_be_asked_for(scored: Any) -> None:
    assert scored.ui.tablesButton.enabled
    scored.standins.scene.RemoveNode(scored.panel.book.node("summary"))
    scored.pause(0.05)
    assert not scored.ui.tablesButton.enabled


def test_a_reference_led_to_an_image_shows_and_changes_nothing(scored: Any) -> None:
    """As a hand-made scene may have it."""
    import slicer

    mine = slicer.modules.volumes.logic().CloneVolume(slicer.mrmlScene, scored.image, "mine")
    scored.segmentation.SetNodeReferenceID("TACEResponse.saliency.ct_arterial", mine.GetID())
    before = [mine.GetMTime(), mine.GetDisplayNode().GetMTime()]
    scored.ui.mapCutSlider.value = 0.31
    scored.panel.map.onResult()
    combo = scored.ui.bclcCombo
    combo.setCurrentIndex(combo.findText("C"))
    scored.wait(lambda: scored.panel.book.isOutOfDate)
    combo.setCurrentIndex(combo.findText("B"))
    scored.wait(lambda: not scored.panel.book.isOutOfDate)
    scored.score()
    scored.ui.mapCutSlider.value = 0.2
    assert [mine.GetMTime(), mine.GetDisplayNode().GetMTime()] == before
    assert mine.GetName() == "mine"
    assert scored.panel.book.maps()["ct_arterial"] is not mine


def test_a_scene_that_is_closed_while_scoring_leaves_no_line_and_no_control(
    person: Any, patient: Case
) -> None:
    person.make_ready(patient)
    person.ui.scoreButton.click()
    person.standins.scene.Clear(0)
    person.pause(0.5)
    assert said(person) == {}
    assert not has_map_controls(person)
    assert person.panel.book.prediction is None
