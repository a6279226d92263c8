"""Text headers: lines of bounded length, numbers that are numbers."""

import re
from collections.abc import Mapping, Sequence
from typing import IO

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import EXPORT_AGAIN, damaged

LONGEST_LINE = 64 * 1024
LONGEST_HEADER = 4 * 1024 * 1024
NUMBER = re.compile(r"[-+]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][-+]?\d{1,4})?", re.ASCII)
WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


def next_line(file: IO[bytes], where: str) -> str | None:
    """The next line without its end; `None` at the end of the file.

    Raises: InputError: a line of `LONGEST_LINE` or a header of `LONGEST_HEADER` bytes and more.
    """
    line = file.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise damaged(where, f"a header line of {LONGEST_LINE} bytes or more")
    if file.tell() > LONGEST_HEADER:
        raise damaged(where, f"a header of more than {LONGEST_HEADER} bytes")
    if not line:
        return None
    text = line.rstrip(b"\r\n")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def needed(fields: Mapping[str, str], name: str, where: str) -> str:
    """A field without which there is no image."""
    if name not in fields:
        raise damaged(where, f"no {name} in its header")
    return fields[name]


def numbers(text: str, count: int, name: str, where: str) -> list[float]:
    """Exactly so many finite numbers, separated by blanks.

    Raises: InputError: other words, another count, NaN or infinity.
    """
    words = text.split()
    if len(words) != count or not all(NUMBER.fullmatch(w) for w in words):
        raise _unlike(name, f"{count} finite number{'s' if count > 1 else ''}", text, where)
    values = [float(w) for w in words]
    if not np.isfinite(values).all():
        raise _unlike(name, "finite numbers", text, where)
    return values


def whole_numbers(text: str, name: str, where: str) -> list[int]:
    """Whole numbers separated by blanks, at least one.

    Raises: InputError: anything else.
    """
    words = text.split()
    if not words or not all(WHOLE.fullmatch(w) for w in words):
        raise _unlike(name, "whole numbers", text, where)
    return [int(w) for w in words]


def one_of(text: str, allowed: Sequence[str], name: str, where: str) -> str:
    """A word that must be one of a few, in any case.

    Raises: InputError: another word.
    """
    word = " ".join(text.lower().split())
    if word not in allowed:
        raise _unlike(name, " or ".join(allowed), text, where)
    return word


def _unlike(name: str, kind: str, text: str, where: str) -> InputError:
    """A field that holds something else."""
    shown = text.strip()
    return InputError(
        where,
        f"its header's {name} must be {kind}",
        got=repr(shown[:60]) if shown else "nothing",
        remedy=EXPORT_AGAIN,
    )
