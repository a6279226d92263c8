"""One command of the command line as a try: its exit status says what came of it."""

import io
import os
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.commands.cli import main


def run_in(folder: Path, words: Sequence[str]) -> None:
    """Run a command in a folder.

    Raises: InputError: it was refused in one line. RuntimeError: in any other way.
    """
    os.chdir(folder)
    stream = io.StringIO()
    with redirect_stderr(stream), redirect_stdout(io.StringIO()):
        try:
            status = main(words)
        except SystemExit as error:
            status = int(error.code or 0)
    lines = [line for line in stream.getvalue().splitlines() if not line.startswith("warning: ")]
    if status == 0:
        return
    if status != 2 or len(lines) != 1:
        raise RuntimeError(f"status {status}: {stream.getvalue()[:2000]}")
    raise InputError("command", "must be as it says", got=lines[-1], remedy="")
