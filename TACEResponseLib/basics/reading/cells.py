"""What the cells of a table mean: numbers, yes and no, blanks; never a guess between two."""

import re

from TACEResponseLib.basics.plain_text import PLAIN_NUMBER
from TACEResponseLib.basics.reading.strict_numbers import read_number

MISSING = frozenset(
    {"", ".", "na", "n/a", "#n/a", "nan", "null"}
    # As the clinical tables of TCGA have them, old and new.
    | {"[not available]", "[not applicable]", "[not evaluated]", "[unknown]", "'--"}
)
"""In any case. A dash is none: it is the usual word for a negative test."""
TRUE_WORDS = frozenset({"yes", "y", "true", "t", "1"})
FALSE_WORDS = frozenset({"no", "n", "false", "f", "0"})
# Blanks of four widths and apostrophes stand between thousands, and are no decimal mark anywhere.
GAPS = " \u00a0\u2009\u202f'\u2019"
# As word processors and journals print it.
MINUS = ("\u2212", "\u2013", "\ufe63", "\uff0d")
WITH_COMMA = re.compile(r"[+-]?\d+(,\d+)+(\.\d+)?", re.ASCII)
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
WITH_GAPS = re.compile(rf"[+-]?\d{{1,3}}([{GAPS}]\d{{3}})+(\.\d+)?", re.ASCII)


class StoredNumber(str):
    """A number that a spreadsheet holds as one: its point is the decimal mark in any country."""

    __slots__ = ()


class StoredDate(str):
    """A day that a spreadsheet holds as one, perhaps of what was typed as 5-12."""

    __slots__ = ()


def is_missing(cell: str) -> bool:
    """Whether a cell says that nothing is known."""
    return cell.strip().lower() in MISSING


def truth(cell: str) -> bool | None:
    """Yes or no; `None` for everything else, such as 1 and 2 for yes and no."""
    word = cell.strip().lower()
    if word in ("1.0", "0.0"):
        return word == "1.0"
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def number_in(cell: str) -> float | None:
    """A finite number as tables have it; no thousands' commas, no underscores, no other digits."""
    try:
        return read_number(cell)
    except ValueError:
        return None


def number_remedy(cell: str) -> str:
    """What to do about a cell that should hold a number."""
    if WITH_COMMA.fullmatch(cell):
        return "write it without a comma, the decimals after a point"
    if WITH_GAPS.fullmatch(cell):
        return f"write {re.sub(f'[{GAPS}]', '', cell)}, without a mark between thousands"
    if cell.startswith(MINUS):
        return f"write -{cell[1:]}, with the minus of the keyboard"
    if INFINITE.fullmatch(cell):
        return "write the number that was measured, or leave it blank"
    if PLAIN_NUMBER.fullmatch(cell):
        return "correct its exponent: no computer holds such a number"
    return "write the number alone, or leave it blank"
