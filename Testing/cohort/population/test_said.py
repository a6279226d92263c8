"""Columns that say of dates, treatment and stage the same thing twice, or each a part of it."""

from pathlib import Path

import pytest

from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.patient.context import BclcStage, CaseContext, Treatment


def table(folder: Path, **cells: str) -> Path:
    """One patient with these cells."""
    path = folder / "c.csv"
    header, row = ["case_id", "role", "response", "age_years", *cells], ["P1", "", "PR", "63"]
    path.write_text(f"{','.join(header)}\n{','.join([*row, *cells.values()])}\n", encoding="utf-8")
    return path


def test_clinical_columns_and_days_fill_the_gaps_of_the_context(tmp_path: Path) -> None:
    (patient,) = usable_cohort(
        table(
            tmp_path,
            treatment="HAIC high dose",
            bclc="D",
            earlier_treatment="yes",
            image_to_treatment_days="12",
        )
    )
    assert patient.context == CaseContext(
        planned_treatment=Treatment.HAIC,
        is_first_treatment=False,
        bclc_stage=BclcStage.D,
        image_to_treatment_days=12,
    )


def test_a_table_without_any_of_them_asked_nobody(tmp_path: Path) -> None:
    (patient,) = usable_cohort(table(tmp_path, sex="male"))
    assert patient.context is None


@pytest.mark.parametrize(
    ("cells", "column", "got"),
    [
        ({"planned_treatment": "cTACE", "treatment": "DEB"}, "planned_treatment", "cTACE beside"),
        ({"is_first_treatment": "yes", "earlier_treatment": "yes"}, "is_first_treatment", "yes b"),
        ({"bclc_stage": "B", "bclc": "C"}, "bclc_stage", "B beside C"),
    ],
)
def test_two_columns_that_contradict_each_other_are_a_problem(
    cells: dict[str, str], column: str, got: str, tmp_path: Path
) -> None:
    (problem,) = read_cohort(table(tmp_path, **cells)).problems
    assert problem.column == column
    assert problem.got.startswith(got)


@pytest.mark.parametrize(
    "cells",
    [
        {"image_to_treatment_days": "-30"},
        {"image_date": "2026-04-30", "treatment_date": "2026-03-31"},
    ],
    ids=["days", "dates"],
)
def test_an_image_from_after_treatment_is_a_problem_however_it_is_said(
    cells: dict[str, str], tmp_path: Path
) -> None:
    (problem,) = read_cohort(table(tmp_path, **cells)).problems
    assert "the model reads images taken before" in problem.rule


def test_days_that_contradict_the_dates_are_a_problem(tmp_path: Path) -> None:
    cells = {"image_date": "2026-03-01", "treatment_date": "2026-03-31"}
    assert not read_cohort(table(tmp_path, **cells, image_to_treatment_days="30")).problems
    (problem,) = read_cohort(table(tmp_path, **cells, image_to_treatment_days="3")).problems
    assert problem.got == "30 beside 3"
