"""A form as a person types it: units, blanks, slips."""

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.patient.form import FieldCheck, check_form, form_record

ALBUMIN = "albumin_g_per_l"


def field(text: str, unit: str = "") -> dict[str, str]:
    return {"text": text, "unit": unit}


@pytest.mark.parametrize(
    ("text", "unit", "stored", "stated"),
    [
        ("42", "g/L", 42.0, ""),
        ("4.2", "g/dL", 42.0, "4.2 g/dL = 42 g/L"),
        (" 4.2 ", "g/dL", 42.0, "4.2 g/dL = 42 g/L"),
    ],
)
def test_the_typed_number_is_kept_and_read_in_its_unit(
    text: str, unit: str, stored: float, stated: str
) -> None:
    form = {ALBUMIN: field(text, unit)}
    assert form_record(form).values[ALBUMIN] == pytest.approx(stored)
    checked = check_form(form).fields[ALBUMIN]
    assert checked == FieldCheck(problem=None, stated=stated)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_blank_is_absent_and_never_a_number(text: str) -> None:
    assert not form_record({ALBUMIN: field(text, "g/L")}).values
    assert check_form({ALBUMIN: field(text, "g/L")}).fields[ALBUMIN].problem is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4.2", "4.2 is hardly possible in g/L; if it is g/dL, choose that unit"),
        ("4,2", "write a decimal point"),
        ("about 40", "must be a number"),
        ("nan", "must be a number"),
        ("1e9", "must lie in"),
    ],
)
def test_what_can_not_be_is_said_beside_the_field(text: str, words: str) -> None:
    problem = check_form({ALBUMIN: field(text, "g/L")}).fields[ALBUMIN].problem
    assert problem is not None
    assert words in problem
    with pytest.raises(InputError):
        form_record({ALBUMIN: field(text, "g/L")})


def test_scores_are_shown_with_what_they_predict() -> None:
    form = {ALBUMIN: field("42", "g/L"), "bilirubin_umol_per_l": field("10", "umol/L")}
    checked = check_form(form)
    (albi,) = checked.scores
    # 0.66 x log10(10) - 0.085 x 42 = -2.91: grade 1.
    assert albi.value == pytest.approx(-2.91)
    assert albi.grade == "1"
    assert checked.scores_note == "predicts survival, not response"


def test_fields_that_are_right_each_may_contradict_each_other() -> None:
    form = {"child_pugh_class": field("A"), "child_pugh_points": field("9")}
    checked = check_form(form)
    assert all(f.problem is None for f in checked.fields.values())
    assert checked.problem is not None
    assert "Child-Pugh class A has 5 to 6 points" in checked.problem
    assert checked.scores == ()
