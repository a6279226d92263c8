"""A table as text cells, whether it came as CSV or from Excel."""

import csv
import io
from pathlib import Path

from TACEResponseLib.cohort.spreadsheet import is_spreadsheet, read_sheet, sheet_records
from TACEResponseLib.errors import InputError
from TACEResponseLib.regular_file import open_regular
from TACEResponseLib.table_bounds import MOST_BYTES, BoundedRows

Row = dict[str, str]


def table_rows(path: Path) -> tuple[list[str], list[Row]]:
    """Header and rows; blank lines are skipped, cells are stripped.

    Args:
        path: CSV in UTF-8, or .xlsx, of which the first sheet is read.
    Raises: InputError: no table, or one without a patient.
    """
    where = f"--cohort {path.name}"
    if is_spreadsheet(path):
        header, rows = sheet_records(read_sheet(path, where))
    else:
        header, rows = read_csv(path, where)
    if not rows:
        raise InputError(where, "must hold a header and at least one patient", got="none",
                         remedy="write one row a patient")  # fmt: skip
    return header, rows


def read_csv(path: Path, where: str) -> tuple[list[str], list[Row]]:
    """Header and rows of a CSV file.

    Args:
        path: the file.
        where: how the user named it, for messages.
    Raises: InputError: it can't be read, or is no CSV.
    """
    try:
        with (
            open_regular(path, where, most_bytes=MOST_BYTES) as file,
            io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
        ):
            reader = csv.DictReader(text, strict=True)
            reader.reader = BoundedRows(reader.reader, where)  # type: ignore[assignment]  # one like it
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [
                {key: (value or "").strip() for key, value in row.items() if key is not None}
                for row in reader
                if any(cell for cell in row.values() if isinstance(cell, str) and cell.strip())
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(where, "must be a CSV table in UTF-8", got=type(error).__name__,
                         remedy="save it as CSV UTF-8") from error  # fmt: skip
    return header, rows
