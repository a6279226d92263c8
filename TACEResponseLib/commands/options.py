"""What several commands of the command line have in common."""

import argparse
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import NoReturn, TypeAlias

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.plain_text import printable

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Reasons: TypeAlias = Mapping[str, tuple[str, str]]
"""By option, the rule that it breaks and the way out."""

ENDPOINTS = ("objective_response", "disease_control", "progression")
ROLES = ("training", "tuning", "internal_test", "external_test")
BUNDLE_HELP = "name of an installed bundle, or its folder or .zip"
OUTPUT_HELP = "made by this command"
JOBS_HELP = "worker processes; they don't change the result"


def some_name(word: str) -> str:
    """Of a file, a folder or something installed, as `type=` of an option.

    Nothing is no name, and would stand for the working folder as a path.
    """
    if not word.strip():
        raise argparse.ArgumentTypeError(
            f"must be a name or path, got {word!r}; give one, or set the variable that holds it"
        )
    return word


def some_path(word: str) -> Path:
    """As `some_name`, for what is no name of anything installed."""
    return Path(some_name(word))


class BriefParser(argparse.ArgumentParser):
    """Tells what is wrong with an option in one line, as all else is told; so do its commands."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        rule = message.removeprefix("argument ")
        self.exit(2, f"error: {printable(' '.join(rule.split()))}; see {self.prog} --help\n")


def check_options(options: argparse.Namespace) -> None:
    """Refuse numbers out of range and text that no file or terminal can hold.

    Raises: InputError: names the option.
    """
    for name, value in vars(options).items():
        option = f"--{name.replace('_', '-')}"
        for one in value if isinstance(value, list) else [value]:
            _check_text(option, one)
        check_ranges(**{name.replace("_", "-"): value})


def _check_text(option: str, value: object) -> None:
    """Bytes that are no UTF-8 reach us as halves of characters, which can't be written anywhere."""
    text = str(value) if isinstance(value, str | PurePath) else ""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InputError(
            option,
            "must be UTF-8 text",
            got=ascii(text)[:80],
            remedy="rename the file, or set the terminal to UTF-8",
        )
    if "\0" in text:
        raise InputError(
            option, "must have no NUL character", got=ascii(text)[:80], remedy="write it without"
        )


def given(options: argparse.Namespace, parser: argparse.ArgumentParser) -> set[str]:
    """Options that the user gave with another value than the default, by their destinations."""
    return {name for name, value in vars(options).items() if value != parser.get_default(name)}


def refuse_given(options: argparse.Namespace, reasons: Reasons) -> None:
    """Refuse options that can't do anything where they stand.

    An option that is taken and ignored makes a user believe that it was followed.

    Args:
        options: of a command whose parser set itself as `parser`.
        reasons: of those that can't.
    Raises: InputError: the first of them that was given.
    """
    said = given(options, options.parser)
    for option, (rule, remedy) in reasons.items():
        name = option.removeprefix("--").replace("-", "_")
        if name in said:
            value = getattr(options, name)
            got = " ".join(map(str, value)) if isinstance(value, list) else value
            raise InputError(option, rule, got=option if value is True else got, remedy=remedy)


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
