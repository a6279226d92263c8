"""A table of text read column by column, with the checks that every column needs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id, twins
from TACEResponseLib.basics.reading import cells
from TACEResponseLib.basics.reading.text_table import TextTable, read_text_table
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.header import column_kind, holds_numbers
from TACEResponseLib.evaluation.inputs import Floats

# Beside the probabilities that `score --cohort` writes.
WORDS = ("call", "warnings", "problem")
Columns = Mapping[str, Sequence[str]]


def read_columns(path: Path, option: str) -> Columns:
    """Cells of a table of text by column, stripped; blank lines are skipped.

    Args:
        path: in any of the ways that `read_text_table` knows.
        option: which the user gave it with.
    Raises: InputError: no table can be read, or a column is there twice.
    """
    where = f"{option} {path.name}"
    table = read_text_table(path, where, _holds_numbers)
    if not table.lines:
        raise InputError(
            where,
            "must hold a header and at least one row",
            got="none",
            remedy="write one row a patient",
        )
    _check_shape(where, table)
    return {name: [line[i] for line in table.lines] for i, name in enumerate(table.header)}


def _holds_numbers(name: str) -> bool:
    """Columns of a cohort's numbers, and those of models, which have names of their own."""
    return holds_numbers(name) or (name not in WORDS and column_kind(name) == "unknown")


def require(columns: Columns, names: Sequence[str], where: str) -> None:
    """Refuse a table without these columns.

    Raises: InputError: one is missing.
    """
    for name in names:
        if name not in columns:
            raise InputError(
                f"{where}, {name}",
                "must be a column",
                got=", ".join(columns)[:80],
                remedy="add or rename it",
            )


def numbers(columns: Columns, name: str) -> Floats:
    """A column as numbers, nan where blank.

    Raises: InputError: a cell is neither blank nor a finite number.
    """
    values = np.full(len(columns[name]), np.nan)
    for row, cell in enumerate(columns[name]):
        if not cell:
            continue
        value = cells.number_in(cell)
        if value is None:
            raise InputError(
                place(columns, name, row),
                "must be a number or blank",
                got=repr(cell)[:40],
                remedy=cells.number_remedy(cell),
            )
        values[row] = value
    return values


def place(columns: Columns, name: str, row: int) -> str:
    """Names a cell by column, row and patient, row 0 being the first below the header."""
    owner = columns["case_id"][row] if "case_id" in columns else ""
    return f"{name}, row {row + 1}" + (f" ({owner})" if owner else "")


@contextmanager
def of_table(where: str) -> Iterator[None]:
    """Errors of columns and rows name the table too.

    Args:
        where: how the user named it.
    """
    try:
        yield
    except InputError as error:
        if error.where.startswith((where, option("threshold"))):
            raise
        raise error.at(f"{where}, {error.where}") from error


def is_numeric(column: Sequence[str]) -> bool:
    """Whether every cell that is not blank holds a number, and one does."""
    filled = [cell for cell in column if cell]
    return bool(filled) and all(cells.number_in(cell) is not None for cell in filled)


def refuse_twins(case_ids: Sequence[str], where: str) -> None:
    """Refuse a patient that is there twice, or has no id or one that can't name a file.

    Raises: InputError: names the row, or both.
    """
    for row, name in enumerate(case_ids, start=1):
        if not name:
            raise InputError(
                f"{where}, case_id, row {row}",
                "must not be blank",
                got="a blank",
                remedy="give each patient an id",
            )
        check_id(name, f"{where}, case_id, row {row}")
    for place, owner in twins(case_ids):
        raise InputError(
            f"{where}, case_id, row {place + 1}",
            "must name each patient once",
            got=f"{case_ids[place]}, as in row {owner + 1}",
            remedy="keep one row a patient",
        )


def _check_shape(where: str, table: TextTable) -> None:
    """Each column once, and as many cells in each row."""
    if "" in table.header:
        raise InputError(
            f"{where}, column {table.header.index('') + 1}",
            "must have a name",
            got="none",
            remedy="name it, or remove it",
        )
    twice = [name for name, count in Counter(table.header).items() if count > 1]
    if twice:
        raise InputError(
            f"{where}, {twice[0]}", "must be a column once", got="several", remedy="remove one"
        )
    width = len(table.header)
    for row, line in enumerate(table.lines, start=1):
        if len(line) != width:
            raise InputError(
                f"{where}, row {row}",
                f"must have {width} cells",
                got=len(line),
                remedy="quote cells that hold the separator, and write decimals after a point",
            )
