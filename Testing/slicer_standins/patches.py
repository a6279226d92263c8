"""Changes to classes and modules that can be taken back."""

from __future__ import annotations

from typing import Any

_ABSENT = object()


class Patches:
    """Attributes set or removed on classes, modules and mappings, restored in reverse order."""

    def __init__(self) -> None:
        self._done: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Put an attribute on a class or module, and remember what was there."""
        self._done.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def remove(self, owner: Any, name: str) -> None:
        """Take an attribute off a class or module, and remember it."""
        self._done.append((owner, name, vars(owner)[name]))
        delattr(owner, name)

    def undo(self) -> None:
        """Restore everything, the last change first."""
        for owner, name, before in reversed(self._done):
            if before is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        self._done.clear()
