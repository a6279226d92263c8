"""The clinical form shows what is scored: nothing blank that counts, nothing shown that doesn't."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.form import form_record
from Testing.module.test_cases import field, from_dicom, open_model
from Testing.module.test_clinical_section import form  # noqa: F401  # a fixture

ALBUMIN, BILIRUBIN = "albumin_g_per_l", "bilirubin_umol_per_l"
WORDS = [
    ("hypertension", "no", False),
    ("hypertension", "yes", True),
    ("hypertension", "Y", True),
    ("hypertension", 1, True),
    ("hypertension", "True", True),
    ("hypertension", False, False),
    ("sex", "female", "F"),
    ("sex", "f", "F"),
    ("sex", " Male ", "M"),
]
NAMES = {"yes": True, "no": False}


def shown(person: Any) -> dict[str, tuple[Any, str]]:
    """Value and unit of every field that isn't blank, read off the widgets."""
    fields = {}
    for name, row in person.panel.clinical._rows.items():
        text = row.edit.currentText if row.choices else row.edit.text
        if text not in ("", "unknown"):
            fields[name] = NAMES.get(text, text), row.unit.currentText if row.unit else ""
    return fields


def scored(person: Any) -> dict[str, Any]:
    """What the process reads of the form, in storage units."""
    typed = {name: asdict(one) for name, one in person.panel.desk.form().items()}
    return dict(form_record(typed).values)


def fill(person: Any, with_clinical: Path) -> None:
    open_model(person, with_clinical)
    field(person, ALBUMIN).setText("4.1")
    row = person.panel.clinical._rows[ALBUMIN]
    row.unit.setCurrentIndex(row.units.index("g/dL"))
    field(person, BILIRUBIN).setText("20")
    field(person, "sex").setCurrentIndex(field(person, "sex").findText("M"))


def there_and_back(person: Any, with_clinical: Path, _folder: Path) -> None:
    person.choose_model()
    open_model(person, with_clinical)


def listed_anew(person: Any, _with_clinical: Path, _folder: Path) -> None:
    person.panel.desk.chooseModel(replace(person.panel.desk.model))


def opened_again(person: Any, _with_clinical: Path, folder: Path) -> None:
    from TACEResponseLib.scene.mrb import save_scene

    scene = person.standins.scene
    save_scene(scene, folder / "case.mrb")
    scene.Clear(0)
    assert scene.ReadFromMRB(str(folder / "case.mrb"))
    person.wait(lambda: person.panel.clinical._rows)


@pytest.mark.parametrize("turn", [there_and_back, listed_anew, opened_again])
def test_fields_that_are_made_anew_show_what_the_case_holds(
    person: Any, with_clinical: Path, tmp_path: Path, turn: Callable[..., None]
) -> None:
    fill(person, with_clinical)
    turn(person, with_clinical, tmp_path)
    expected = {ALBUMIN: ("4.1", "g/dL"), BILIRUBIN: ("20", "umol/L"), "sex": ("M", "")}
    assert shown(person) == expected
    assert scored(person) == {ALBUMIN: 41.0, BILIRUBIN: 20.0, "sex": "M"}
    field(person, ALBUMIN).setText("")
    assert ALBUMIN not in person.panel.desk.form()


def test_a_new_case_s_form_in_another_model_s_turn_is_blank(
    person: Any, with_clinical: Path
) -> None:
    fill(person, with_clinical)
    person.choose_model()
    person.ui.newCaseButton.click()
    open_model(person, with_clinical)
    assert shown(person) == {}
    field(person, ALBUMIN).setText("38")
    assert shown(person) == {ALBUMIN: ("38", "g/L")}


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_words_of_a_file_become_the_form_s_choices(
    form: Any,  # noqa: F811
    tmp_path: Path,
    kind: str,
) -> None:
    for name, given, value in WORDS:
        if kind == "json":
            (tmp_path / "c.json").write_text(json.dumps({name: given}))
            form.panel.clinical.loadJson(tmp_path / "c.json")
        else:
            (tmp_path / "c.csv").write_text(f"case_id,{name}\ncase,{given}\n")
            form.panel.clinical.loadTable(tmp_path / "c.csv")
        assert shown(form) == {name: (value, "")}
        assert scored(form) == {name: value}
        field(form, name).setCurrentIndex(0)
        assert form.panel.desk.form() == {}


@pytest.mark.parametrize(
    ("name", "given", "text", "words"),
    [
        ("hypertension", "perhaps", "perhaps", "must be true or false"),
        ("sex", "x", "x", "must be one of M, F"),
        (ALBUMIN, [38], "[38]", "must be a number"),
        (ALBUMIN, {"g/L": 38}, '{"g/L": 38}', "must be a number"),
        (ALBUMIN, True, "true", "must be a number"),
    ],
)
def test_what_no_choice_means_is_shown_as_it_stands_and_refused(
    form: Any,  # noqa: F811
    tmp_path: Path,
    name: str,
    given: Any,
    text: str,
    words: str,
) -> None:
    (tmp_path / "c.json").write_text(json.dumps({name: given}))
    form.panel.clinical.loadJson(tmp_path / "c.json")
    assert shown(form)[name][0] == text
    row = form.panel.clinical._rows[name]
    form.wait(lambda: words in row.remark.text)
    assert words in form.missing
    if row.choices:
        row.edit.setCurrentIndex(1)
        form.wait(lambda: not row.remark.text)
        form.panel.desk.caseBegun.emit()
        assert row.edit.count == len(row.choices), "what was no choice is gone"


@pytest.mark.parametrize(("unit", "is_known"), [("g/dl", True), ("G/DL", True), ("mg/L", False)])
def test_a_unit_of_a_file_is_chosen_or_shown_and_refused(
    form: Any,  # noqa: F811
    tmp_path: Path,
    unit: str,
    is_known: bool,
) -> None:
    (tmp_path / "c.json").write_text(json.dumps({ALBUMIN: {"value": 4.2, "unit": unit}}))
    form.panel.clinical.loadJson(tmp_path / "c.json")
    assert shown(form) == {ALBUMIN: ("4.2", "g/dL" if is_known else unit)}
    row = form.panel.clinical._rows[ALBUMIN]
    form.wait(lambda: row.remark.text)
    stated = "4.2 g/dL = 42 g/L" if is_known else "must be in one of g/L, g/dL"
    assert stated in row.remark.text


@pytest.mark.parametrize("word", ["F", "female"])
@pytest.mark.parametrize("way", ["file", "scene"])
def test_sex_that_nobody_chose_by_hand_is_compared_with_dicom(
    form: Any,  # noqa: F811
    patient: Case,
    tmp_path: Path,
    word: str,
    way: str,
) -> None:
    image, _ = form.load_patient(patient)
    form.choose_image(from_dicom(form, image))
    if way == "file":
        (tmp_path / "c.json").write_text(json.dumps({"sex": word}))
        form.panel.clinical.loadJson(tmp_path / "c.json")
    else:
        kept = json.dumps({"texts": {"sex": word}, "units": {}})
        form.panel.desk.parameters.clinicalForm = kept
        form.panel.desk.use(form.panel.desk.parameters)
    assert shown(form) == {"sex": ("F", "")}
    assert "Sex female is chosen, DICOM says male" in form.missing
    form.ui.settleButton.click()
    assert "DICOM says" not in form.missing
