"""A table of text read column by column, with the checks that every column needs."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from TACEResponseLib.errors import InputError
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.ids import check_id, twins
from TACEResponseLib.regular_file import open_regular
from TACEResponseLib.strict_numbers import read_number
from TACEResponseLib.table_bounds import MOST_BYTES, BoundedRows

Columns = Mapping[str, Sequence[str]]


def read_columns(path: Path, option: str) -> Columns:
    """Cells of a CSV by column, stripped; blank lines are skipped.

    Args:
        path: CSV, UTF-8.
        option: which the user gave it with.
    Raises: InputError: no table can be read, or a column is there twice.
    """
    where = f"{option} {path.name}"
    try:
        with (
            open_regular(path, where, most_bytes=MOST_BYTES) as file,
            io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
        ):
            rows = BoundedRows(csv.reader(text, strict=True), where)
            lines = [line for line in rows if any(map(str.strip, line))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(where, "must be a CSV table in UTF-8", got=type(error).__name__,
                         remedy="save it as CSV UTF-8") from error  # fmt: skip
    if len(lines) < 2:
        raise InputError(where, "must hold a header and at least one row", got="none",
                         remedy="write one row a patient")  # fmt: skip
    header = [name.strip() for name in lines[0]]
    _check_shape(where, header, lines)
    return {name: [line[i].strip() for line in lines[1:]] for i, name in enumerate(header)}


def require(columns: Columns, names: Sequence[str], where: str) -> None:
    """Refuse a table without these columns.

    Raises: InputError: one is missing.
    """
    for name in names:
        if name not in columns:
            raise InputError(f"{where}, {name}", "must be a column", got=", ".join(columns)[:80],
                             remedy="add or rename it")  # fmt: skip


def numbers(columns: Columns, name: str) -> Floats:
    """A column as numbers, nan where blank.

    Raises: InputError: a cell is neither blank nor a finite number.
    """
    values = np.full(len(columns[name]), np.nan)
    for row, cell in enumerate(columns[name]):
        if not cell:
            continue
        try:
            values[row] = read_number(cell)
        except ValueError:
            raise InputError(f"{name}, row {row + 1}", "must be a number or blank", got=repr(cell),
                             remedy="correct the cell") from None  # fmt: skip
    return values


def is_numeric(cells: Sequence[str]) -> bool:
    """Whether every cell that is not blank holds a number, and one does."""
    filled = [cell for cell in cells if cell]
    try:
        for cell in filled:
            read_number(cell)
    except ValueError:
        return False
    return bool(filled)


def refuse_twins(case_ids: Sequence[str], where: str) -> None:
    """Refuse a patient that is there twice, or has no id or one that can't name a file.

    Raises: InputError: names the row, or both.
    """
    for row, name in enumerate(case_ids, start=1):
        if not name:
            raise InputError(f"{where}, case_id, row {row}", "must not be blank", got="a blank",
                             remedy="give each patient an id")  # fmt: skip
        check_id(name, f"{where}, case_id, row {row}")
    for place, owner in twins(case_ids):
        raise InputError(
            f"{where}, case_id, row {place + 1}", "must name each patient once",
            got=f"{case_ids[place]}, as in row {owner + 1}", remedy="keep one row a patient",
        )  # fmt: skip


def _check_shape(where: str, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Each column once, and as many cells in each row."""
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise InputError(f"{where}, {twice[0] or '(blank)'}", "must be a column once",
                         got="several", remedy="remove one")  # fmt: skip
    for row, line in enumerate(lines[1:], start=1):
        if len(line) != len(header):
            raise InputError(f"{where}, row {row}", f"must have {len(header)} cells", got=len(line),
                             remedy="quote cells that hold a comma")  # fmt: skip
