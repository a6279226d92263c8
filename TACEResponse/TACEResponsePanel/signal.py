"""A signal in plain Python: `qt.Signal` defined in Python crashes PythonQt."""

from collections.abc import Callable
from typing import Any


class Signal:
    """Calls its slots, in the order in which they were connected."""

    def __init__(self) -> None:
        """Begin without slots."""
        self._slots: list[Callable[..., Any]] = []

    def connect(self, slot: Callable[..., Any]) -> None:
        """Call `slot` at each emission from now on; once, however often it is connected."""
        if slot not in self._slots:
            self._slots.append(slot)

    def disconnect(self, slot: Callable[..., Any]) -> None:
        """Call `slot` no more.

        Raises: ValueError: it wasn't connected.
        """
        self._slots.remove(slot)

    def emit(self, *values: Any) -> None:
        """Call every slot; one that disconnects itself meanwhile disturbs no other."""
        for slot in tuple(self._slots):
            slot(*values)
