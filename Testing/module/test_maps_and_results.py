"""An attention map is seen only while the result that it belongs to is the one on the panel."""

from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scoring import score
from Testing.module.test_map_controls import composites


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
