"""tace-response. Imports nothing heavy before a command runs.

Exit status: 0 done; 2 the user's mistake, told in one line; 1 ours; 130 interrupted.
"""

import argparse
import logging
import sys
from collections.abc import Sequence

from TACEResponseLib import __version__, cli_cohorts, cli_patients, cli_validation
from TACEResponseLib.errors import InputError, MissingExtraError
from TACEResponseLib.terms import NOT_A_DEVICE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("taceresponse").setLevel(
        (logging.WARNING, logging.INFO, logging.DEBUG)[min(options.verbose, 2)]
    )
    try:
        options.run(options)
    except (InputError, MissingExtraError) as error:
        return _told(f"error: {error}", 2)
    except KeyboardInterrupt:
        return _told("interrupted; nothing was written", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # the last gate: one line for the user
        logging.getLogger("taceresponse").debug("traceback", exc_info=True)
        kind = type(error).__name__
        return _told(f"internal error: {kind}: {error}; run again with -vv and report it", 1)
    return 0


def _told(message: str, status: int) -> int:
    """Print one line to stderr."""
    print(" ".join(message.split()), file=sys.stderr)  # noqa: T201  # the command's own voice
    return status


def _parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    parser = argparse.ArgumentParser(
        prog="tace-response",
        description=f"Will this liver tumor respond to TACE? {NOT_A_DEVICE}",
    )
    parser.add_argument("--version", action="version", version=f"tace-response {__version__}")
    parser.set_defaults(verbose=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    cli_patients.add_score(commands)
    cli_patients.add_demo(commands)
    cli_patients.add_info(commands)
    cli_cohorts.add_recipe(commands)
    cli_cohorts.add_simulate(commands)
    cli_cohorts.add_cohort(commands)
    cli_cohorts.add_train(commands)
    cli_validation.add_validate(commands)
    cli_validation.add_compare(commands)
    cli_validation.add_recalibrate(commands)
    cli_validation.add_biology(commands)
    return parser
