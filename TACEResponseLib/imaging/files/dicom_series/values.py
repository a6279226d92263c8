"""Values of DICOM elements, whatever stands where they should be."""

import hashlib
import re
import secrets
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.files import shown_name
from TACEResponseLib.imaging.files.headers.text import NUMBER

# Another one each time the program runs: a digest of a patient's id tells two patients apart here
# and now, and can't be looked up or compared anywhere else.
SALT = secrets.token_bytes(32)
# More digits are no number of a slice.
WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
EXPORT_AGAIN = "export the series again from the archive"
DIGITS = 5
"""Significant digits to which numbers are compared; headers round."""


def text(header: Any, keyword: str) -> str:
    """A value in words; empty for an absent one, `unreadable` for one that can't be converted."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd values, which are refused where they are used
            return element_text(header.get(keyword))
    except Exception:  # noqa: BLE001  # pydicom converts when asked, and raises many kinds
        return "unreadable"


def element_text(value: Any) -> str:
    """Any value of an element, several separated as DICOM does; a sequence by its contents."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("latin-1").strip(" \0")
    if isinstance(value, str):
        return value.strip(" \0")
    try:
        return "\\".join(str(v).strip() for v in value)
    except TypeError:
        return str(value).strip()


def comparable(value: str) -> str:
    """Numbers to some digits, everything else as it is."""
    words = value.split("\\")
    if all(NUMBER.fullmatch(w) for w in words):
        return " ".join(f"{float(w):.{DIGITS}g}" for w in words)
    return value


def patient_digest(header: Any) -> str | None:
    """A digest of the patient's id that means something in this process alone; none without id."""
    patient = text(header, "PatientID").encode("utf-8", "surrogatepass")
    return hashlib.blake2b(patient, key=SALT, digest_size=32).hexdigest() if patient else None


def element_numbers(slice_: Any, keyword: str, count: int, where: str) -> tuple[float, ...]:
    """Exactly so many finite numbers.

    Args:
        slice_: has `header` and `path`.
        keyword: DICOM's own name of the element.
        count: how many.
        where: how messages call the series.
    Raises: InputError: absent, empty, not numbers (a decimal comma), another count, not finite.
    """
    shown = raw_text(slice_.header, keyword)
    words = [w.strip() for w in shown.split("\\")]
    if len(words) != count or not all(NUMBER.fullmatch(w) for w in words):
        raise _unlike(slice_, keyword, count, shown, where)
    values = tuple(float(w) for w in words)
    if not all(np.isfinite(v) and abs(v) < 1e12 for v in values):
        raise _unlike(slice_, keyword, count, shown, where)
    return values


def slice_numbers(headers: Sequence[Any]) -> tuple[int, ...] | None:
    """InstanceNumber of each slice; `None` unless every one has a single whole number."""
    shown = [text(header, "InstanceNumber") for header in headers]
    return tuple(map(int, shown)) if all(map(WHOLE.fullmatch, shown)) else None


def raw_text(header: Any, keyword: str) -> str:
    """A value as it stands in the file, unconverted where it can't be converted."""
    converted = text(header, keyword)
    if converted != "unreadable":
        return converted
    try:
        raw = header.get_item(keyword).value
    except Exception:  # noqa: BLE001  # as above
        return converted
    return raw.decode("latin-1").strip(" \0") if isinstance(raw, bytes) else converted


def whole_number(slice_: Any, keyword: str, where: str, absent: int | None = None) -> int:
    """One whole number.

    Raises: InputError: absent without a stand-in, empty, or something else.
    """
    if absent is not None and not text(slice_.header, keyword):
        return absent
    (value,) = element_numbers(slice_, keyword, 1, where)
    if value != int(value):
        raise _unlike(slice_, keyword, 1, str(value), where)
    return int(value)


def _unlike(slice_: Any, keyword: str, count: int, shown: str, where: str) -> InputError:
    """An element that holds something else."""
    comma = " (a decimal comma?)" if "," in shown else ""
    got = f"{shown[:60]!r}{comma}" if shown else "nothing"
    kind = f"{count} finite numbers" if count > 1 else "one finite number"
    return InputError(
        where,
        f"each slice must have {keyword}, {kind}",
        got=got,
        names=(f"in {shown_name(slice_.path)}",),
        remedy=EXPORT_AGAIN,
    )


def seconds_of_day(time: str) -> float | None:
    """Seconds since midnight of DICOM's HHMMSS.ffffff, or YYYYMMDDHHMMSS.ffffff+ZZZZ."""
    whole, point, rest = time.replace(":", "").partition("+")[0].partition("-")[0].partition(".")
    if not f"{whole}{rest}".isdecimal() or len(whole) not in (6, 14):
        return None
    clock = whole[-6:]
    return int(clock[:2]) * 3600 + int(clock[2:4]) * 60 + float(f"{clock[4:]}{point}{rest}")
