"""Tables that are no tables: told in a line, before they fill the memory."""

import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import pytest
from openpyxl import Workbook

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading import table_bounds
from TACEResponseLib.cohort.spreadsheet import read_sheet
from TACEResponseLib.cohort.table_rows import table_rows
from TACEResponseLib.validation.study.columns import read_columns

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


@contextmanager
def frugal(most_mb: int = 200) -> Iterator[None]:
    """Few seconds of work, and little memory beyond what the process has ever held."""
    start, held = time.process_time(), getrusage(RUSAGE_SELF).ru_maxrss
    yield
    assert getrusage(RUSAGE_SELF).ru_maxrss - held < most_mb * 1024
    assert time.process_time() - start < 10


def workbook(path: Path, **cells: object) -> Path:
    """A table of two rows, and single cells by their names."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["case_id", "age_years"])
    sheet.append(["p1", 63])
    for name, value in cells.items():
        sheet[name] = value
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """A workbook with one part replaced or added."""
    with zipfile.ZipFile(workbook(path)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, old in {**parts, name: content}.items():
            archive.writestr(n, old)
    return path


TABLE = [["case_id", "age_years"], ["p1", "63"]]


def test_a_lone_blank_or_formatted_cell_at_the_far_corner_is_no_part_of_the_table(
    tmp_path: Path,
) -> None:
    path = workbook(tmp_path / "t.xlsx", XFD1048576="")
    with frugal():
        assert read_sheet(path, "t.xlsx") == TABLE
    inside = '<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"/></sheetData>'
    content = f"{SHEET}{inside}</worksheet>".encode()
    path = with_part(tmp_path / "u.xlsx", "xl/worksheets/sheet1.xml", content)
    with frugal():
        assert read_sheet(path, "u.xlsx") == []


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576"])
def test_a_value_a_million_rows_below_the_table_is_told(cell: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", **{cell: "x"})
    with (
        frugal(),
        pytest.raises(InputError, match=r"t.xlsx: must have at most 100000 rows, got more"),
    ):
        read_sheet(path, "t.xlsx")


def test_a_value_at_the_far_right_is_read_where_it_stands(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", XFD2="x")
    with frugal():
        rows = read_sheet(path, "t.xlsx")
    assert (len(rows), len(rows[1]), rows[1][16383]) == (2, 16384, "x")


def test_many_values_at_the_far_right_are_refused(tmp_path: Path) -> None:
    cells = {f"XFD{n}": 1 for n in range(1, 1000)}
    with (
        frugal(400),
        pytest.raises(InputError, match="must have at most 10000000 cells, got more"),
    ):
        read_sheet(workbook(tmp_path / "t.xlsx", **cells), "t.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "xl/sharedStrings.xml",
            b"<si/>" * 4_000_000,
            "t.xlsx, xl/sharedStrings.xml: must be at most 16 MB, got 19.1 MB",
        ),
        (
            "xl/worksheets/sheet1.xml",
            bytes(200 * 1024**2),
            "t.xlsx: must unpack to at most 2000 files and 128 MB, got [0-9]+ of 200 MB",
        ),
        (
            "xl/workbook.xml",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb">]><a>&b;</a>',
            "t.xlsx, xl/workbook.xml: must be plain XML, got a document type",
        ),
        (
            "xl/styles.xml",
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16"),
            "t.xlsx, xl/styles.xml: must be plain XML, got a document type",
        ),
        ("xl/workbook.xml", b"<a>" * 100_000, "t.xlsx: must be an Excel workbook"),
        ("xl/worksheets/sheet1.xml", b"\0\1\2", "t.xlsx: must be an Excel workbook"),
    ],
    ids=["shared texts", "bomb", "entity", "entity in two bytes", "deep", "bytes"],
)
def test_a_workbook_that_unfolds_to_too_much_is_refused(
    name: str, content: bytes, says: str, tmp_path: Path
) -> None:
    path = with_part(tmp_path / "t.xlsx", name, content)
    with frugal(), pytest.raises(InputError, match=says):
        read_sheet(path, "t.xlsx")


def test_dates_out_of_range_are_read_as_what_is_left_of_them(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = workbook(tmp_path / "t.xlsx", C1="date", C2=1e12, D1="negative", D2=-5)
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["C2"].number_format = sheet["D2"].number_format = "yyyy-mm-dd"
    book.save(path)
    assert read_sheet(path, "t.xlsx") == [
        ["case_id", "age_years", "date", "negative"],
        ["p1", "63", "", "1899-12-25"],
    ]


CSVS = {
    "columns": (b"a," * 20_000 + b"\n" + b"1," * 20_000, "must have at most 16384 columns"),
    "rows": (b"a\n" + b"1\n" * 101, "must have at most 100 rows, got more"),
    "cells": (b"a," * 50 + b"\n" + (b"1," * 50 + b"\n") * 50, "must have at most 1000 cells"),
    "nul": (b"a,b\n1,\0\n", "must be a table of text, such as CSV in UTF-8, got a binary file"),
    "field": (b"a,b\n1," + b"x" * 140_000, "must be a table of text, got field larger"),
    "line": (b"a,b\n" + b"x" * 30_000_000, "must be a table of text, got field larger"),
    "quote": (b'a,b\n"1,2\n' + b"1,2\n" * 50_000, "must be a table of text, got field larger"),
}


@pytest.mark.parametrize("name", CSVS)
def test_a_csv_that_is_no_table_is_refused_by_both_readers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small, as to write a hundred thousand rows takes longer than all else.
    monkeypatch.setattr(table_bounds, "MOST_ROWS", 100)
    monkeypatch.setattr(table_bounds, "MOST_CELLS", 1000)
    content, says = CSVS[name]
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with frugal(), pytest.raises(InputError, match=f"^--cohort t.csv: {says}"):
        table_rows(path)
    with frugal(), pytest.raises(InputError, match=f"^--predictions t.csv: {says}"):
        read_columns(path, "--predictions")


def test_a_line_of_terabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.truncate(2**41)
    with frugal(), pytest.raises(InputError, match="must be at most 256 MB, got"):
        table_rows(path)
