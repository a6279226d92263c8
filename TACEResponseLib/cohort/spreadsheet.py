"""Excel tables as text cells, by openpyxl: values alone, no formulas run, no styles read."""

import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from TACEResponseLib.basics.errors import InputError, MissingExtraError
from TACEResponseLib.basics.reading.cells import StoredDate, StoredNumber
from TACEResponseLib.basics.reading.regular_file import in_units, open_regular
from TACEResponseLib.basics.reading.table_bounds import TableBounds
from TACEResponseLib.basics.reading.zip_reading import open_zip
from TACEResponseLib.cohort.sheet_marks import check_sheet

if TYPE_CHECKING:
    from openpyxl import Workbook

# A table of 1,000 patients with 2,000 features unpacks to 80 MB.
MOST_BYTES = 64 * 1024**2
MOST_UNPACKED = 128 * 1024**2
MOST_PARTS = 2_000
# What is read besides the sheet is read whole: shared texts, styles, names of sheets.
MOST_PART_BYTES = 16 * 1024**2
SHEETS = "xl/worksheets/"
# Of another sheet, to see whether it holds anything.
ROWS_LOOKED_AT = 20
MEDIA = "xl/media/"
# What a cell shows whose formula has failed.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
REMEDY = "save it as .xlsx or as CSV UTF-8"


def is_spreadsheet(path: Path) -> bool:
    """Whether the name says Excel."""
    return path.suffix.lower() in (".xlsx", ".xlsm", ".xls")


class Sheet(NamedTuple):
    """One sheet as it was read."""

    rows: list[list[str]]
    name: str
    remarks: list[str]
    """What of the workbook is not seen in them."""


def read_sheet(path: Path, where: str, sheet: str | None = None) -> list[list[str]]:
    """Rows of one sheet as stripped texts: blank cells are empty, whole numbers have no point.

    Args:
        path: .xlsx.
        where: how the user named the file, for messages.
        sheet: its name; by default the first that is not hidden.
    Raises: InputError, MissingExtraError: as `read_sheet_and_remarks`.
    """
    return read_sheet_and_remarks(path, where, sheet).rows


def read_sheet_and_remarks(path: Path, where: str, sheet: str | None = None) -> Sheet:
    """The same with its name, and what a reader should know of it.

    Args:
        path: .xlsx.
        where: how the user named the file, for messages.
        sheet: as `read_sheet` has it.
    Raises: InputError: no such file, no .xlsx, or no sheet of this name (says which there are).
        MissingExtraError: openpyxl is not installed.
    """
    try:
        with open_zip(
            path, where, most_bytes=MOST_BYTES, most_entries=MOST_PARTS, most_unpacked=MOST_UNPACKED
        ) as archive:
            _check_parts(archive, where)
        return _read(path, where, sheet)
    except (InputError, MissingExtraError):
        raise
    except Exception as error:
        # A damaged workbook fails anywhere inside openpyxl, with any error.
        raise InputError(
            where,
            "must be an Excel workbook (.xlsx)",
            got="a damaged file or one of another kind",
            remedy=REMEDY,
        ) from error


def sheet_records(rows: list[list[str]]) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows by column name; rows without a value are left out."""
    header, *rest = rows or [[]]
    return header, [
        dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rest if any(row)
    ]


def _check_parts(archive: zipfile.ZipFile, where: str) -> None:
    """Refuse parts that are too large to be read whole, and XML that defines its own words."""
    for entry in archive.infolist():
        is_whole = not entry.filename.startswith((SHEETS, MEDIA))
        if is_whole and entry.file_size > MOST_PART_BYTES:
            raise InputError(
                f"{where}, {entry.filename[:60]}",
                f"must be at most {in_units(MOST_PART_BYTES)}",
                got=in_units(entry.file_size),
                remedy="save the table alone as CSV UTF-8",
            )
        if entry.filename.endswith((".xml", ".rels")) and _defines_words(archive, entry):
            raise InputError(
                f"{where}, {entry.filename[:60]}",
                "must be plain XML",
                got="a document type",
                remedy="save it anew from Excel",
            )


def _defines_words(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether XML has a document type, whose words could stand for gigabytes or other files.

    Zeros are left out, so that it is seen in two-byte characters as well.
    """
    with archive.open(entry) as file:
        tail = b""
        while chunk := file.read(1024**2):
            chunk = tail + chunk.replace(b"\0", b"")
            if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                return True
            tail = chunk[-10:]
    return False


def _read(path: Path, where: str, sheet: str | None) -> Sheet:
    """Texts of a sheet, row by row; a row ends at its last cell, wherever the sheet says it ends.

    Sheets often claim a million rows, or hold a lone cell at their far corner.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingExtraError("openpyxl", "reading Excel tables", "train") from error
    with warnings.catch_warnings(), open_regular(path, where, most_bytes=MOST_BYTES) as file:
        # What it can't keep of styles and drawings, nobody reads here.
        warnings.simplefilter("ignore")
        book = load_workbook(file, read_only=True, data_only=True)
        chosen = _chosen(book, where, sheet)
        failed: Counter[str] = Counter()
        values = chosen.iter_rows(values_only=True)
        rows = _counted((_trimmed([_text(cell, failed) for cell in row]) for row in values), where)
        marks = check_sheet(path, chosen._worksheet_path.lstrip("/"), where)
        others = [] if sheet else _others(book, chosen.title)
    remarks = [f"its sheet {chosen.title} is read, and not {', '.join(others)}"] if others else []
    if failed:
        words = ", ".join(sorted(failed))
        count = failed.total()
        remarks.append(f"{words} is taken for a blank in {count} cell{'s' * (count != 1)}")
    return Sheet(rows, chosen.title, [*remarks, *marks.remarks])


def _others(book: "Workbook", chosen: str) -> list[str]:
    """Names of the other sheets that hold something near their beginning."""
    names = []
    for page in book.worksheets:
        page_any: Any = page
        page_any.reset_dimensions()
        rows = islice(page_any.iter_rows(values_only=True), ROWS_LOOKED_AT)
        if page.title != chosen and any(v is not None for row in rows for v in row):
            names.append(page.title)
    return names


def _counted(values: Iterable[list[str]], where: str) -> list[list[str]]:
    """Rows up to the last that holds anything; blank ones count only if another follows."""
    bounds = TableBounds(where)
    rows: list[list[str]] = []
    blanks = 0
    for row in values:
        if not row:
            blanks += 1
            continue
        for one in chain(repeat([], blanks), [row]):
            bounds.add(one)
            rows.append(one)
        blanks = 0
    return rows


def _chosen(book: "Workbook", where: str, sheet: str | None) -> Any:
    """The sheet of this name, or the first that is seen; it forgets what it says of its own size.

    A `ReadOnlyWorksheet`, of whose methods openpyxl's types don't know all.
    """
    pages = {page.title: page for page in book.worksheets}
    seen = [page.title for page in book.worksheets if page.sheet_state == "visible"]
    if not seen or (sheet is not None and sheet not in pages):
        raise InputError(
            where,
            f"must hold a sheet {sheet!r}" if sheet else "must hold a sheet",
            got=", ".join(pages) or "none",
            remedy="give the workbook that has it",
        )
    chosen: Any = pages[sheet or seen[0]]
    chosen.reset_dimensions()
    return chosen


def _text(value: object, failed: Counter[str]) -> str:
    """One cell as a CSV file would have it; dates as YYYY-MM-DD, errors as blanks and counted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int | float):
        return StoredNumber(value)
    if isinstance(value, datetime):
        return StoredDate(value.date() if value.time() == time() else value.isoformat(sep=" "))
    if isinstance(value, date):
        return StoredDate(value)
    text = str(value).strip()
    if text not in ERRORS:
        return text
    failed[text] += 1
    return ""


def _trimmed(row: list[str]) -> list[str]:
    """The row without blanks at its end."""
    while row and not row[-1]:
        row.pop()
    return row
