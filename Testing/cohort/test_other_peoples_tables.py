"""Tables with what pandas, R, pyradiomics and Excel add to them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.reading import CohortTable, read_cohort
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions

HEADER = ["case_id", "role", "response", "age_years"]
ROWS = [["P1", "training", "PR", 63], ["P2", "", "SD", 64]]


def text(folder: Path, content: str) -> CohortTable:
    path = folder / "c.csv"
    path.write_text(content, encoding="utf-8")
    return read_cohort(path)


def sheet(folder: Path, make: Callable[[Any, Any], object]) -> CohortTable:
    book = openpyxl.Workbook()
    make(book, book.worksheets[0])
    book.save(folder / "c.xlsx")
    return read_cohort(folder / "c.xlsx")


def fill(page: Any, rows: list[list[Any]]) -> Any:
    for row in rows:
        page.append(row)
    return page


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
@pytest.mark.parametrize("first", [0, 1])
def test_numbers_of_rows_are_not_read_and_told(name: str, first: int, tmp_path: Path) -> None:
    lines = [f"{n},P{n},,PR,63" for n in range(first, first + 3)]
    table = text(tmp_path, "\n".join([f"{name},{','.join(HEADER)}", *lines]) + "\n")
    assert table.problems == ()
    assert [p.case_id for p in table.patients] == [f"P{n}" for n in range(first, first + 3)]
    (remark,) = table.remarks
    assert "numbers the rows" in remark


def test_an_empty_column_without_a_name_is_none(tmp_path: Path) -> None:
    assert text(tmp_path, "case_id,role,response,age_years,\nP1,,PR,63,\nP2,,,64,\n").problems == ()


@pytest.mark.parametrize("cells", [("Meier", "Schmidt"), ("0", "2"), ("1", "0"), ("63", "64")])
def test_another_column_without_a_name_is_refused(cells: tuple[str, str], tmp_path: Path) -> None:
    content = f",case_id,role,response,age_years\n{cells[0]},P1,,,63\n{cells[1]},P2,,,64\n"
    (problem,) = text(tmp_path, content).problems
    assert (problem.row, problem.column) == (1, "column 1")
    assert "name" in problem.rule
    assert "Meier" not in str(problem)


@pytest.mark.parametrize("cells", [("0.2", "0.4"), ("1", "0"), ("Meier", "Schmidt")])
def test_a_column_without_a_name_is_no_model(cells: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f",case_id,outcome,model\n{cells[0]},P1,1,.3\n{cells[1]},P2,0,.4\n")
    with pytest.raises(InputError, match="column 1: must have a name"):
        read_predictions(path, TableOptions())


def test_predictions_with_numbered_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = [f"{n},P{n},{n % 2},0.{n + 1}" for n in range(6)]
    path.write_text("\n".join([",case_id,outcome,model", *rows]) + "\n")
    study = read_predictions(path, TableOptions())
    assert [m.name for m in study.models] == ["model"]


def test_what_pyradiomics_adds_is_passed_over_and_told(tmp_path: Path) -> None:
    table = text(
        tmp_path,
        "case_id,role,response,Image,Mask,Label,Label_channel,general_info_Version,"
        "diagnostics_Versions_Numpy,original_shape_VoxelVolume\nP1,,PR,a,b,1,0,2.2,1.26,12.5\n",
    )
    assert table.problems == ()
    assert table.patients[0].features == {"original_shape_VoxelVolume": 12.5}
    assert "Image, Mask and 4 more" in table.remarks[0]


@pytest.mark.parametrize("name", ["Patient", "patient_id", "PatientID", "ID", "Case_ID", "case"])
def test_an_id_under_another_name_is_answered_with_ours(name: str, tmp_path: Path) -> None:
    problems = text(tmp_path, f"{name},role,response,age_years\nP1,,PR,63\n").problems
    (problem,) = [p for p in problems if p.column == name]
    assert "case_id" in problem.remedy


@pytest.mark.parametrize(
    "content",
    [
        "My patients\ncase_id,role,response,age_years\nP1,,PR,63\n",
        "# written by R\ncase_id,role,response,age_years\nP1,,PR,63\n",
        'case_id,role,response,age_years\n"1",P1,,PR,63\n"2",P2,,PR,64\n',
    ],
    ids=["a title", "a comment", "names of rows"],
)
def test_a_first_line_that_names_too_few_is_said_to_be_the_trouble(
    content: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="first line must name every column") as caught:
        text(tmp_path, content)
    assert "row.names=FALSE" in caught.value.remedy


# --- Excel ------------------------------------------------------------------------------------


def test_rows_above_and_a_column_beside_a_table_may_be_empty(tmp_path: Path) -> None:
    rows = [[], [], [None, *HEADER], *[[None, *row] for row in ROWS]]
    table = sheet(tmp_path, lambda _, page: fill(page, rows))
    assert table.problems == ()
    assert [p.row for p in table.patients] == [4, 5]


def test_merged_cells_are_refused_by_their_place(tmp_path: Path) -> None:
    """Their value stands in the first alone; the others would be blanks."""
    with pytest.raises(InputError, match=r"B2:B3.*fill each"):
        sheet(tmp_path, lambda _, page: fill(page, [HEADER, *ROWS]).merge_cells("B2:B3"))


def test_a_title_above_the_header_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="first line must name every column"):
        sheet(tmp_path, lambda _, page: fill(page, [["My patients"], HEADER, *ROWS]))


def test_a_hidden_row_or_column_is_read_and_told(tmp_path: Path) -> None:
    def make(_: Any, page: Any) -> None:
        fill(page, [HEADER, *ROWS])
        page.row_dimensions[3].hidden = True
        page.column_dimensions["D"].hidden = True

    table = sheet(tmp_path, make)
    assert len(table.patients) == 2
    (remark,) = table.remarks
    assert "row 3" in remark
    assert "column D" in remark


def test_the_first_sheet_that_is_seen_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    def make(book: Any, page: Any) -> None:
        fill(page, [HEADER, ["OLD", "", "PR", 60]])
        page.sheet_state = "hidden"
        fill(book.create_sheet("Data"), [HEADER, *ROWS])
        fill(book.create_sheet("Older"), [HEADER, ["P9", "", "PR", 60]])

    table = sheet(tmp_path, make)
    assert [p.case_id for p in table.patients] == ["P1", "P2"]
    assert table.remarks == ("its sheet Data is read, and not Sheet, Older",)


def test_cells_that_show_an_error_are_blanks_and_told(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["P1", "", "PR", "#REF!"],
        ["P2", "", "SD", "#DIV/0!"],
        ["P3", "", "SD", "#REF!"],
    ]
    table = sheet(tmp_path, lambda _, page: fill(page, rows))
    assert [dict(p.clinical.values) for p in table.patients] == [{}, {}, {}]
    assert table.remarks == ("#DIV/0!, #REF! is taken for a blank in 3 cells",)


def test_empty_sheets_are_not_worth_a_word(tmp_path: Path) -> None:
    def make(book: Any, page: Any) -> None:
        fill(page, [HEADER, *ROWS])
        book.create_sheet("Sheet2")

    assert sheet(tmp_path, make).remarks == ()


def test_a_table_on_another_sheet_is_looked_for_by_the_user(tmp_path: Path) -> None:
    def make(book: Any, page: Any) -> None:
        fill(page, [["About this file"]])
        fill(book.create_sheet("Data"), [HEADER, *ROWS])

    with pytest.raises(InputError, match=r"at least one patient, got none on sheet Sheet.*first"):
        sheet(tmp_path, make)
