"""Response criteria as people write them, under one name each."""

import re

from TACEResponseLib.basics.plain_text import one_line

MRECIST, RECIST, RECIST_11 = "mRECIST", "RECIST", "RECIST 1.1"
USUAL = (MRECIST, RECIST_11)
"""Counted even where nobody was read by it: a reader of a card looks for these two."""
# The name that stands first in a text counts; papers write "mRECIST 1.1" of mRECIST.
_LONG = r"response evaluation criteria in solid tumou?rs\W*"
_PLAIN = rf"(?<![a-z])(?:recist|{_LONG})"
_VERSION = r"[ _-]*(?:v|ver|version)?[ _.]*"
_KNOWN = {
    MRECIST: rf"(?<![a-z])m(?:odified)?[ _.-]?(?:recist|{_LONG})",
    RECIST_11: rf"{_PLAIN}{_VERSION}1[.,]?1",
    "RECIST 1.0": rf"{_PLAIN}{_VERSION}1(?:[.,]?0)?(?![.,\d])",
    "iRECIST": r"(?<![a-z])ir?[ _.-]?recist",
    "qEASL": r"(?<![a-z])q[ _.-]?easl",
    "EASL": r"(?<![a-z])easl",
    "WHO": r"(?<![a-z])who(?![a-z])",
    "LI-RADS": r"(?<![a-z])li[ _-]?rads|(?<![a-z])lr[ _-]?tr(?![a-z])",
    "Choi": r"(?<![a-z])choi(?![a-z])",
    RECIST: _PLAIN,
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _KNOWN.items()}
MOST_LETTERS = 40


def criterion_name(text: str) -> str:
    """The criterion that a text names: `mRECIST`, `RECIST 1.1`, ...; empty for a blank.

    A text that names none of the known ones is its own name, shortened. `RECIST` alone stays so:
    which version was meant is not said.
    """
    places = [
        (match.start(), rank, name)
        for rank, (name, pattern) in enumerate(_PATTERNS.items())
        if (match := pattern.search(text))
    ]
    return min(places)[2] if places else one_line(text).strip()[:MOST_LETTERS]


def is_same_criterion(one: str, other: str) -> bool:
    """Whether two texts can mean one criterion; RECIST without a version can be any of them."""
    names = {criterion_name(one).casefold(), criterion_name(other).casefold()}
    if len(names) == 1:
        return True
    versions = {name for name in names if name.startswith(RECIST.casefold())}
    return versions == names and RECIST.casefold() in names
