"""The one gate for files that a user names: a regular file, no larger than its kind can be.

A device never ends, a pipe waits for ever, a folder or a socket can't be read: each is told before
anything is opened for good.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from TACEResponseLib.basics.errors import InputError

KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
# A pipe that takes the place of a file between two looks must not keep us waiting.
# What fails in the middle of reading because nothing can be written is none of the file's.
NOT_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EPIPE)
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def is_there(path: Path) -> bool:
    """Whether something has this name, of whatever kind; what no file can be called is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def check_regular(path: Path, where: str, *, most_bytes: int) -> int:
    """Refuse what is no regular file, or is too large for its kind.

    Args:
        path: as the user gave it; links are followed.
        where: how the user named it, for messages.
        most_bytes: far above any real file of this kind.
    Returns: its size in bytes.
    Raises: InputError.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(where, error) from error
    return _checked(status, where, most_bytes)


@contextmanager
def open_regular(path: Path, where: str, *, most_bytes: int) -> Iterator[BufferedReader]:
    """A regular file, open for reading; what fails while it is read is told as well.

    Args: as `check_regular`.
    Raises: InputError: as `check_regular`, or it can't be read.
    """
    check_regular(path, where, most_bytes=most_bytes)
    try:
        with os.fdopen(os.open(path, OPEN_FLAGS), "rb") as file:
            _checked(os.fstat(file.fileno()), where, most_bytes)
            yield file
    except OSError as error:
        if error.errno in NOT_OURS:
            raise
        raise _unreadable(where, error) from error


def read_bytes(path: Path, where: str, *, most_bytes: int) -> bytes:
    """Content of a regular file.

    Args: as `check_regular`.
    Raises: InputError: as `open_regular`, or it grows beyond the limit while it is read.
    """
    with open_regular(path, where, most_bytes=most_bytes) as file:
        content = file.read(most_bytes + 1) or b""
    if len(content) > most_bytes:
        raise _too_large(where, most_bytes, "more")
    return content


def read_text(path: Path, where: str, *, most_bytes: int) -> str:
    """Text of a regular file in UTF-8, with or without a mark at its beginning.

    Args: as `check_regular`.
    Raises: InputError: as `read_bytes`, or it holds other bytes than UTF-8's.
    """
    return as_text(read_bytes(path, where, most_bytes=most_bytes), where)


def as_text(content: bytes, where: str) -> str:
    """Bytes as UTF-8 text, without a mark at the beginning.

    Raises: InputError.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        raise InputError(
            where,
            "must be UTF-8 text",
            got="UTF-16" if is_wide else "other bytes",
            remedy="save it as UTF-8",
        ) from error


def _checked(status: os.stat_result, where: str, most_bytes: int) -> int:
    """The size of what is a regular file."""
    if not stat.S_ISREG(status.st_mode):
        kind = next((words for is_it, words in KINDS if is_it(status.st_mode)), "something else")
        raise InputError(
            where,
            "must be a regular file",
            got=kind,
            remedy="save the data in a file and name that",
        )
    if status.st_size > most_bytes:
        raise _too_large(where, most_bytes, in_units(status.st_size))
    return status.st_size


def in_units(n_bytes: int) -> str:
    """A size as a person says it."""
    for unit, size in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if n_bytes >= size:
            return f"{n_bytes / size:.3g} {unit}"
    return f"{n_bytes} bytes"


def _too_large(where: str, most_bytes: int, got: str) -> InputError:
    return InputError(
        where,
        f"must be at most {in_units(most_bytes)}",
        got=got,
        remedy="check that this is the right file",
    )


def _unreadable(where: str, error: OSError | ValueError) -> InputError:
    """No such file, no permission, a name that no file can have."""
    got = getattr(error, "strerror", None) or "a name that no file can have"
    return InputError(where, "must be a readable file", got=got, remedy="check the path")
