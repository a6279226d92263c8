"""Tables of text, whoever wrote them: encoding, separator and decimal comma are told, not asked.

Everything is decided by rules that don't depend on chance, and what was decided is told. What two
rules could read in two ways is refused.
"""

import csv
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.log import LOG
from TACEResponseLib.basics.reading.cells import StoredDate, StoredNumber, is_missing
from TACEResponseLib.basics.reading.decimal_marks import Cell, has_decimal_commas, with_point
from TACEResponseLib.basics.reading.regular_file import read_bytes
from TACEResponseLib.basics.reading.row_numbers import surplus_columns, without
from TACEResponseLib.basics.reading.table_bounds import MOST_BYTES, BoundedRows
from TACEResponseLib.basics.reading.text_decoding import decoded

if TYPE_CHECKING:
    import _csv

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Excel writes it as a first line of its own.
EXCEL_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# The lines of a file, and no others: form feeds and the like are cells' own.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
HoldsNumbers = Callable[[str], bool]
"""Whether a column can hold numbers: no other has decimal marks."""


def any_but_ids(column: str) -> bool:
    """The columns of a table of which nothing else is known."""
    return column not in ("case_id", "roi_label", "roi_segment")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """Cells as texts, stripped; missing ones are empty."""

    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    """Without blank ones; each as long as it was written."""
    numbers: tuple[int, ...]
    """Line of the file where each of them ends, the first being 1."""
    remarks: tuple[str, ...] = ()
    """What was assumed, each in a sentence."""


def read_text_table(path: Path, where: str, holds_numbers: HoldsNumbers = any_but_ids) -> TextTable:
    """Read a table in whatever way it was saved.

    Args:
        path: text, with a header; UTF-8, UTF-16 or Windows-1252; separated by commas, semicolons,
            tabs or bars.
        where: how the user named it, for messages.
        holds_numbers: of a column, by its name; the others are texts and left alone.
    Returns: the table; what was assumed is logged as warnings too.
    Raises: InputError: it can't be read, is no table, or could be read in two ways.
    """
    text, encoding = decoded(read_bytes(path, where, most_bytes=MOST_BYTES), where)
    separator, text = _separator(text, where)
    rows = _rows(text, separator, where)
    remarks = [encoding] if encoding else []
    if separator != ",":
        remarks.append(f"its columns are separated by {SEPARATORS[separator]}")
    remarks += _ends_early(rows, where, is_cut=not text.endswith(("\n", "\r")))
    return table_of(
        rows,
        where,
        commas_separate=separator == ",",
        remarks=remarks,
        holds_numbers=holds_numbers,
    )


def table_of(
    rows: Sequence[tuple[int, Sequence[str]]],
    where: str,
    *,
    commas_separate: bool,
    remarks: Sequence[str] = (),
    holds_numbers: HoldsNumbers = any_but_ids,
) -> TextTable:
    """Header and cells, blanks and decimal commas settled; what was assumed is logged.

    Args:
        rows: as they were cut, each with its line.
        where: how the user named the file.
        commas_separate: whether columns were separated by commas.
        remarks: what was assumed already.
        holds_numbers: as of `read_text_table`.
    Raises: InputError: numbers that can be read in two ways.
    """
    stripped = ((n, [_stripped(cell) for cell in row]) for n, row in rows)
    filled = [(n, row) for n, row in stripped if any(row)]
    header, *lines = [row for _, row in filled] or [[]]
    surplus, said = surplus_columns(header, lines)
    header, *lines = [without(surplus, row) for row in (header, *lines)]
    assumed = [*remarks, *said]
    words = sorted({cell for line in lines for cell in line if cell and is_missing(cell)})
    if words:
        assumed.append(f"{', '.join(words)} is taken for a blank")
        lines = [["" if is_missing(cell) else cell for cell in line] for line in lines]
    numbers = [number for number, _ in filled[1:]]
    numeric = frozenset(filter(holds_numbers, header))
    cells = _cells(header, zip(numbers, lines, strict=True), numeric)
    if has_decimal_commas(cells, where, commas_separate=commas_separate):
        assumed.append("its numbers have a decimal comma")
        lines = [_with_points(header, line, numeric) for line in lines]
    for remark in assumed:
        LOG.warning("%s: %s", where, remark)
    return TextTable(
        header=tuple(header),
        lines=tuple(map(tuple, lines)),
        numbers=tuple(numbers),
        remarks=tuple(assumed),
    )


def _separator(text: str, where: str) -> tuple[str, str]:
    """What separates the columns, and the text without Excel's word for it.

    Of those in the header that cut every line alike, the one that makes most columns.

    Raises: InputError: two make as many.
    """
    if said := EXCEL_SEPARATOR.match(text):
        if said[1] in SEPARATORS:
            return said[1], text[said.end() :]
        raise InputError(
            where,
            f"columns must be separated by {', '.join(SEPARATORS.values())}",
            got=repr(said[1]),
            remedy="save it as CSV",
        )
    first = next((line for line in _lines(text) if line.strip()), "")
    inside = [s for s in SEPARATORS if s in re.sub(r'"[^"]*"', "", first)]
    if len(inside) < 2:
        return (inside[0] if inside else ","), text
    widths = {s: _width(text, s) for s in inside}
    if not any(widths.values()):
        # Something is wrong with a line; the reader of rows says what.
        widths = {s: first.count(s) for s in inside}
    best = max(widths.values())
    chosen = [s for s in inside if widths[s] == best]
    if len(chosen) > 1:
        raise InputError(
            where,
            "must have one separator of columns",
            got=" and ".join(SEPARATORS[s] for s in chosen),
            remedy="quote the header's cells that hold one",
        )
    return chosen[0], text


def _width(text: str, separator: str) -> int:
    """Columns that a separator makes if every line has as many as the header, else 0."""
    width = 0
    try:
        for row in _reader(text, separator):
            if any(map(str.strip, row)):
                width = width or len(row)
                if len(row) != width:
                    return 0
    except csv.Error:
        return 0
    return width


def _rows(text: str, separator: str, where: str) -> list[tuple[int, list[str]]]:
    """Cells, row by row, with the line where each row ends."""
    reader = BoundedRows(_reader(text, separator), where)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(
            where,
            "must be a table of text",
            got=f"{error} in line {reader.line_num}",
            remedy="mend that line's quotes, or save it as CSV again",
        ) from error


def _ends_early(rows: Sequence[tuple[int, list[str]]], where: str, *, is_cut: bool) -> list[str]:
    """What to say of rows that have fewer cells than the header; spreadsheets write some so.

    Raises: InputError: it is the last row and its line has no end, as in a file that was cut.
    """
    filled = [(line, row) for line, row in rows if any(map(str.strip, row))]
    if not filled:
        return []
    header = "\0".join(map(str.strip, filled[0][1])).rstrip("\0").split("\0")
    short = [(line, len(row)) for line, row in filled[1:] if len(row) < len(header)]
    if is_cut and short and short[-1][0] == filled[-1][0]:
        line, cells = short[-1]
        raise InputError(
            f"{where} line {line}",
            f"must have {len(header)} cells, as the header",
            got=f"{cells}, and no end of the line",
            remedy="the file was cut: copy or save it again",
        )
    if not short:
        return []
    others = f", so do {len(short) - 1} more" if len(short) > 1 else ""
    return [
        f"line {short[0][0]} has {short[0][1]} cells of {len(header)}{others}; the missing "
        "ones are taken for blanks"
    ]


def _reader(text: str, separator: str) -> "_csv.Reader":
    """Python's own, which minds quotes."""
    return csv.reader(_lines(text), delimiter=separator, strict=True)


def _lines(text: str) -> Iterator[str]:
    """Line by line, without another copy of a text that may be large."""
    return (line[0] for line in LINE.finditer(text))


def _cells(
    header: Sequence[str], numbered: Iterable[tuple[int, Sequence[str]]], numeric: Container[str]
) -> Iterator[Cell]:
    """Cells of columns that may hold numbers."""
    for number, line in numbered:
        for name, text in _named(header, line):
            if name in numeric:
                yield Cell(number, name, text)


def _with_points(header: Sequence[str], line: Sequence[str], numeric: Container[str]) -> list[str]:
    """A line whose numbers have decimal points."""
    return [with_point(cell) if name in numeric else cell for name, cell in _named(header, line)]


def _stripped(cell: str) -> str:
    """Without blanks around; what a spreadsheet stores as a number stays known as one."""
    return cell if isinstance(cell, StoredNumber | StoredDate) else cell.strip()


def _named(header: Sequence[str], line: Sequence[str]) -> list[tuple[str, str]]:
    """Cells with their columns; a surplus cell has none."""
    names = [*header, *[""] * len(line)]
    return list(zip(names, line, strict=False))
