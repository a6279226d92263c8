"""stdout and stderr that may be closed, full or a broken pipe, told in one line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import StringIO, TextIOWrapper

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process import endings


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


@contextmanager
def printed_at_the_end() -> Iterator[None]:
    """Keep what is printed, and hand it over at once, whatever came of the work.

    Raises: InputError: stdout doesn't take it.
    """
    kept = StringIO()
    try:
        with redirect_stdout(kept):
            yield
    finally:
        try:
            sys.stdout.write(kept.getvalue())
            sys.stdout.flush()
        except OSError as error:
            raise _untold(error) from error


def _untold(error: OSError) -> InputError:
    """What to say when stdout takes no more."""
    with suppress(OSError):
        # What is still buffered would fail once more as the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    got = "a closed pipe" if isinstance(error, BrokenPipeError) else error.strerror
    return InputError(
        "stdout",
        "must take what is printed",
        got=got,
        remedy=f"print into a file; {endings.work_left()}",
    )
