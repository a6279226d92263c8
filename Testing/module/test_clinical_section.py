"""The clinical form: built from the model, checked while typing, filled from files."""

import json
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.test_cases import field, open_model


def remark(person: Any, name: str) -> str:
    return str(person.panel.clinical._rows[name].remark.text)


@pytest.fixture
def form(person: Any, with_clinical: Path) -> Any:
    open_model(person, with_clinical)
    return person


def test_the_form_asks_for_what_the_model_uses_and_marks_what_it_needs(form: Any) -> None:
    rows = form.panel.clinical._rows
    assert list(rows) == [
        "albumin_g_per_l",
        "bilirubin_umol_per_l",
        "age_years",
        "sex",
        "hypertension",
    ]
    (line,) = [text for text in form.missing.splitlines() if text.startswith("Fill in: ")]
    labels = [rows[name].variable.label for name in rows]
    assert line == f"Fill in: {labels[0]}, {labels[1]}."


def test_a_model_without_clinical_data_says_so(person: Any) -> None:
    person.choose_model()
    assert person.ui.clinicalButton.text.endswith("this model uses none")


def test_what_is_out_of_range_is_said_while_one_types(form: Any) -> None:
    field(form, "albumin_g_per_l").setText("4.2")
    form.wait(lambda: remark(form, "albumin_g_per_l"))
    assert "if it is g/dL" in remark(form, "albumin_g_per_l")
    assert "hardly possible in g/L" in form.missing
    field(form, "albumin_g_per_l").setText("42")
    form.wait(lambda: not remark(form, "albumin_g_per_l"))


def test_a_change_of_unit_keeps_the_number_and_shows_the_si_value(form: Any) -> None:
    field(form, "albumin_g_per_l").setText("4.2")
    row = form.panel.clinical._rows["albumin_g_per_l"]
    row.unit.setCurrentIndex(row.units.index("g/dL"))
    form.wait(lambda: "=" in remark(form, "albumin_g_per_l"))
    assert remark(form, "albumin_g_per_l") == "4.2 g/dL = 42 g/L"
    assert field(form, "albumin_g_per_l").text == "4.2"
    assert "hardly possible" not in form.missing


def test_scores_are_shown_live_with_what_they_predict(form: Any) -> None:
    field(form, "albumin_g_per_l").setText("42")
    field(form, "bilirubin_umol_per_l").setText("10")
    form.wait(lambda: form.ui.scoresLabel.text)
    assert form.ui.scoresLabel.text == "ALBI -2.91 (grade 1): predicts survival, not response."


def test_blank_is_blank_and_a_blank_optional_value_is_told_in_the_result(
    form: Any, patient: Case
) -> None:
    image, segmentation = form.load_patient(patient)
    form.choose_image(image)
    form.tick_phase()
    form.choose_lesion(segmentation)
    form.answer_context()
    field(form, "albumin_g_per_l").setText("42")
    field(form, "bilirubin_umol_per_l").setText("10")
    form.wait(lambda: form.panel.desk.lesions and form.missing == "")
    prediction = form.score()
    assert dict(prediction.clinical) == {"albumin_g_per_l": 42.0, "bilirubin_umol_per_l": 10.0}
    assert "age is missing" in form.ui.warningsLabel.text
    assert form.ui.bannerLabel.text == ""
    field(form, "albumin_g_per_l").setText("30")
    form.wait(lambda: form.panel.book.isOutOfDate)
    field(form, "albumin_g_per_l").setText("42")
    form.wait(lambda: not form.panel.book.isOutOfDate)


def test_a_form_written_and_read_again_is_the_same(form: Any, tmp_path: Path) -> None:
    field(form, "albumin_g_per_l").setText("4.2")
    row = form.panel.clinical._rows["albumin_g_per_l"]
    row.unit.setCurrentIndex(row.units.index("g/dL"))
    sex = field(form, "sex")
    sex.setCurrentIndex(sex.findText("F"))
    path = tmp_path / "clinical.json"
    form.panel.clinical.saveJson(path)
    assert json.loads(path.read_text()) == {
        "albumin_g_per_l": {"value": 4.2, "unit": "g/dL"},
        "sex": "F",
    }
    before = form.panel.desk.form()
    form.ui.newCaseButton.click()
    form.panel.clinical.loadJson(path)
    assert form.panel.desk.form() == before
    assert row.edit.text == "4.2"


def test_the_row_of_the_case_fills_the_form(form: Any, tmp_path: Path) -> None:
    table = tmp_path / "patients.csv"
    table.write_text("case_id,albumin_g_per_l,sex\nP1,38,M\nP2,41,F\n")
    form.panel.clinical.loadTable(table)
    assert "must hold one row with case_id case, got 0; type the" in form.ui.savedNoteLabel.text
    form.ui.caseIdEdit.setText("P2")
    form.panel.clinical.loadTable(table)
    assert form.panel.desk.texts() == {"albumin_g_per_l": "41", "sex": "F"}
    assert field(form, "albumin_g_per_l").text == "41"


TABLES = [
    # As a spreadsheet saves it where commas are decimals; the id with blanks around it.
    (b"case_id;albumin_g_per_l\n P2 ;38,5\n", {"albumin_g_per_l": "38.5"}, "decimal comma"),
    ("case_id,sex,note\nP2,F,M\xfcller\n".encode("cp1252"), {"sex": "F"}, "Windows-1252"),
    (b"case_id,sex\nP2,NA\n", {}, "holds blanks alone; the form is blank"),
]
REFUSED_TABLES = [
    (b"case_id,albumin_g_per_l,sex\nP2,38\n", "must have 3 cells in each row, got 2 in line 2"),
    (b"case_id,sex\nP2,M\nP2,F\n", "must hold one row with case_id P2, got 2"),
    (b"id,sex\nP2,M\n", "must have one column case_id, got id, sex"),
    (b"", "must have one column case_id, got no columns"),
    (b"case_id,sex,sex\nP2,M,F\n", "must name each column once, got sex twice"),
    (b"case_id,unknown\nP2,4\n", "holds no value that this model uses"),
    (b"case_id,sex\nP2,\0\0\n", "can't be read"),
]


def test_a_table_is_read_as_it_was_saved_or_refused_and_then_changes_nothing(
    form: Any, tmp_path: Path
) -> None:
    path = tmp_path / "patients.csv"
    form.ui.caseIdEdit.setText(" P2 ")
    for content, texts, remark in TABLES:
        path.write_bytes(content)
        form.panel.clinical.loadTable(path)
        assert form.panel.desk.texts() == texts
        assert remark in form.ui.savedNoteLabel.text
    field(form, "albumin_g_per_l").setText("44")
    for content, words in REFUSED_TABLES:
        path.write_bytes(content)
        form.panel.clinical.loadTable(path)
        assert words in form.ui.savedNoteLabel.text
        assert form.panel.desk.texts() == {"albumin_g_per_l": "44"}
    form.ui.caseIdEdit.setText("")
    path.write_bytes(b"case_id,albumin_g_per_l\ncase,39\n")
    form.panel.clinical.loadTable(path)
    assert form.panel.desk.texts() == {"albumin_g_per_l": "39"}


def test_words_beside_the_form_are_a_radiologist_s(form: Any, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        for load in (form.panel.clinical.loadTable, form.panel.clinical.loadJson):
            load(path)
            note = form.ui.savedNoteLabel.text
            assert note.startswith(f"{path.name} can't be read: must be")
            assert "Errno" not in note
            assert note.count(path.name) == 1
    field(form, "albumin_g_per_l").setText("<38")
    form.wait(lambda: remark(form, "albumin_g_per_l"))
    assert remark(form, "albumin_g_per_l").endswith("write the number alone, or leave it blank")
    form.ui.caseIdEdit.setText("M\xfcller Anna")
    assert "got 'M\xfcller Anna'; use a study number" in form.ui.caseProblemLabel.text


@pytest.mark.parametrize("content", ["{broken", "[1]", '{"nosuch": 4}'])
def test_a_file_that_does_not_fit_is_told_in_the_section(
    form: Any, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "clinical.json"
    path.write_text(content)
    form.panel.clinical.loadJson(path)
    note = form.ui.savedNoteLabel.text
    assert "can't be read" in note or "Not used by this model: nosuch" in note


def test_what_was_said_of_a_file_of_the_last_case_goes_with_it(form: Any, tmp_path: Path) -> None:
    (tmp_path / "Meier_Anna.csv").write_text("a,b\n")
    form.panel.clinical.loadTable(tmp_path / "Meier_Anna.csv")
    assert "Meier" in form.ui.savedNoteLabel.text
    form.ui.newCaseButton.click()
    assert "Meier" not in form.ui.savedNoteLabel.text
    assert form.ui.savedNoteLabel.text
