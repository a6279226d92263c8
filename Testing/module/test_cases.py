"""One case at a time: whose image it is, what a new case keeps, what DICOM contradicts."""

import time
from pathlib import Path
from typing import Any

import pydicom
import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.answers import ModelList

Header = dict[str, str]
FIRST: Header = {
    "PatientID": "A1",
    "StudyInstanceUID": "1.2.3",
    "PatientAge": "063Y",
    "PatientSex": "M",
    "StudyDate": "20260301",
    "Modality": "CT",
    "SeriesDescription": "Liver arterial",
}


def from_dicom(person: Any, node: Any, **changes: str) -> Any:
    """Give a volume node the attribute that loading from DICOM leaves, and a header behind it."""
    header = pydicom.Dataset()
    for key, value in {**FIRST, **changes}.items():
        setattr(header, key, value)
    uid = f"1.2.826.{node.GetID().__hash__() % 10**8}"
    header.SOPInstanceUID = uid
    person.standins.add_dicom(f"/dicom/{uid}.dcm", header)
    node.SetAttribute("DICOM.instanceUIDs", uid)
    return node


def test_an_empty_panel_says_in_words_what_is_missing(person: Any) -> None:
    person.panel.desk.chooseModel(None)
    person.pause(0.05)
    assert person.missing.splitlines() == ["Choose a model.", "Choose, draw or load the lesion."]
    assert not person.ui.scoreButton.enabled
    for button in ("modelButton", "imagesButton", "lesionButton", "clinicalButton"):
        assert getattr(person.ui, button).text.startswith("\u2026 ")


def test_a_simulated_model_is_never_chosen_by_the_program(person: Any) -> None:
    person.panel.desk.chooseModel(None)
    person.panel.model.load()
    person.wait(lambda: person.ui.modelCombo.count > 1)
    titles = [person.ui.modelCombo.itemText(n) for n in range(person.ui.modelCombo.count)]
    assert sum("simulated patients" in title for title in titles) == 1
    # Of the two that ship of real patients none is taken unasked; one alone is.
    assert person.panel.desk.model is None
    models = person.panel.desk.models
    first = next(one for one in models if not one.simulated)
    few = tuple(one for one in models if one.simulated or one is first)
    person.panel.model._onModels(ModelList(models=few))
    assert person.panel.desk.model == first


def test_the_guess_stays_unconfirmed_until_it_is_ticked(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    image.SetName("4 ART 1.25mm")
    person.choose_model()
    person.wait(lambda: person.panel.desk.image("ct_arterial") is image)
    assert "tick its phase" in person.missing
    assert person.row().remark.text == "Unconfirmed."
    person.tick_phase()
    assert "tick its phase" not in person.missing
    assert person.ui.imagesButton.text.startswith("\u2713 ")


def test_the_date_comes_from_dicom(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    from_dicom(person, image)
    person.choose_model()
    person.choose_image(image)
    assert person.ui.imageDateEdit.text == "2026-03-01"


def test_an_image_of_another_patient_begins_an_empty_case(
    person: Any, patient: Case, other_patient: Case, with_clinical: Path
) -> None:
    first, segmentation = person.load_patient(patient)
    second, _ = person.load_patient(other_patient)
    from_dicom(person, first)
    from_dicom(person, second, PatientID="B2", StudyInstanceUID="9.9")
    open_model(person, with_clinical)
    person.choose_image(first)
    person.choose_lesion(segmentation)
    field(person, "albumin_g_per_l").setText("38")
    assert person.panel.desk.texts() == {"albumin_g_per_l": "38"}
    person.choose_image(second)
    assert person.panel.desk.image("ct_arterial") is second
    assert person.panel.desk.texts() == {}
    assert field(person, "albumin_g_per_l").text == ""
    assert person.panel.desk.parameters.segmentation is None
    assert not person.panel.desk.isConfirmed("ct_arterial")
    assert "Fill in" in person.missing


def test_another_study_of_the_same_patient_is_another_case(
    person: Any, patient: Case, other_patient: Case
) -> None:
    first, segmentation = person.load_patient(patient)
    second, _ = person.load_patient(other_patient)
    from_dicom(person, first)
    from_dicom(person, second, StudyInstanceUID="9.9")
    person.choose_model()
    person.choose_image(first)
    person.choose_lesion(segmentation)
    person.choose_image(second)
    assert person.panel.desk.parameters.segmentation is None


@pytest.mark.parametrize(
    ("answer", "is_kept"), [("samePatientButton", True), ("otherPatientButton", False)]
)
def test_without_dicom_the_user_is_asked(
    person: Any, patient: Case, other_patient: Case, answer: str, is_kept: bool
) -> None:
    first, segmentation = person.load_patient(patient)
    second, _ = person.load_patient(other_patient)
    person.choose_model()
    person.choose_image(first)
    person.choose_lesion(segmentation)
    person.choose_image(second)
    assert "of the same patient and study" in person.ui.questionLabel.text
    assert "of the same patient and study" in person.missing
    getattr(person.ui, answer).click()
    assert person.panel.desk.image("ct_arterial") is second
    assert (person.panel.desk.parameters.segmentation is segmentation) is is_kept
    assert "same patient" not in person.missing


def open_model(person: Any, path: Path) -> None:
    person.panel.model.openModel(str(path))
    person.wait(lambda: person.panel.desk.model and person.panel.desk.model.path == str(path))


def field(person: Any, name: str) -> Any:
    return person.panel.clinical._rows[name].edit


def test_new_case_blanks_everything(person: Any, patient: Case, with_clinical: Path) -> None:
    open_model(person, with_clinical)
    image, segmentation = person.load_patient(patient)
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    field(person, "albumin_g_per_l").setText("38")
    person.ui.caseIdEdit.setText("P001")
    person.ui.newCaseButton.click()
    desk = person.panel.desk
    assert desk.isEmpty()
    assert desk.form() == {}
    assert field(person, "albumin_g_per_l").text == ""
    assert person.ui.caseIdEdit.text == "case"
    assert not desk.isConfirmed("ct_arterial")


def test_age_or_sex_against_dicom_stops_score_until_settled(
    person: Any, patient: Case, with_clinical: Path
) -> None:
    open_model(person, with_clinical)
    image, _ = person.load_patient(patient)
    from_dicom(person, image)
    person.choose_image(image)
    field(person, "age_years").setText("71")
    assert "Age 71 is typed, DICOM says 63" in person.missing
    field(person, "age_years").setText("64")
    assert "DICOM says" not in person.missing
    field(person, "age_years").setText("71")
    sex = field(person, "sex")
    sex.setCurrentIndex(sex.findText("F"))
    assert "Sex female is chosen, DICOM says male" in person.missing
    person.ui.settleButton.click()
    assert "DICOM says" not in person.missing
    field(person, "age_years").setText("72")
    assert "Age 72 is typed, DICOM says 63" in person.missing


def test_an_image_of_the_wrong_modality_gets_no_number(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    from_dicom(person, image, Modality="MR")
    person.choose_model()
    person.choose_image(image)
    person.tick_phase()
    assert "is MR; the model reads another kind of image" in person.missing


@pytest.mark.parametrize(
    ("field_name", "text", "words"),
    [
        ("treatmentDateEdit", "2020-01-01", "taken after treatment"),
        ("imageDateEdit", "2999-01-01", "lies in the future"),
        ("imageDateEdit", "1.3.2026", "write it like 2026-03-31"),
        ("imageDateEdit", "1800-01-01", "lies before the first CT of all"),
        ("treatmentDateEdit", "1971-09-30", "lies before the first CT of all"),
        ("treatmentDateEdit", "2999-01-01", "more than a year ahead"),
    ],
)
def test_dates_that_can_not_be_stop_score(
    person: Any, patient: Case, field_name: str, text: str, words: str
) -> None:
    person.make_ready(patient)
    getattr(person.ui, field_name).setText(text)
    assert words in person.missing
    assert not person.ui.scoreButton.enabled


def test_a_patient_treated_before_gets_no_number(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    combo = person.ui.firstTreatmentCombo
    combo.setCurrentIndex(combo.findText("no"))
    assert "treated before" in person.missing


def test_the_result_is_scored_with_the_answers(person: Any, patient: Case) -> None:
    person.make_ready(patient)
    combo = person.ui.treatmentCombo
    combo.setCurrentIndex(combo.findText("HAIC"))
    person.score()
    assert "! HAIC is planned; the model's cohort received cTACE." in person.ui.warningsLabel.text


def test_a_patient_s_name_stands_in_the_report_only_where_the_user_ticked_it(
    person: Any, patient: Case, tmp_path: Path
) -> None:
    image, segmentation = person.load_patient(patient)
    image.SetName("arterial")
    from_dicom(person, image, PatientName="Muster^Anna", StudyDate=time.strftime("%Y%m%d"))
    person.choose_model()
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    person.wait(lambda: person.missing == "")
    person.score()
    pages = []
    for name in ("without", "with"):
        if name == "with":
            person.ui.identityCheck.click()
        person.ui.reportLabel.text = ""
        person.panel.result.writeReport(tmp_path / name)
        person.wait(lambda: "Report written" in person.ui.reportLabel.text)
        pages.append((tmp_path / name / "report.html").read_text(encoding="utf-8"))
    assert "Muster" not in pages[0]
    assert "(A1)" not in pages[0]
    assert "Patient: Muster Anna (A1)" in pages[1]
