"""Derived scores: worked by hand, at their edges, and as the papers' medians give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.patient.scores import (
    SCORES,
    albi,
    albi_grade,
    child_pugh_class,
    child_pugh_points,
    derived_scores,
    mhap_ii_points,
    missing_for,
)

WHOLE = {
    "albumin_g_per_l": 40.0,
    "bilirubin_umol_per_l": 10.0,
    "inr": 1.0,
    "ascites": "none",
    "encephalopathy": "0",
    "afp_ng_per_ml": 20.0,
    "tumor_size_cm": 5.0,
    "tumor_number": 2,
    "neutrophils_1e9_per_l": 4.0,
    "lymphocytes_1e9_per_l": 1.6,
    "platelets_1e9_per_l": 160.0,
}


def scores(**changes: object) -> dict[str, object]:
    return {s.name: s for s in derived_scores(ClinicalRecord(values=WHOLE | changes))}


def test_albi_is_the_one_worked_by_hand() -> None:
    # 0.66 x log10(10) - 0.085 x 40 = 0.66 - 3.4
    assert albi(40, 10) == pytest.approx(-2.74)
    # 0.66 x 2 - 0.085 x 20
    assert albi(20, 100) == pytest.approx(-0.38)


@pytest.mark.parametrize(
    ("score", "grade"),
    [(-2.61, "1"), (-2.60, "1"), (-2.59, "2"), (-1.39, "2"), (-1.38, "3")],
)
def test_albi_grades_include_their_upper_edge(score: float, grade: str) -> None:
    assert albi_grade(score) == grade


@given(albumin=st.floats(10, 69), bilirubin=st.floats(1, 900), more=st.floats(0.1, 50))
def test_albi_rises_with_bilirubin_and_falls_with_albumin(
    albumin: float, bilirubin: float, more: float
) -> None:
    assert albi(albumin, bilirubin + more) > albi(albumin, bilirubin)
    assert albi(albumin + more, bilirubin) < albi(albumin, bilirubin)


NORMAL = {"albumin": 40.0, "bilirubin": 10.0, "inr": 1.0, "ascites": "none", "encephalopathy": "0"}


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 5),
        ({"bilirubin": 33.9}, 5),
        ({"bilirubin": 34.0}, 6),
        ({"bilirubin": 50.0}, 6),
        ({"bilirubin": 50.1}, 7),
        ({"albumin": 35.1}, 5),
        ({"albumin": 35.0}, 6),
        ({"albumin": 28.0}, 6),
        ({"albumin": 27.9}, 7),
        ({"inr": 1.69}, 5),
        ({"inr": 1.7}, 6),
        ({"inr": 2.3}, 6),
        ({"inr": 2.31}, 7),
        ({"ascites": "mild"}, 6),
        ({"ascites": "moderate_severe"}, 7),
        ({"encephalopathy": "1"}, 6),
        ({"encephalopathy": "2"}, 6),
        ({"encephalopathy": "3"}, 7),
    ],
)
def test_child_pugh_points_change_at_the_table_s_edges(
    change: dict[str, object], points: int
) -> None:
    assert child_pugh_points(**NORMAL | change) == points  # type: ignore[arg-type]


def test_child_pugh_classes_cover_all_points() -> None:
    letters = [child_pugh_class(points) for points in range(5, 16)]
    assert "".join(letters) == "AABBBCCCCCC"


def test_plr_of_the_medians_of_quan_2024_is_the_papers_122() -> None:
    plr = scores(platelets_1e9_per_l=134.0, lymphocytes_1e9_per_l=1.1)["PLR"]
    assert round(plr.value) == 122


@pytest.mark.parametrize(
    ("changes", "points", "grade"),
    [
        ({}, 0, "A"),
        ({"albumin_g_per_l": 35.9}, 1, "B"),
        ({"albumin_g_per_l": 36.0}, 0, "A"),
        ({"bilirubin_umol_per_l": 17.1, "afp_ng_per_ml": 401.0}, 2, "C"),
        ({"bilirubin_umol_per_l": 17.0, "afp_ng_per_ml": 400.0, "tumor_size_cm": 7.0}, 0, "A"),
        ({"albumin_g_per_l": 30.0, "afp_ng_per_ml": 500.0, "tumor_size_cm": 7.1}, 3, "D"),
    ],
)
def test_hap_counts_what_lies_beyond_its_cut_offs(
    changes: dict[str, float], points: int, grade: str
) -> None:
    hap = scores(**changes)["HAP"]
    assert (hap.value, hap.grade) == (points, grade)


def test_mhap_ii_adds_number_and_takes_the_other_bilirubin_cut_off() -> None:
    assert scores()["mHAP-II"].value == 1
    assert scores(tumor_number=1)["mHAP-II"].value == 0
    values = WHOLE | {"bilirubin_umol_per_l": 16.0}
    assert mhap_ii_points(values) == 1
    assert mhap_ii_points(values, bilirubin_umol_per_l=15.4) == 2


@pytest.mark.parametrize(
    ("name", "size", "number", "grade"),
    [
        ("up-to-seven", 5.0, 2, "within"),
        ("up-to-seven", 5.1, 2, "beyond"),
        ("six-and-twelve", 4.0, 2, "<= 6"),
        ("six-and-twelve", 4.5, 2, "> 6 to 12"),
        ("six-and-twelve", 10.0, 2, "> 6 to 12"),
        ("six-and-twelve", 10.1, 2, "> 12"),
        ("tumor burden score", 3.0, 1, "low"),
        ("tumor burden score", 3.3, 1, "medium"),
        ("tumor burden score", 14.0, 1, "high"),
    ],
)
def test_size_and_number_scores_change_at_their_edges(
    name: str, size: float, number: int, grade: str
) -> None:
    assert scores(tumor_size_cm=size, tumor_number=number)[name].grade == grade


def test_ez_albi_and_albi_tae_worked_by_hand() -> None:
    # 17.1 umol/L is 1 mg/dL: 1 - 9 x 4 g/dL.
    assert scores(bilirubin_umol_per_l=17.1)["EZ-ALBI"].value == pytest.approx(-35.0)
    # ALBI of 30 g/L and 20 umol/L: .66 x 1.301 - 2.55 = -1.69, grade 2; AFP; 10 + 2 > 11.
    tae = scores(
        albumin_g_per_l=30.0, bilirubin_umol_per_l=20.0, afp_ng_per_ml=201.0, tumor_size_cm=10.0
    )["ALBI-TAE"]
    assert (tae.value, tae.grade) == (3, "D")


def test_a_score_without_its_inputs_is_left_out_and_says_what_it_lacks() -> None:
    record = ClinicalRecord(values={"albumin_g_per_l": 40.0})
    assert derived_scores(record) == ()
    assert missing_for("ALBI", record) == ("bilirubin_umol_per_l",)
    with pytest.raises(KeyError):
        missing_for("pre-TACE-Predict", record)


def test_every_score_says_that_it_predicts_survival() -> None:
    derived = derived_scores(ClinicalRecord(values=WHOLE))
    assert {s.name for s in derived} == set(SCORES)
    assert {s.note for s in derived} == {"predicts survival, not response"}
    assert all(s.source for s in derived)
