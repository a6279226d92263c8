"""Excel tables as text cells, by openpyxl: values alone, no formulas run, no styles read."""

import warnings
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from TACEResponseLib.errors import InputError, MissingExtraError

# A table of 100,000 patients has far less; a zip that says more is no table.
MOST_BYTES = 256 * 1024**2
# What a cell shows whose formula has failed.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
REMEDY = "save it as .xlsx or as CSV UTF-8"


def is_spreadsheet(path: Path) -> bool:
    """Whether the name says Excel."""
    return path.suffix.lower() in (".xlsx", ".xlsm", ".xls")


def read_sheet(path: Path, where: str, sheet: str | None = None) -> list[list[str]]:
    """Rows of one sheet as stripped texts: blank cells are empty, whole numbers have no point.

    Args:
        path: .xlsx.
        where: how the user named the file, for messages.
        sheet: its name; by default the first.
    Raises: InputError: no such file, no .xlsx, or no sheet of this name (says which there are).
        MissingExtraError: openpyxl is not installed.
    """
    try:
        _check_size(path, where)
        rows = _values(path, where, sheet)
        _check_formulas(path, where, sheet)
    except (InputError, MissingExtraError):
        raise
    except OSError as error:
        raise InputError(where, "must be a readable file", got=error.strerror or "an error",
                         remedy="check the path") from error  # fmt: skip
    except Exception as error:
        # A damaged workbook fails anywhere inside openpyxl, with any error.
        raise InputError(where, "must be an Excel workbook (.xlsx)", got=type(error).__name__,
                         remedy=REMEDY) from error  # fmt: skip
    return [_trimmed([_text(value) for value in row]) for row in rows]


def sheet_records(rows: list[list[str]]) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows by column name; rows without a value are left out."""
    header, *rest = rows or [[]]
    return header, [
        dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rest if any(row)
    ]


def _check_size(path: Path, where: str) -> None:
    """Refuse an archive that would fill the memory."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise InputError(where, f"must unpack to at most {MOST_BYTES} bytes", got="more",
                             remedy="keep one table a file")  # fmt: skip


def _values(path: Path, where: str, sheet: str | None) -> list[tuple[object, ...]]:
    """Stored values of a sheet, row by row."""
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingExtraError("openpyxl", "reading Excel tables", "train") from error
    with warnings.catch_warnings():
        # What it can't keep of styles and drawings, nobody reads here.
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            if sheet is not None and sheet not in book.sheetnames:
                raise InputError(where, f"must hold a sheet {sheet!r}",
                                 got=", ".join(book.sheetnames) or "none",
                                 remedy="give the workbook that has it")  # fmt: skip
            return list(book[sheet or book.sheetnames[0]].iter_rows(values_only=True))
        finally:
            book.close()


def _check_formulas(path: Path, where: str, sheet: str | None) -> None:
    """Refuse a formula of which no value is stored: read as a blank, it would lose what it means.

    Excel stores values as it saves; other programs often leave that to whoever opens the file.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            view: Any = book[sheet or book.sheetnames[0]]
            place = view._worksheet_path
        finally:
            book.close()
    with zipfile.ZipFile(path) as archive, archive.open(place) as file:
        cell = _first_without_value(file)
    if cell:
        raise InputError(where, f"cell {cell} must hold a value",
                         got="a formula without its result",
                         remedy="open it in Excel and save it, or write the value")  # fmt: skip


def _first_without_value(file: IO[bytes]) -> str:
    """Address of the first cell with a formula and no value; empty where each has one."""
    from xml.etree.ElementTree import iterparse

    for _, element in iterparse(file):  # openpyxl has read the same text before
        kind = element.tag.rpartition("}")[2]
        if kind == "c":
            inside = {child.tag.rpartition("}")[2]: child.text for child in element}
            if "f" in inside and not inside.get("v"):
                return str(element.get("r", "?"))
        if kind == "row":
            element.clear()
    return ""


def _text(value: object) -> str:
    """One cell as a CSV file would have it; dates as YYYY-MM-DD, errors as blanks."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    return "" if text in ERRORS else text


def _trimmed(row: list[str]) -> list[str]:
    """The row without blanks at its end."""
    while row and not row[-1]:
        row.pop()
    return row
