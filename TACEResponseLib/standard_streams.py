"""stdout and stderr that may be closed, full or a broken pipe, told in one line."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper

from TACEResponseLib import endings
from TACEResponseLib.errors import InputError


def fill_gaps() -> None:
    """Take the place of closed descriptors, so that no file of a result becomes stdout.

    Raises: InputError: stdout is closed, and the result could be told to nobody.
    """
    handle = os.open(os.devnull, os.O_RDWR)
    while handle <= 2:
        handle = os.dup(handle)
    os.close(handle)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # lives as long as the process
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # as above
        raise InputError(
            "stdout",
            "must be open, for the result is printed there",
            got="a closed one",
            remedy="leave it open, or write > result.txt",
        )
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name may hold what the terminal's encoding doesn't.
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Make sure that what was printed has reached somebody.

    Raises: OSError: it has not.
    """
    sys.stdout.flush()


def untold(error: OSError) -> InputError:
    """What to say when stdout takes no more."""
    with suppress(OSError):
        # What is still buffered would fail once more as the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    got = "a closed pipe" if isinstance(error, BrokenPipeError) else error.strerror
    return InputError("stdout", "must take what is printed", got=got,
                      remedy=f"print into a file; {endings.truth()}")  # fmt: skip
