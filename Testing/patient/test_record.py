"""The gate of clinical values: units, ranges, words, and every problem at once."""

import json
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.patient.record import read_record


def test_values_come_in_storage_units_and_blanks_are_absent() -> None:
    record = read_record(
        {
            "age_years": 63,
            "sex": "female",
            "hbsag": "Positive",
            "cirrhosis": "yes",
            "albumin_g_per_l": {"value": 4.2, "unit": "g/dL"},
            "bilirubin_umol_per_l": {"value": 1.0, "unit": "mg/dL"},
            "tumor_size_cm": {"value": 54, "unit": "mm"},
            "tumor_number": 3.0,
            "afp_ng_per_ml": None,
        }
    )
    assert record.values == {
        "age_years": 63.0,
        "sex": "F",
        "hbsag": "positive",
        "cirrhosis": True,
        "albumin_g_per_l": 42.0,
        "bilirubin_umol_per_l": pytest.approx(17.1),
        "tumor_size_cm": pytest.approx(5.4),
        "tumor_number": 3,
    }


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"albumin_g_per_l": 4.2}, r'in g/L, got 4\.2 g/L; if it is g/dL, write \{"value": 4\.2'),
        ({"bilirubin_umol_per_l": 1.1}, "if it is mg/dL"),
        ({"tumor_size_cm": 54}, "if it is mm"),
        ({"hemoglobin_g_per_l": 13}, "if it is g/dL"),
        ({"creatinine_mg_per_dl": 88}, "if it is umol/L"),
        ({"age_years": 12}, "18 to 110 years, got 12 years"),
        ({"age_years": "63"}, "age_years must be a number"),
        ({"age_years": True}, "age_years must be a number"),
        ({"age_years": float("nan")}, "age_years must be a number"),
        ({"age_years": {"value": 63}}, "age_years must be a number"),
        ({"tumor_number": 2.5}, "whole number"),
        ({"albumin_g_per_l": {"value": 0.6, "unit": "mmol/L"}}, "one of g/L, g/dL, got 'mmol/L'"),
        ({"afp_ng_per_ml": {"value": 5, "unit": "IU/mL"}}, "one of ng/mL, ug/L"),
        ({"sex": "x"}, "sex must be one of M, F"),
        ({"cirrhosis": 1}, "cirrhosis must be true or false"),
        ({"albumin": 40}, "did you mean albumin_g_per_l?"),
        ({"qqqqq": 40}, "see the clinical schema"),
        ({"haic_cycles": 3}, "no input of a pre-treatment model"),
        ({"nlr": 9, "neutrophils_1e9_per_l": 4, "lymphocytes_1e9_per_l": 2}, "nlr must be"),
        ({"child_pugh_class": "A", "child_pugh_points": 8}, "class A has 5 to 6 points, got 8"),
    ],
)
def test_a_wrong_value_is_refused_with_rule_value_and_remedy(
    values: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_record(values)
    assert str(caught.value).startswith("--clinical: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("in_table", "says"), [(True, "yes or no"), (False, "true or false")])
def test_yes_and_no_are_called_as_they_are_written(in_table: bool, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_record({"cirrhosis": "perhaps"}, in_table=in_table)
    assert f"cirrhosis must be {says}" in str(caught.value)
    assert str(caught.value).count(says) == 1


def test_all_problems_are_told_in_one_line() -> None:
    with pytest.raises(InputError) as caught:
        read_record({"age_years": 250, "sex": "x", "albmin": 3})
    message = str(caught.value)
    assert message.count("; also ") == 2
    assert all(word in message for word in ("age_years", "sex", "albmin"))


def test_values_that_agree_are_no_contradiction() -> None:
    record = read_record(
        {
            "nlr": 2.1,
            "neutrophils_1e9_per_l": 4.1,
            "lymphocytes_1e9_per_l": 2.0,
            "child_pugh_class": "b",
            "child_pugh_points": 7,
        }
    )
    assert record.values["child_pugh_class"] == "B"


def test_post_treatment_variables_are_read_for_other_uses() -> None:
    record = read_record({"haic_cycles": 3}, for_pre_treatment_model=False)
    assert record.values == {"haic_cycles": 3}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"age_years": 63,\n "sex": }', "at line 2, column 9"),
        ("[1]", "one JSON object, got list"),
        ('{"age_years": 63, "age_years": 64}', "once, got 'age_years' twice"),
        ('{"age_years": NaN}', "must hold finite numbers"),
        ("", "must be JSON"),
    ],
    ids=["broken", "list", "twice", "NaN", "empty"],
)
def test_a_broken_file_is_refused_where_it_breaks(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(content)
    with pytest.raises(InputError, match=says) as caught:
        read_record(tmp_path / "p.json")
    assert str(caught.value).startswith("--clinical p.json: ")


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="readable file"):
        read_record(tmp_path / "none.json")
    (tmp_path / "p.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_record(tmp_path / "p.json")


def test_a_file_gives_what_its_mapping_gives(tmp_path: Path) -> None:
    values = {"age_years": 63, "ascites": "none", "ecog": 1, "encephalopathy": "II"}
    (tmp_path / "p.json").write_text(json.dumps(values), encoding="utf-8-sig")
    record = read_record(tmp_path / "p.json")
    assert record == read_record(values)
    assert record.values["ecog"] == "1"
    assert record.values["encephalopathy"] == "2"
