"""A table as text cells, whether it came as CSV or from Excel."""

from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.text_table import (
    HoldsNumbers,
    TextTable,
    read_text_table,
    table_of,
)
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.header import holds_numbers
from TACEResponseLib.cohort.spreadsheet import is_spreadsheet, read_sheet_and_remarks

Row = dict[str, str]


def table_rows(path: Path) -> tuple[TextTable, list[Row]]:
    """The table and its rows by column; blank lines are skipped, cells are stripped.

    Args:
        path: text in any of the ways that `read_text_table` knows, or .xlsx, of which the first
            sheet is read.
    Raises: InputError: no table, or one without a patient.
    """
    where = f"{option('cohort')} {path.name}"
    if is_spreadsheet(path):
        sheet = read_sheet_and_remarks(path, where)
        numbered = tuple(enumerate(sheet.rows, start=1))
        table = table_of(
            numbered,
            where,
            commas_separate=False,
            remarks=sheet.remarks,
            holds_numbers=holds_numbers,
        )
        got, remedy = f"none on sheet {sheet.name}", "write one row a patient, on the first sheet"
    else:
        table = read_text_table(path, where, holds_numbers)
        got, remedy = "none", "write one row a patient"
    if not table.lines:
        raise InputError(
            where, "must hold a header and at least one patient", got=got, remedy=remedy
        )
    return table, rows_of(table, where)


def read_csv(path: Path, where: str, holds_numbers: HoldsNumbers) -> tuple[list[str], list[Row]]:
    """Header and rows of a table of text.

    Args:
        path: the file.
        where: how the user named it, for messages.
        holds_numbers: of a column, by its name.
    Raises: InputError: it can't be read, or is no table.
    """
    table = read_text_table(path, where, holds_numbers)
    return list(table.header), rows_of(table, where)


def rows_of(table: TextTable, where: str) -> list[Row]:
    """Rows by column; a row that ends early has blanks.

    Raises: InputError: a row has more cells than the header.
    """
    width = len(table.header)
    if table.lines and all(any(line[width:]) for line in table.lines):
        got = f"{max(map(len, table.lines))} columns with {width} name{'s' * (width != 1)}"
        raise InputError(
            where,
            "its first line must name every column",
            got=got,
            remedy="delete lines above the header, name every column (R: "
            "row.names=FALSE), and write decimals after a point",
        )
    for number, line in zip(table.numbers, table.lines, strict=True):
        if any(line[width:]):
            raise InputError(
                f"{where} line {number}",
                f"must have {width} cells, as the header",
                got=len(line),
                remedy="quote cells that hold the separator, and write decimals after a point",
            )
    return [dict(zip(table.header, [*line, *[""] * width], strict=False)) for line in table.lines]
