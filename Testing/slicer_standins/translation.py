"""Stand-in of the module `slicer.i18n`; the language is English.

Source: Slicer, Base/Python/slicer/i18n.py.
"""

from __future__ import annotations

__all__ = ["tr", "translate"]


def translate(context: str, text: str) -> str:
    """The text in the application's language.

    Raises: TypeError: a text is missing; Qt would refuse it too.
    """
    _require_text(context)
    _require_text(text)
    return text


def tr(text: str) -> str:
    """The same, with the context taken from the caller's file.

    Raises: TypeError: not a text.
    """
    _require_text(text)
    return text


def _require_text(value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"a text is wanted, got {value!r}")
