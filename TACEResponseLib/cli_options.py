"""What several commands of the command line have in common."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from TACEResponseLib.errors import InputError

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


ENDPOINTS = ("objective_response", "disease_control", "progression")


def given(options: argparse.Namespace, parser: argparse.ArgumentParser) -> set[str]:
    """Options that the user gave with another value than the default, by their destinations."""
    return {name for name, value in vars(options).items() if value != parser.get_default(name)}


def refuse_given(options: argparse.Namespace, reasons: Mapping[str, tuple[str, str]]) -> None:
    """Refuse options that can't do anything where they stand.

    An option that is taken and ignored makes a user believe that it was followed.

    Args:
        options: of a command whose parser set itself as `parser`.
        reasons: by option, the rule that it breaks here and the way out.
    Raises: InputError: the first of them that was given.
    """
    said = given(options, options.parser)
    for option, (rule, remedy) in reasons.items():
        name = option.removeprefix("--").replace("-", "_")
        if name in said:
            value = getattr(options, name)
            got = " ".join(map(str, value)) if isinstance(value, list) else value
            raise InputError(option, rule, got="it" if value is True else got, remedy=remedy)


def add_verbose(parser: argparse.ArgumentParser) -> None:
    """Every command tells more when asked."""
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="tell the stages; -vv: everything"
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where networks run."""
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: %(default)s"
    )
