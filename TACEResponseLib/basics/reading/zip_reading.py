"""The one gate for zip archives from outside: bundles, classifiers and workbooks.

Python's reader builds an object for every entry that the archive's directory lists, before anybody
can count them, and lets entries lie over one another.
"""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.regular_file import in_units, open_regular

# A directory of 20,000 entries with short names has 1.3 MB.
MOST_DIRECTORY_BYTES = 2 * 1024**2
END, END_64, END_64_PLACE = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
END_SIZE, END_64_PLACE_SIZE, END_64_SIZE = 22, 20, 56
LONGEST_COMMENT = 0xFFFF
LOCAL_HEADER_BYTES = 30


@contextmanager
def open_zip(
    path: Path, where: str, *, most_bytes: int, most_entries: int, most_unpacked: int
) -> Iterator[zipfile.ZipFile]:
    """An archive whose directory has been counted and whose entries lie side by side.

    Args:
        path: of the archive.
        where: how the user named it, for messages.
        most_bytes: of the file.
        most_entries: files and folders in it.
        most_unpacked: bytes of all files together, as the directory announces them.
    Raises: InputError: no regular file, or beyond a limit. zipfile.BadZipFile: damaged.
    """
    with open_regular(path, where, most_bytes=most_bytes) as file:
        _check_directory(file, where)
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive.infolist(), where, most_entries, most_unpacked)
            yield archive


def is_zip(path: Path) -> bool:
    """Whether a regular file ends as a zip archive does."""
    with path.open("rb") as file:
        return _end(file) is not None


def _check_entries(
    entries: list[zipfile.ZipInfo], where: str, most_entries: int, most_unpacked: int
) -> None:
    """Not too many, not too large, each in bytes of its own."""
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > most_entries or unpacked > most_unpacked:
        raise InputError(
            where,
            f"must unpack to at most {most_entries} files and {in_units(most_unpacked)}",
            got=f"{len(entries)} of {in_units(unpacked)}",
            remedy="check that this is the right file",
        )
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise InputError(
                where,
                "must hold each file in bytes of its own",
                got=f"{entry.filename[:60]!r} over another",
                remedy="don't use this file",
            )
        end = entry.header_offset + LOCAL_HEADER_BYTES + entry.compress_size


def _check_directory(file: BinaryIO, where: str) -> None:
    """The list of entries is no longer than that of a real archive."""
    end = _end(file)
    if end is None:
        raise zipfile.BadZipFile("no zip")
    size = max(int.from_bytes(end[12:16], "little") % 0xFFFFFFFF, _size_64(file, end))
    file.seek(0)
    if size > MOST_DIRECTORY_BYTES:
        raise InputError(
            where,
            f"must list its files in at most {in_units(MOST_DIRECTORY_BYTES)}",
            got=in_units(size),
            remedy="check that this is the right file",
        )


def _end(file: BinaryIO) -> bytes | None:
    """The record at the end of every archive, with what follows it; `None` if there is none."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - END_SIZE - LONGEST_COMMENT))
    tail = file.read()
    place = tail.rfind(END)
    return tail[place:] if 0 <= place <= len(tail) - END_SIZE else None


def _size_64(file: BinaryIO, end: bytes) -> int:
    """Length of the directory as the record of large archives has it; 0 without one."""
    start = file.seek(0, os.SEEK_END) - len(end) - END_64_PLACE_SIZE
    if start < END_64_SIZE:
        return 0
    file.seek(start - END_64_SIZE)
    record = file.read(END_64_SIZE + END_64_PLACE_SIZE)
    if not record.startswith(END_64) or record[END_64_SIZE:][:4] != END_64_PLACE:
        return 0
    return int.from_bytes(record[40:48], "little")
