"""Which mark is the decimal one in a table: 1.234 may be one and a bit or a thousand.

Spreadsheets write numbers as their country does, so one cell alone doesn't say. The whole table is
asked: 4,2 and 1.234,5 are of a country with decimal commas, 4.2 and 1,234.5 of one with points.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.cells import GAPS, StoredNumber

_GROUP = r"[1-9]\d{0,2}"
_OTHER = {".": ",", ",": "."}


def _sure(mark: str) -> str:
    """A number that is written so only where this mark is the decimal one."""
    own, other = re.escape(mark), re.escape(_OTHER[mark])
    return (
        rf"[+-]?(?:\d*{own}\d+(?:[eE][+-]?\d+)?|{_GROUP}(?:{other}\d{{3}})+{own}\d+"
        rf"|{_GROUP}(?:{other}\d{{3}}){{2,}}|{_GROUP}(?:[{GAPS}]\d{{3}})+{own}\d+)"
    )


# The doubtful ones come first, since they look like decimals too.
NUMBER = re.compile(
    rf"(?P<doubtful_point>[+-]?{_GROUP}\.\d{{3}})|(?P<doubtful_comma>[+-]?{_GROUP},\d{{3}})"
    rf"|(?P<point>{_sure('.')})|(?P<comma>{_sure(',')})",
    re.ASCII,
)


class Cell(NamedTuple):
    """A text with its place."""

    line: int
    column: str
    text: str


def has_decimal_commas(cells: Iterable[Cell], where: str, *, commas_separate: bool) -> bool:
    """Whether commas are the decimal marks of a table.

    Args:
        cells: all but those of columns that hold no numbers.
        where: how the user named the file.
        commas_separate: whether commas separate the columns. Whoever saves so writes points; a
            quoted number with a comma is refused where it is read.
    Raises: InputError: a number could be read in two ways.
    """
    first = _first_of_each_kind(cells)
    point, comma = first.get("point"), first.get("comma")
    doubtful = [("doubtful_point", comma, point)]
    if not commas_separate:
        doubtful.append(("doubtful_comma", point, comma))
    for kind, against, pro in doubtful:
        if kind in first and (against or not (pro or commas_separate)):
            raise _doubt(
                where, first[kind], against, keeps_mark=commas_separate or bool(point and comma)
            )
    if commas_separate:
        return False
    if point and comma:
        raise InputError(
            f"{where} line {comma.line}, {comma.column}",
            "must write its numbers in one way",
            got=f"{comma.text} beside {point.text}",
            remedy=f"write {with_point(comma.text)}, and all decimals after a point",
        )
    return comma is not None


def with_point(text: str) -> str:
    """A number of a table with decimal commas as all others are written; other texts as they are.

    What has points alone may be something else, such as a version.
    """
    match = NUMBER.fullmatch(text) if "," in text else None
    if match is None or match.lastgroup not in ("comma", "doubtful_comma"):
        return text
    return re.sub(rf"[.{GAPS}]", "", text).replace(",", ".")


def _first_of_each_kind(cells: Iterable[Cell]) -> dict[str, Cell]:
    """The first number of each kind that tells something."""
    first: dict[str, Cell] = {}
    for cell in cells:
        if ("." not in cell.text and "," not in cell.text) or isinstance(cell.text, StoredNumber):
            continue
        match = NUMBER.fullmatch(cell.text)
        if match and match.lastgroup and match.lastgroup not in first:
            first[match.lastgroup] = cell
    return first


def _doubt(where: str, cell: Cell, against: Cell | None, *, keeps_mark: bool) -> InputError:
    """Proposes both readings, written so that neither is in doubt."""
    mark = "." if "." in cell.text else ","
    thousand = cell.text.replace(mark, "")
    decimal = cell.text + "0"
    if against is not None and not keeps_mark:
        decimal = cell.text.replace(mark, _OTHER[mark])
    beside = f" beside {against.text}" if against else ", thousands or decimals"
    return InputError(
        f"{where} line {cell.line}, {cell.column}",
        "must write its numbers in one way",
        got=cell.text + beside,
        remedy=f"write {thousand} if these are thousands, {decimal} if decimals",
    )
