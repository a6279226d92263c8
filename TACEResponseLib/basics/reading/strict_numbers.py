"""Numbers in text from outside: tables, forms, options.

Python reads more than people write: `6_6` as 66, digits of other scripts, `nan`, `infinity`, and
blanks around. Each of these is a slip, and read in silence it would be another value.
"""

import argparse
import math
import re

from TACEResponseLib.basics.plain_text import PLAIN_NUMBER

# Longer whole numbers stand in no table of patients, and Python takes its time over them.
MOST_DIGITS = 18
MOST_DIGITS_OF_AN_OPTION = 1000


def read_number(text: str) -> float:
    """A finite decimal number: digits, a point, an exponent.

    Raises: ValueError: anything else.
    """
    if not PLAIN_NUMBER.fullmatch(text):
        raise ValueError(f"must be a number, got {text[:40]!r}")
    number = float(text)
    if not math.isfinite(number) or (number == 0 and _is_of_something(text)):
        raise ValueError(f"must be a number that a computer can hold, got {text[:40]!r}")
    return number


def _is_of_something(text: str) -> bool:
    """Whether a number has a digit but 0 before its exponent."""
    return any(digit in re.split("[eE]", text)[0] for digit in "123456789")


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def read_whole_number(text: str, most_digits: int = MOST_DIGITS) -> int:
    """A whole number in decimal digits.

    Raises: ValueError: anything else, or more than `most_digits` digits.
    """
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not _are_digits(digits):
        raise ValueError(f"must be a whole number, got {text[:40]!r}")
    if len(digits) > most_digits:
        raise ValueError(f"must be a whole number of at most {most_digits} digits")
    return int(text)


def is_odd_number(text: str) -> bool:
    """Whether Python would read a text as a number which nobody writes so."""
    if "_" not in text and text.isascii():
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def decimal(text: str) -> float:
    """The type of an option that takes a number."""
    try:
        return read_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def whole(text: str) -> int:
    """The type of an option that takes a whole number; whoever checks options knows its bounds."""
    try:
        return read_whole_number(text, MOST_DIGITS_OF_AN_OPTION)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
