"""What several commands of the command line have in common."""

import argparse
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import printable

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


ENDPOINTS = ("objective_response", "disease_control", "progression")


# What each number may be, wherever an option of this name is: numpy, torch and scikit-learn agree
# on no other seeds, and what is larger than the rest is a slip of the keyboard.
RANGES: Mapping[str, tuple[float, float]] = {
    "seed": (0, 2**32 - 1),
    "jobs": (1, 256),
    "epochs": (1, 100_000),
    "patients": (1, 100_000),
    "resamples": (200, 1_000_000),
    "permutations": (1000, 1_000_000),
    "threshold": (0, 1),
    "landmark": (0, 36_525),
}


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
        if name in RANGES and value is not None:
            low, high = RANGES[name]
            if not low <= value <= high:
                raise InputError(
                    option,
                    f"must be {low} to {high}",
                    got=str(value)[:40],
                    remedy="give another number",
                )


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
