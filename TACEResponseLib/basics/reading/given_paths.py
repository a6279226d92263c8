"""Paths as callers of the library give them: a `Path`, or the text of one."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option

LONGEST_SHOWN = 80


def as_path(value: str | os.PathLike[str], where: str) -> Path:
    """The path that is meant.

    Args:
        value: of any type, as a caller without types may give it.
        where: how messages call it.
    Raises: InputError: it is no path, is blank, or has a NUL character, which no system takes.
    """
    if not isinstance(value, str | os.PathLike):
        raise _refused(where, "must be a path, as text or pathlib.Path", value, "give it as text")
    text = os.fspath(value)
    if not text.strip():
        raise _refused(where, "must not be blank", value, "name a file or folder")
    if "\0" in text:
        raise _refused(where, "must have no NUL character", value, "write it without")
    return Path(text)


def take_paths(request: object, *names: str) -> None:
    """Make paths of the texts in some fields of a request that is being made; absent ones stay.

    Args:
        request: a frozen dataclass.
        names: of its fields; one may hold a mapping to paths.
    Raises: InputError: as `as_path`, with the field's name.
    """
    for name in names:
        value: Any = getattr(request, name)
        where = option(name.replace("_", "-"))
        if isinstance(value, Mapping):
            value = {key: as_path(path, f"{where} {key}") for key, path in value.items()}
        elif value is not None:
            value = as_path(value, where)
        # A frozen dataclass fills its own fields no other way.
        object.__setattr__(request, name, value)


def _refused(where: str, rule: str, value: object, remedy: str) -> InputError:
    return InputError(where, rule, got=ascii(value)[:LONGEST_SHOWN], remedy=remedy)
