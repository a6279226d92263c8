"""Excel tables: every kind of cell as text, and nothing else."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.spreadsheet import read_sheet, sheet_records


def workbook(path: Path) -> Path:
    """Two sheets; a formula's stored value is what another program would have left."""
    book = Workbook()
    data = book.active
    assert data is not None
    data.title = "data"
    for row in (
        ["case_id", "age ", None, "known"],
        ["P1", 4.6, None, True],
        [],
        ["two", 63.0, date(2026, 3, 1), "#DIV/0!", *[None] * 22, 7],
    ):
        data.append(row)
    book.create_sheet("notes").append([1])
    book.save(path)
    return path


def test_cells_of_every_kind_are_read_as_they_stand(tmp_path: Path) -> None:
    rows = read_sheet(workbook(tmp_path / "t.xlsx"), "t.xlsx")
    assert rows[0] == ["case_id", "age", "", "known"]
    assert rows[1] == ["P1", "4.6", "", "true"]
    assert rows[3][:4] == ["two", "63", "2026-03-01", ""]
    assert (len(rows[3]), rows[3][26]) == (27, "7")


def test_records_skip_blank_rows_and_fill_gaps(tmp_path: Path) -> None:
    header, records = sheet_records(read_sheet(workbook(tmp_path / "t.xlsx"), "t.xlsx"))
    assert header == ["case_id", "age", "", "known"]
    assert [r["case_id"] for r in records] == ["P1", "two"]
    assert (records[0][""], records[1]["known"]) == ("", "")


def test_another_sheet_is_read_by_name(tmp_path: Path) -> None:
    assert read_sheet(workbook(tmp_path / "t.xlsx"), "t.xlsx", "notes") == [["1"]]


def test_a_missing_sheet_is_named_with_those_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sheet 'glossary', got data, notes"):
        read_sheet(workbook(tmp_path / "t.xlsx"), "t.xlsx", "glossary")


@pytest.mark.parametrize("content", [b"", b"case_id,role\n", b"PK\x03\x04 cut off"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="must be an Excel workbook"):
        read_sheet(path, "t.xlsx")


def test_a_workbook_without_its_sheet_is_refused(tmp_path: Path) -> None:
    whole, cut = workbook(tmp_path / "whole.xlsx"), tmp_path / "cut.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(cut, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:200] if name.endswith("sheet1.xml") else content)
    with pytest.raises(InputError, match="must be an Excel workbook"):
        read_sheet(cut, "cut.xlsx")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_sheet(tmp_path / "t.xlsx", "t.xlsx")


def workbook_with(path: Path, formula: str, value: str) -> Path:
    """A workbook whose cell B2 holds a formula with a stored result, or without one."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["case_id", "age_years"])
    book.active.append(["C1", formula])
    book.save(path)
    if value:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        parts[sheet] = parts[sheet].replace(b"<v />", f"<v>{value}</v>".encode())
        parts[sheet] = parts[sheet].replace(b"<v></v>", f"<v>{value}</v>".encode())
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    return path


def test_a_formula_whose_result_was_never_stored_is_told_by_its_cell(tmp_path: Path) -> None:
    stored = workbook_with(tmp_path / "stored.xlsx", "=60+6", "66")
    assert read_sheet(stored, "table")[1] == ["C1", "66"]
    absent = workbook_with(tmp_path / "absent.xlsx", "=60+6", "")
    with pytest.raises(InputError, match=r"table: cell B2 must hold a value, got a formula"):
        read_sheet(absent, "table")
