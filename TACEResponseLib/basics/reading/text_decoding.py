"""Bytes as text: which encoding it is, told by rules that don't depend on chance."""

import codecs
import re

from TACEResponseLib.basics.errors import InputError

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ZIP = b"PK\x03\x04"
# What no text holds. An escape stands in cells that come from a terminal; such a cell is told where
# it is.
BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decoded(content: bytes, where: str) -> tuple[str, str]:
    """The text, and what to say of its encoding if it is not UTF-8.

    Raises: InputError: no text, or none of UTF-8, UTF-16 and Windows-1252.
    """
    if content.startswith(ZIP):
        raise InputError(
            where,
            "must be a table of text, such as CSV in UTF-8",
            got="a zip archive, as Excel workbooks are",
            remedy="let its name end in .xlsx, or save it as CSV UTF-8",
        )
    for mark, name in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            try:
                return _printable(content.decode(name), where), ""
            except UnicodeDecodeError as error:
                raise _no_table(where, "damaged text") from error
    if half := _half_empty(content):
        try:
            return _printable(content.decode(half), where), f"it was read as UTF-16 ({half[-2:]})"
        except UnicodeDecodeError as error:
            raise _no_table(where, "damaged text") from error
    try:
        return _printable(content.decode("utf-8"), where), ""
    except UnicodeDecodeError:
        pass
    try:
        text = _printable(content.decode("cp1252"), where)
    except UnicodeDecodeError as error:
        raise _no_table(where, "neither UTF-8 nor Windows-1252") from error
    return text, "it is no UTF-8 and was read as Windows-1252; look at its accented letters"


def _half_empty(content: bytes) -> str:
    """The form of UTF-16 whose mark is missing; empty for all else.

    Tables are mostly of letters whose other byte is zero, and no other text has zeros.
    """
    if b"\0" not in content[:1024]:
        return ""
    zeros = content[1::2].count(0), content[::2].count(0)
    if min(zeros) or max(zeros) < len(content) // 4:
        return ""
    return "utf-16-le" if zeros[0] else "utf-16-be"


def _printable(text: str, where: str) -> str:
    """Refuse what no text holds."""
    if odd := BINARY.search(text):
        raise _no_table(where, f"a binary file (byte {ord(odd[0])})")
    return text


def _no_table(where: str, got: str) -> InputError:
    return InputError(
        where,
        "must be a table of text, such as CSV in UTF-8",
        got=got,
        remedy="save it as CSV UTF-8",
    )
