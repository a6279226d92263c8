"""What a file dialog answers."""

from typing import Any


def chosenPath(answer: Any) -> str:
    """The path that a file dialog gives, blank if none; PySide6 gives the filter too."""
    return str(answer[0] if isinstance(answer, tuple) else answer)
