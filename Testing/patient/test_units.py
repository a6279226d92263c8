"""Values in another unit than a variable's: alone, as a column, and in a column's name."""

import re
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.patient.unit_slips import SLIPS
from TACEResponseLib.simulation.clinical_record import clinical_record, draw_condition
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions


def remarks_of(folder: Path, column: str, values: list[float]) -> tuple[str, ...]:
    path = folder / "c.csv"
    rows = [f"P{n},,,{value}" for n, value in enumerate(values)]
    path.write_text("\n".join([f"case_id,role,response,{column}", *rows]) + "\n")
    return read_cohort(path).remarks


# Usual values of patients before TACE, written in the unit that they are taken for.
OTHERWISE = [
    ("bilirubin_umol_per_l", [6, 7, 6.5, 8, 7.2], "mg/dL"),
    ("bilirubin_umol_per_l", [0.8, 1.1, 2.4, 3.5, 6], "mg/dL"),
    ("tumor_size_cm", [30, 45, 52, 71, 80], "mm"),
    ("tumor_size_cm", [18, 22, 35], "mm"),
    ("albumin_g_per_l", [3.4, 3.9, 4.1], "g/dL"),
    ("albumin_g_per_l", [58, 61, 55], "percent"),
    ("afp_ng_per_ml", [0.9, 1.5, 2.6], "logarithm"),
    ("afp_ng_per_ml", [1.8, 3.5, 4.6, 7.3, 10.1], "logarithm"),
    ("creatinine_mg_per_dl", [62, 75, 88], "umol/L"),
    ("creatinine_mg_per_dl", [7, 9, 10.5], "mg/L"),
    ("inr", [1.1, 85, 92, 78], "percent"),
    ("inr", [11.8, 12.4, 13.5], "seconds"),
    ("inr", [0.85, 0.92, 0.78], "fraction"),
    ("prothrombin_time_s", [75, 88, 92], "percent"),
    ("prothrombin_time_s", [1.1, 1.2, 1.3], "INR"),
    ("platelets_1e9_per_l", [95000, 140000, 210000], "1/uL"),
    ("platelets_1e9_per_l", [9.5, 14, 21], "1e4/uL"),
    ("hemoglobin_g_per_l", [12.1, 13.4, 11.5], "g/dL"),
    ("neutrophils_1e9_per_l", [55, 62, 70], "percent"),
    ("neutrophils_1e9_per_l", [3100, 4200, 2800], "1/uL"),
    ("lymphocytes_1e9_per_l", [22, 28, 31], "percent"),
    ("monocytes_1e9_per_l", [6, 8, 9], "percent"),
    ("alt_u_per_l", [0.5, 0.7, 1.2], "ukat/L"),
]


@pytest.mark.parametrize(("column", "values", "unit"), OTHERWISE)
def test_a_column_in_another_unit_is_told_with_the_reason(
    column: str, values: list[float], unit: str, tmp_path: Path
) -> None:
    (remark,) = remarks_of(tmp_path, column, values)
    assert remark.startswith(f"{column}: ")
    assert unit in remark
    assert "before TACE" in remark


def test_units_that_a_remark_offers_are_read(tmp_path: Path) -> None:
    """Whoever names the column as a remark says is told no other name for it."""
    followed = 0
    for column, values, _ in OTHERWISE:
        (remark,) = remarks_of(tmp_path, column, values)
        if named := re.search(rf"{column} \[[^]]+\]", remark):
            followed += 1
            assert named[0].partition("[")[2].rstrip("]") in load_schema().by_name[column].units
            more = remarks_of(tmp_path, named[0], values)
            assert all("name the column" not in remark for remark in more)
    assert followed > 8


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("inr", 12.5, "seconds"),
        ("inr", 0.7, "fraction"),
        ("prothrombin_time_s", 85, "percent"),
        ("platelets_1e9_per_l", 9, "1e4/uL"),
        ("lymphocytes_1e9_per_l", 25, "percent"),
        ("neutrophils_1e9_per_l", 62, "percent"),
        ("bilirubin_umol_per_l", 4, "mg/dL"),
        ("albumin_g_per_l", 60, "percent"),
        ("creatinine_mg_per_dl", 20, "umol/L"),
        ("tumor_size_cm", 32, "mm"),
    ],
)
def test_one_value_that_hardly_anybody_has_is_told(name: str, value: float, says: str) -> None:
    (warning,) = read_record({name: value}).warnings
    assert warning.code == "unit_doubtful"
    assert says in warning.message
    assert f"{value:g}" in warning.message


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("inr", 85, "percent"),
        ("platelets_1e9_per_l", 140000, "1/uL"),
        ("neutrophils_1e9_per_l", 4200, "1/uL"),
        ("inr", "x", "inr must be a number,"),
        ("tumor_number", "many", "tumor_number must be a number,"),
        ("tumor_number", 300, "must lie in 1 to 100,"),
    ],
)
def test_one_value_that_nobody_has_is_refused_in_its_words(
    name: str, value: object, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_record({name: value})
    assert says in str(caught.value)
    assert " in 1," not in str(caught.value)
    assert " 1;" not in str(caught.value)


def test_patients_of_the_simulation_are_in_no_doubt() -> None:
    import numpy as np

    for i in range(60):
        rng = np.random.default_rng([5, i])
        drawn = clinical_record(draw_condition(rng), 45.0, "TACE", rng).values
        record = read_record(dict(drawn))
        assert record.warnings == ()


NAMES = [
    ("bilirubin_mg_per_dl", "bilirubin_umol_per_l", "mg/dL"),
    ("Bilirubin (mg/dL)", "bilirubin_umol_per_l", "mg/dL"),
    ("bilirubin_mgdl", "bilirubin_umol_per_l", "mg/dL"),
    ("albumin_g_per_dl", "albumin_g_per_l", "g/dL"),
    ("albumin_g_dl", "albumin_g_per_l", "g/dL"),
    ("albumin [g/dL]", "albumin_g_per_l", "g/dL"),
    ("creatinine_umol_per_l", "creatinine_mg_per_dl", "umol/L"),
    ("Creatinine \u00b5mol/L", "creatinine_mg_per_dl", "umol/L"),
    ("hemoglobin_g_per_dl", "hemoglobin_g_per_l", "g/dL"),
    ("tumor_size_mm", "tumor_size_cm", "mm"),
    ("crp_mg_per_dl", "crp_mg_per_l", "mg/dL"),
    ("platelets_1e3_per_ul", "platelets_1e9_per_l", "1e3/uL"),
]


@pytest.mark.parametrize(("written", "name", "unit"), NAMES)
def test_a_column_with_its_unit_in_its_name_is_answered_with_that_unit(
    written: str, name: str, unit: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.csv"

    def read(column: str) -> object:
        path.write_text(f"case_id,role,response,{column}\nP1,,,50\n", encoding="utf-8")
        return read_cohort(path)

    problem = next(p for p in read(written).problems if p.column == written)  # type: ignore[attr-defined]
    assert f"{name} [{unit}]" in problem.remedy
    assert "did you mean" not in problem.remedy
    header = [p for p in read(f"{name} [{unit}]").problems if p.row == 1]  # type: ignore[attr-defined]
    assert header == []


@pytest.mark.parametrize(("written", "name", "unit"), NAMES)
def test_so_is_a_key_of_json(written: str, name: str, unit: str) -> None:
    with pytest.raises(InputError) as caught:
        read_record({written: 50})
    assert f'"{name}": {{"value": ..., "unit": "{unit}"}}' in caught.value.remedy


def test_so_is_a_column_of_predictions(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = "".join(f"P{n},{n % 2},0.{n + 1},1.{n}\n" for n in range(8))
    path.write_text("case_id,outcome,model,bilirubin_mg_per_dl\n" + rows)
    with pytest.raises(InputError, match=re.escape("bilirubin_umol_per_l [mg/dL]")):
        read_predictions(path, TableOptions())


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("albumin", "did you mean albumin_g_per_l, in g/L? for g/dL write albumin_g_per_l [g/dL]"),
        ("age", "did you mean age_years, in years?"),
        ("tumor_numbr", "did you mean tumor_number?"),
        ("albumin_mmol_per_l", "in g/L"),
    ],
)
def test_what_was_meant_is_told_with_its_unit(written: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"case_id,role,response,sex,{written}\nP1,,,M,50\n", encoding="utf-8")
    (problem,) = [p for p in read_cohort(path).problems if p.column == written]
    assert says in problem.remedy


def writings(unit: str) -> list[str]:
    """How people write a unit of the schema."""
    power = re.sub(r"^1e(\d)", r"10^\1", unit)
    small = power.replace("^3", "\u00b3").replace("^4", "\u2074").replace("^9", "\u2079")
    spellings = {
        unit.upper(),
        unit.lower(),
        f" {unit} ",
        power,
        f"x{power}",
        small,
        f"\u00d7{small}",
    }
    spellings = {text for text in spellings if unit.startswith("1e") or text[0] not in "x\u00d7"}
    return sorted({text.replace("u", micro) for text in spellings for micro in "u\u00b5\u03bc"})


UNITS = [(v.name, unit) for v in load_schema().variables if not v.is_pure for unit in v.units]


@pytest.mark.parametrize(("name", "unit"), UNITS, ids=map(" ".join, UNITS))
def test_a_unit_may_be_written_in_every_usual_way(name: str, unit: str, tmp_path: Path) -> None:
    variable = load_schema().by_name[name]
    assert [variable.unit_written(text) for text in writings(unit)] == [unit] * len(writings(unit))
    low, high = variable.range or (0, 0)
    value = round((low + high) / 2) / variable.units[unit]
    for text in writings(unit)[:2]:
        path = tmp_path / "c.csv"
        path.write_text(f"case_id,role,response,{name} [{text}]\nP1,,,{value!r}\n", "utf-8")
        (members_read,) = read_cohort(path).patients or [None]
        assert members_read is not None
        assert members_read.clinical.values[name] == pytest.approx(value * variable.units[unit])
    given = {"value": value, "unit": writings(unit)[0]}
    assert read_record({name: given}).values == members_read.clinical.values


def test_units_of_one_variable_stay_apart_in_every_writing() -> None:
    for variable in load_schema().variables:
        for unit in variable.units:
            assert variable.unit_written(unit.swapcase()) == unit
        assert variable.unit_written("furlong") is None


def test_a_unit_that_is_none_is_told_once_in_the_header(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("case_id,role,response,albumin_g_per_l [mol/L]\nP1,,,40\nP2,,,41\nP3,,,42\n")
    (problem,) = read_cohort(path).problems
    assert (problem.row, problem.column) == (1, "albumin_g_per_l [mol/L]")
    assert "must be in one of g/L, g/dL" in problem.rule


@pytest.mark.parametrize("name", SLIPS)
def test_a_patient_may_be_as_far_off_as_any_cohort_is(name: str) -> None:
    """What a single value is told for, a median is too; and a unit that is offered is read."""
    slips = SLIPS[name]
    for value in (limit for s in slips.below if (limit := s.one) is not None):
        assert slips.of_one(value) == ""
        assert slips.of_one(value * 0.99)
        assert slips.of_median(value * 0.99)
    for value in (limit for s in slips.above if (limit := s.one) is not None):
        assert slips.of_one(value) == ""
        assert slips.of_one(value * 1.01)
        assert slips.of_median(value * 1.01)
    offered = {s.meant.strip("[]") for s in (*slips.below, *slips.above) if s.meant[0] == "["}
    assert offered <= set(load_schema().by_name[name].units)
