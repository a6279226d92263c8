"""The lines of an NRRD header: fields, and keys with values of whoever wrote it."""

import re
from typing import IO

from TACEResponseLib.imaging.files.headers.header import damaged
from TACEResponseLib.imaging.files.headers.text import next_line

MAGIC = re.compile(r"NRRD000[1-5]")
OLD_NAMES = {"datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip"}


def parsed_lines(file: IO[bytes], where: str) -> tuple[dict[str, str], dict[str, str]]:
    """Fields, and keys with values, up to the blank line before the voxels."""
    if not MAGIC.fullmatch(next_line(file, where) or ""):
        raise damaged(where, "no NRRD header (a damaged or foreign file)")
    fields: dict[str, str] = {}
    words: dict[str, str] = {}
    while line := next_line(file, where):
        if line.startswith("#"):
            continue
        key, free, value = line.partition(":=")
        if free and ": " not in key:
            words[key] = _unescaped(value)
            continue
        name, mark, value = line.partition(":")
        name = OLD_NAMES.get(name.strip().lower(), name.strip().lower())
        if not mark or name in fields:
            raise damaged(where, f"a header line twice or of no kind: {line[:40]!r}")
        fields[name] = value.strip()
    return fields, words


def _unescaped(value: str) -> str:
    """NRRD writes line ends of a value as a backslash and n."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)
