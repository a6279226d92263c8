"""A person alone begins a case: a guess fills an empty selector, or nothing at all."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.test_cases import from_dicom

PORTAL = "ct_portal_venous"
OTHER = {"PatientID": "B2", "StudyInstanceUID": "9.9"}


@pytest.fixture
def two_phases(person: Any) -> Iterator[Any]:
    """A model of two sequences, as the panel sees one."""
    person.choose_model()
    model = person.panel.desk.model
    phases = {**model.sequences, PORTAL: "CT, portal venous phase"}
    models = tuple(
        replace(m, sequences=phases) if m.path == model.path else m
        for m in person.panel.desk.models
    )
    person.panel.desk.listModels(models, ())
    person.panel.desk.chooseModel(replace(model, sequences=phases))
    yield person
    person.panel.model.load()
    person.wait(lambda: all(PORTAL not in m.sequences for m in person.panel.desk.models))


def portal_of(person: Any, case: Case, **changes: str) -> Any:
    image, _ = person.load_patient(case)
    image.SetName("portal venous")
    return from_dicom(person, image, SeriesDescription="portal venous phase", **changes)


def images(person: Any) -> dict[str, Any]:
    return dict(person.panel.desk.images())


@pytest.mark.parametrize(
    ("changes", "is_guessed"), [({}, True), (OTHER, False), ({"StudyInstanceUID": "9.9"}, False)]
)
def test_a_volume_that_comes_later_is_guessed_into_its_own_study_alone(
    two_phases: Any, patient: Case, changes: dict[str, str], is_guessed: bool
) -> None:
    image, segmentation = two_phases.load_patient(patient)
    two_phases.choose_image(from_dicom(two_phases, image))
    two_phases.choose_lesion(segmentation)
    begun: list[int] = []
    two_phases.panel.desk.caseBegun.connect(lambda: begun.append(1))
    portal = portal_of(two_phases, patient, **changes)
    two_phases.pause(0.8)
    expected = {"ct_arterial": image} | ({PORTAL: portal} if is_guessed else {})
    assert images(two_phases) == expected
    assert two_phases.panel.desk.parameters.segmentation is segmentation
    assert two_phases.panel.desk.question == ""
    assert begun == []


def test_images_of_two_patients_are_not_guessed_into_one_case(
    two_phases: Any, patient: Case, other_patient: Case
) -> None:
    image, _ = two_phases.load_patient(patient)
    image.SetName("arterial")
    from_dicom(two_phases, image)
    portal_of(two_phases, other_patient, **OTHER)
    two_phases.wait(lambda: images(two_phases))
    two_phases.pause(0.6)
    assert len(images(two_phases)) == 1
    assert two_phases.panel.desk.question == ""


def test_a_new_case_stays_empty_until_an_image_is_chosen_or_comes(
    person: Any, patient: Case, other_patient: Case
) -> None:
    image, _ = person.load_patient(patient)
    person.choose_model()
    person.choose_image(from_dicom(person, image))
    person.ui.newCaseButton.click()
    person.pause(0.6)
    assert images(person) == {}
    assert person.ui.imageDateEdit.text == ""
    later, _ = person.load_patient(other_patient)
    person.wait(lambda: images(person) == {"ct_arterial": later})
    assert person.panel.desk.question == ""
    person.ui.newCaseButton.click()
    person.choose_image(image)
    assert images(person) == {"ct_arterial": image}
    assert person.panel.desk.question == ""


def test_an_image_that_was_taken_out_does_not_come_back_by_itself(
    person: Any, patient: Case
) -> None:
    image, _ = person.load_patient(patient)
    person.choose_model()
    person.wait(lambda: images(person) == {"ct_arterial": image})
    person.choose_image(None)
    person.pause(0.6)
    assert images(person) == {}


def take_back(person: Any, _image: Any, _other: Any) -> None:
    person.ui.takeBackButton.click()


def choose_the_first_again(person: Any, image: Any, _other: Any) -> None:
    person.panel.images.onImage("ct_arterial", image)


def remove_the_other(person: Any, _image: Any, other: Any) -> None:
    person.standins.scene.RemoveNode(other)
    person.panel.watch.quietSoon()


def remove_and_answer(person: Any, _image: Any, other: Any) -> None:
    person.standins.scene.RemoveNode(other)
    person.ui.otherPatientButton.click()


def test_a_question_leaves_the_result_up_to_date_and_can_be_taken_back(
    person: Any, patient: Case, other_patient: Case
) -> None:
    image, segmentation = person.make_ready(patient)
    person.score()
    for end in (take_back, choose_the_first_again, remove_the_other, remove_and_answer):
        other, _ = person.load_patient(other_patient)
        person.choose_image(other)
        assert "of the same patient and study" in person.missing
        person.pause(0.5)
        assert not person.panel.book.isOutOfDate
        end(person, image, other)
        person.wait(lambda: person.missing == "")
        assert not person.ui.questionLabel.text
        person.pause(0.4)
        assert not person.panel.book.isOutOfDate
        assert images(person) == {"ct_arterial": image}
        assert person.panel.desk.parameters.segmentation is segmentation
    person.choose_image(other)
    person.ui.bclcCombo.setCurrentIndex(person.ui.bclcCombo.findText("C"))
    assert person.panel.book.isOutOfDate, "a change counts while a question is open"
