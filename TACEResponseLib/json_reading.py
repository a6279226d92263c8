"""JSON that a user wrote by hand."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from TACEResponseLib.errors import InputError


def read_json_object(path: Path, where: str, *, example: str) -> Mapping[str, Any]:
    """The object in a JSON file.

    Args:
        path: UTF-8 text.
        where: what the user calls the file, for messages.
        example: what such a file holds, for messages.
    Raises: InputError: unreadable, no JSON, no object, or a key given twice.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InputError(where, "must give each key once", got=f"{twice[0]} twice",
                             remedy="remove one")  # fmt: skip
        return dict(pairs)

    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=unique)
    except OSError as error:
        raise InputError(where, "must be a readable file", got=error.strerror or "an error",
                         remedy="check the path") from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise InputError(where, "must be UTF-8 text", got="other bytes",
                         remedy="save it as UTF-8") from error  # fmt: skip
    except json.JSONDecodeError as error:
        raise InputError(where, "must be JSON",
                         got=f"{error.msg} at line {error.lineno}, column {error.colno}",
                         remedy="mend it there") from error  # fmt: skip
    if not isinstance(content, dict):
        raise InputError(where, "must hold one JSON object", got=type(content).__name__,
                         remedy=f"write {example}")  # fmt: skip
    return content
