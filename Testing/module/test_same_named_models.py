"""Two models of one name: a result is of the one that made it."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.bundle.cards.card import model_card
from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.answers import BrokenModel, ModelList, Refusal
from TACEResponseLib.worker.requests import ListModels

NAME = "ct-radiomics-cnn-simulated"


def retrain(folder: Path, title: str) -> Path:
    """Write a model that differs from the shipped one in its title, and so in its digest."""
    shutil.rmtree(folder, ignore_errors=True)
    shipped = load_bundle(NAME)
    metadata = shipped.metadata.model_copy(update={"title": title})
    bundle = replace(shipped, metadata=metadata, card=model_card(metadata))
    save_bundle(bundle, folder)
    return folder


@pytest.fixture(autouse=True)
def _no_models_of_earlier_tests(person: Any) -> None:
    """The panel lists what was ever opened in it."""
    person.panel.model._paths.clear()
    person.panel.model.load()
    person.wait(lambda: not person.panel.client.isWaitingFor(ListModels))


def open_folder(person: Any, folder: Path) -> None:
    person.panel.model.openModel(str(folder))
    person.wait(lambda: person.panel.desk.model and person.panel.desk.model.path == str(folder))


def test_a_model_of_the_same_name_from_another_folder_puts_the_result_out_of_date(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    person.make_ready(patient)
    person.score()
    shipped = person.panel.desk.model
    open_folder(person, retrain(tmp_path / NAME, "Another model"))
    person.wait(lambda: person.panel.book.isOutOfDate, 10)
    assert "another model" in person.ui.oneLineLabel.text
    assert not person.ui.reportButton.enabled
    person.panel.model._take(shipped)
    person.wait(lambda: not person.panel.book.isOutOfDate, 10)


def test_a_copy_of_the_same_model_leaves_the_result_up_to_date(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    person.make_ready(patient)
    person.score()
    copy = tmp_path / NAME
    shutil.copytree(person.panel.desk.model.path, copy)
    open_folder(person, copy)
    person.pause(0.6)
    assert not person.panel.book.isOutOfDate


def test_an_opened_scene_takes_the_model_that_it_was_scored_with(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    import slicer

    other = retrain(tmp_path / NAME, "Another model")
    person.make_ready(patient)
    shipped = person.panel.desk.model.path
    person.score()
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "shipped.mrb"))
    open_folder(person, other)
    person.wait(lambda: person.missing == "")
    person.score()
    assert not person.panel.book.isOutOfDate
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "other.mrb"))
    for name, path in (("shipped", shipped), ("other", str(other)), ("shipped", shipped)):
        slicer.mrmlScene.Clear(0)
        assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / f"{name}.mrb"))
        person.wait(lambda: person.missing == "")
        assert person.panel.desk.model.path == path
        person.pause(0.4)
        assert not person.panel.book.isOutOfDate


@pytest.mark.parametrize("when", ["listed again", "scored again"])
def test_a_model_that_was_retrained_in_place_makes_no_result_of_its_forerunner_s(
    person: Any, patient: Case, tmp_path: Path, when: str
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(load_path(), folder)
    person.make_ready(patient)
    open_folder(person, folder)
    person.wait(lambda: person.missing == "")
    first = person.score()
    retrain(folder, "Retrained")
    if when == "listed again":
        person.widget.exit()
        person.widget.enter()
        person.wait(lambda: person.panel.book.isOutOfDate, 10)
        assert person.panel.desk.model.title == "Retrained"
        person.wait(lambda: person.missing == "")
    second = person.score()
    assert second.bundle_sha256 != first.bundle_sha256
    person.wait(lambda: person.panel.desk.model.title == "Retrained", 10)
    person.pause(0.4)
    assert not person.panel.book.isOutOfDate


def load_path() -> Path:
    from TACEResponseLib.bundle.finding import find_bundle

    return find_bundle(NAME)


def test_a_scene_whose_model_was_retrained_elsewhere_is_told(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    """Only a model of its name is here: it's taken, and the result is not its own."""
    import slicer

    folder = retrain(tmp_path / "mine", "Trained")
    person.make_ready(patient)
    open_folder(person, folder)
    person.wait(lambda: person.missing == "")
    person.score()
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))
    retrain(folder, "Retrained")
    person.panel.model.load()
    person.wait(lambda: person.panel.desk.model.title == "Retrained", 10)
    slicer.mrmlScene.Clear(0)
    assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    person.wait(lambda: person.panel.book.isOutOfDate, 10)
    assert person.panel.desk.model.title == "Retrained"
    assert "another model" in person.ui.oneLineLabel.text


def test_an_edit_is_noticed_though_no_model_can_be_used(person: Any, patient: Case) -> None:
    import slicer

    image, segmentation = person.make_ready(patient)
    person.score()
    problem = Refusal(where="x", rule="must be", got="none", remedy="copy it")
    broken = BrokenModel(path="/x", id="x", problem=problem)
    person.panel.model._onModels(ModelList(models=(), broken=(broken,)))
    segment = segmentation.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment, image).copy()
    mask[: np.flatnonzero(mask.any(axis=(1, 2))).mean().astype(int)] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment, image)
    person.wait(lambda: person.panel.book.isOutOfDate)
    assert "Out of date" in person.ui.oneLineLabel.text
    assert not person.ui.reportButton.enabled


def test_a_model_chosen_while_another_is_being_opened_stays_chosen(
    person: Any, tmp_path: Path
) -> None:
    person.panel.model.openModel(str(retrain(tmp_path / "other", "Another model")))
    person.choose_model()
    person.wait(lambda: not person.panel.client.isWaitingFor(ListModels))
    assert person.panel.desk.model.title.startswith("Radiomics and a convolutional network")
