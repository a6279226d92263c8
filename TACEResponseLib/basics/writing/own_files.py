"""Which files of a folder are an earlier result of ours: those that its record lists, unchanged."""

import json
from collections.abc import Mapping
from pathlib import Path

from TACEResponseLib.basics.reading.file_digest import sha256_of

RECORD_NAME = "prediction.json"
BY_NAME_ALONE = frozenset({RECORD_NAME, "scene.mrb"})
"""A record can't hold its own digest; a scene is the user's to go on working in."""
LONGEST_RECORD_BYTES = 64 * 1024**2


def listed_files(folder: Path) -> dict[str, str | None]:
    """What a record lists: SHA-256 by name, `None` for a file that goes by its name alone."""
    names = sorted({p.name for p in folder.iterdir()} | {RECORD_NAME})
    return {name: None if name in BY_NAME_ALONE else sha256_of(folder / name) for name in names}


def foreign_files(folder: Path) -> list[str]:
    """Names in a folder that would be lost if its result were replaced, with the reason if any."""
    names = sorted(p.name for p in folder.iterdir())
    listed = _listed(folder / RECORD_NAME) if names else {}
    return [
        f"{name}{reason}"
        for name in names
        if (reason := _foreign(folder / name, listed)) is not None
    ]


def _foreign(path: Path, listed: Mapping[str, object]) -> str | None:
    """`None` if a file is ours, else what there is to say of it."""
    if path.name not in listed or path.is_symlink() or not path.is_file():
        return ""
    if path.name in BY_NAME_ALONE or listed[path.name] == sha256_of(path):
        return None
    return " (changed since)"


def _listed(record: Path) -> Mapping[str, object]:
    """The list of a record; empty where it is none of ours."""
    try:
        if record.is_symlink() or record.stat().st_size > LONGEST_RECORD_BYTES:
            return {}
        content = json.loads(record.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or "record_version" not in content:
        return {}
    files = content.get("files")
    return files if isinstance(files, dict) and RECORD_NAME in files else {}
