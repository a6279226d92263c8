"""Several rows a patient: allowed and told; in one role, under one writing of one id."""

from pathlib import Path

import pytest

from TACEResponseLib.cohort.patient_rows import seeming_rows
from TACEResponseLib.cohort.reading import CohortTable, read_cohort

HEADER = "case_id,patient_id,role,response,age_years\n"


def table(tmp_path: Path, *rows: str, header: str = HEADER) -> CohortTable:
    path = tmp_path / "cohort.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read_cohort(path)


def test_rows_of_one_patient_are_allowed_and_told(tmp_path: Path) -> None:
    read = table(tmp_path, "L1,P1,training,PR,60", "L2,P1,training,SD,60", "L3,,training,PR,70")
    assert read.problems == ()
    assert [p.patient for p in read.patients] == ["P1", "P1", "L3"]
    (remark,) = read.remarks
    assert remark.startswith("3 rows of 2 patients, of whom 1 have several")


def test_a_patient_is_the_case_where_nothing_is_said(tmp_path: Path) -> None:
    read = table(tmp_path, "A,training,PR,60", header="case_id,role,response,age_years\n")
    assert read.patients[0].patient == "A"
    assert read.remarks == ()


@pytest.mark.parametrize(
    ("rows", "column", "got"),
    [
        (["L1,P1,training,PR,60", "L2,p1,training,PR,61"], "patient_id", "p1 beside P1"),
        (["P1,,training,PR,60", "L2,p1,training,PR,61"], "patient_id", "p1 beside P1"),
        (["L1,P1,training,PR,60", "L2,P1,external_test,PR,60"], "role", "'external_test', and"),
        (["P1,,training,PR,60", "L2,P1,,PR,60"], "role", "'a blank', and 'training'"),
        (["L1,Jane Doe,training,PR,60", "L2,,training,PR,61"], "patient_id", "'Jane Doe'"),
        (["L1,P1,training,PR,60", "l1,P1,training,PR,60"], "case_id", "l1 beside L1"),
    ],
    ids=["capitals", "capitals of a case id", "two roles", "a role and none", "a name", "cases"],
)
def test_what_makes_two_patients_of_one_is_refused(
    rows: list[str], column: str, got: str, tmp_path: Path
) -> None:
    problems = table(tmp_path, *rows).problems
    assert [(p.column, got in p.got) for p in problems] == [(column, True)]


def test_lesions_of_one_patient_share_the_image_and_other_patients_do_not(tmp_path: Path) -> None:
    for name in ("ct", "one", "two"):
        (tmp_path / f"{name}.nii.gz").write_text(name)
    header = "case_id,patient_id,role,response,ct_arterial,roi\n"
    shared = ("L1,P1,,PR,ct.nii.gz,one.nii.gz", "L2,P1,,SD,ct.nii.gz,two.nii.gz")
    assert table(tmp_path, *shared, header=header).problems == ()
    apart = (shared[0], shared[1].replace("P1", "P2"))
    (problem,) = table(tmp_path, *apart, header=header).problems
    assert problem.column == "ct_arterial"
    assert "or give both rows one patient_id" in problem.remedy


@pytest.mark.parametrize(
    ("ids", "is_told"),
    [
        ([f"P{p:02d}-{n}" for p in range(8) for n in (1, 2)], True),
        ([f"P{p:02d}_lesion_{n}" for p in range(8) for n in "ab"], True),
        ([f"HCC_{n:03d}" for n in range(40)], False),
        ([f"SIM-5-{n}" for n in range(90)], False),
        ([f"C{c}-{n}" for c in range(3) for n in range(1, 9)], False),
        ([f"P{p}-{n}" for p in range(8) for n in (3, 9)], False),
    ],
    ids=["numbers", "letters", "one beginning", "a seed", "three centers", "no count"],
)
def test_ids_that_look_like_numbered_lesions_are_told(ids: list[str], is_told: bool) -> None:
    assert bool(seeming_rows(ids)) is is_told
