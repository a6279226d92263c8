"""tace-response. Imports nothing heavy before a command runs.

Exit status: 0 done; 2 the user's mistake or a disk's, told in one line; 1 ours; 130 interrupted;
128 + the signal's number where another one ended it.
"""

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from TACEResponseLib import __version__
from TACEResponseLib.basics.errors import InputError, MissingExtraError
from TACEResponseLib.basics.process import endings, standard_streams
from TACEResponseLib.basics.process.terminal import printable_output
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.basics.vocabulary import OPTIONS, spoken
from TACEResponseLib.basics.writing import drafts
from TACEResponseLib.basics.writing.disk_trouble import explained
from TACEResponseLib.commands import (
    biology,
    cohort,
    compare,
    demo,
    info,
    recalibrate,
    recipe,
    score,
    simulate,
    train,
    validate,
)
from TACEResponseLib.commands.options import BriefParser, check_options

# In the order of `--help`; what a command computes with, it imports as it runs.
COMMANDS = (
    score,
    demo,
    info,
    recipe,
    simulate,
    cohort,
    train,
    validate,
    compare,
    recalibrate,
    biology,
)
TOO_LARGE: dict[type[BaseException], str] = {
    MemoryError: "error: this computer: must have enough free memory, got too little; close other "
    "programs, or take smaller images",
    RecursionError: "error: an input: must not be nested so deeply, got more than Python can read; "
    "check the files",
}


def main(arguments: Sequence[str] | None = None, *, ends_process: bool = False) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: of the command line; those of this process by default.
        ends_process: the caller does nothing more than end the process with this status.
    """
    try:
        standard_streams.fill_gaps()
    except InputError as error:
        return _say(f"error: {error}", 2)
    with spoken(OPTIONS), endings.watched(to_the_end=ends_process), printable_output():
        return _parsed(arguments)


def _parsed(arguments: Sequence[str] | None) -> int:
    """The command line, read and run."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("taceresponse").setLevel(
        (logging.WARNING, logging.INFO, logging.DEBUG)[min(options.verbose, 2)]
    )
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """The command, and what came of it in one line."""
    try:
        check_options(options)
        drafts.sweep(Path(tempfile.gettempdir()))
        with standard_streams.printed_at_the_end():
            options.run(options)
    except (InputError, MissingExtraError) as error:
        return _say(f"error: {error}", 2)
    except KeyboardInterrupt:
        return _say(f"interrupted; {endings.work_left()}", 130)
    except (MemoryError, RecursionError) as error:
        return _say(TOO_LARGE[type(error)], 2)
    except Exception as error:  # the last gate: one line for the user
        logging.getLogger("taceresponse").debug("traceback", exc_info=True)
        if known := _of_the_disk(error):
            return _say(f"error: {known}", 2)
        kind = type(error).__name__
        return _say(f"internal error: {kind}: {error}; run again with -vv and report it", 1)
    return 0


def _of_the_disk(error: Exception) -> InputError | None:
    """What the user can mend of an error that nobody has explained yet."""
    place = getattr(error, "filename", None) or tempfile.gettempdir()
    return explained(error, Path(os.fsdecode(place)), "disk")


def _say(message: str, status: int) -> int:
    """Print one line to stderr; a program that is being ended leaves the word to its ending."""
    with drafts.PLACING, suppress(OSError, ValueError):
        print(" ".join(message.split()), file=sys.stderr)  # noqa: T201  # the command's own voice
    return status


def _parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    parser: argparse.ArgumentParser = BriefParser(
        prog="tace-response",
        description=f"Will this liver tumor respond to TACE? {NOT_A_DEVICE}",
    )
    parser.add_argument("--version", action="version", version=f"tace-response {__version__}")
    parser.set_defaults(verbose=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
