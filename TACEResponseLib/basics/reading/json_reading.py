"""The one gate for JSON from outside: small, shallow, unambiguous, of numbers that are numbers.

Python's own reader takes NaN, infinite and endless numbers, half characters and the last of
several equal keys, and answers deep nesting with a `RecursionError`.
"""

import json
import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.regular_file import as_text, read_bytes

MOST_BYTES = 16 * 1024**2
MOST_DEPTH = 64
MOST_ITEMS = 2_000_000
# Every number of 64 bits has fewer.
MOST_DIGITS = 20
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def read_json_object(
    path: Path, where: str, *, example: str, most_bytes: int = MOST_BYTES
) -> Mapping[str, Any]:
    """The object in a JSON file.

    Args:
        path: UTF-8 text.
        where: what the user calls the file, for messages.
        example: what such a file holds, for messages.
        most_bytes: far above any real file of this kind.
    Raises: InputError: no regular file, unreadable, no object, or as `parse_json`.
    """
    content = parse_json(read_bytes(path, where, most_bytes=most_bytes), where)
    if not isinstance(content, dict):
        raise InputError(
            where,
            "must hold one JSON object",
            got=type(content).__name__,
            remedy=f"write {example}",
        )
    return content


def parse_json(text: str | bytes, where: str) -> Any:
    """The value of a JSON text.

    Args:
        text: as text, or as bytes in UTF-8.
        where: what the user calls its file, for messages.
    Raises: InputError: no JSON, nested deeper than 64, more than two million values, a key given
        twice, NaN or an infinite number, one of more than 20 digits, or half a character.
    """
    text = as_text(text, where) if isinstance(text, bytes) else text
    if sum(map(text.count, ",[{")) > MOST_ITEMS:
        raise InputError(
            where,
            f"must hold at most {MOST_ITEMS} values",
            got="more",
            remedy="check that this is the right file",
        )
    try:
        content = _reader(where).decode(text)
    except json.JSONDecodeError as error:
        trouble = error.msg.removesuffix(" at")
        got = f"{trouble} at line {error.lineno}, column {error.colno}"
        raise InputError(where, "must be JSON", got=got, remedy="mend it there") from error
    except RecursionError as error:
        raise _too_deep(where) from error
    _check_depth(content, where)
    if HALF_CHARACTER.search(text):
        _check_characters(content, where)
    return content


def _reader(where: str) -> json.JSONDecoder:
    """Python's reader with every liberty taken from it."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in values if names.count(name) > 1)
            raise InputError(
                where, "must give each key once", got=f"{twice[:60]!r} twice", remedy="remove one"
            )
        return values

    def whole(digits: str) -> int:
        if (count := len(digits.lstrip("-"))) > MOST_DIGITS:
            raise _no_number(where, f"one of {count} digits")
        return int(digits)

    def finite(digits: str) -> float:
        value = float(digits)
        if not isfinite(value):
            raise _no_number(where, digits[:40])
        return value

    def refused(word: str) -> float:
        raise _no_number(where, word)

    return json.JSONDecoder(
        object_pairs_hook=unique, parse_int=whole, parse_float=finite, parse_constant=refused
    )


def _check_depth(content: Any, where: str) -> None:
    """Counted without recursion, which depth itself would end."""
    level = [content]
    for _ in range(MOST_DEPTH + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(v for v in value.values() if isinstance(v, dict | list))
            elif isinstance(value, list):
                inner.extend(v for v in value if isinstance(v, dict | list))
        if not inner:
            return
        level = inner
    raise _too_deep(where)


def _check_characters(content: Any, where: str) -> None:
    """Half a character can be neither printed nor written."""
    try:
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            where,
            "must hold whole characters only",
            got="half of a surrogate pair",
            remedy="write the text anew",
        ) from error


def _too_deep(where: str) -> InputError:
    return InputError(
        where,
        f"must be nested at most {MOST_DEPTH} deep",
        got="deeper",
        remedy="check that this is the right file",
    )


def _no_number(where: str, got: str) -> InputError:
    return InputError(
        where,
        "must hold finite numbers of at most 20 digits",
        got=got,
        remedy="write null where a value is unknown",
    )
