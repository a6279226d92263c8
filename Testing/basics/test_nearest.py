"""What was meant is told where it can be, and not where it would mislead."""

import re

import pytest

from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.cohort.columns import column_meant
from TACEResponseLib.patient.schema import load_schema


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("age", "age_years"),
        ("Age", "age_years"),
        ("albumin", "albumin_g_per_l"),
        ("albumn_g_per_l", "albumin_g_per_l"),
        ("bilirubin", "bilirubin_umol_per_l"),
        ("AFP", "afp_ng_per_ml"),
        ("hbsAg", "hbsag"),
        ("gender", None),
        ("weight", None),
        ("mass", None),
        ("ag", None),
        ("", None),
        ("x" * 500, None),
        ("\u5e74\u9f84", None),
    ],
)
def test_a_variable_is_told_by_its_name_or_not_at_all(word: str, meant: str | None) -> None:
    assert load_schema().nearest(word) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("rresponse", "response"),
        ("ct_arteria", "ct_arterial"),
        ("Case ID", "case_id"),
        ("roi label", "roi_label"),
        ("patient", "patient_id"),
        ("center", None),
        ("label", "roi_label"),
    ],
)
def test_a_column_likewise(word: str, meant: str | None) -> None:
    matches = re.findall(r"^did you mean (\w+)", column_meant(word))
    assert matches == ([meant] if meant else [])


def test_a_part_of_several_names_is_no_hint_to_one_of_them() -> None:
    assert nearest("arterial", ["ct_arterial", "mr_arterial"]) is None
    assert nearest("portal", ["ct_portal_venous", "ct_arterial"]) == "ct_portal_venous"
