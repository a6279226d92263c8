"""A signal in plain Python: `qt.Signal` defined in Python crashes PythonQt."""

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")
"""What is told at each emission."""


class Signal(Generic[P]):
    """Calls its slots, in the order in which they were connected."""

    def __init__(self) -> None:
        """Begin without slots."""
        self._slots: list[Callable[P, object]] = []

    def connect(self, slot: Callable[P, object]) -> None:
        """Call `slot` at each emission from now on; once, however often it is connected."""
        if slot not in self._slots:
            self._slots.append(slot)

    def disconnect(self, slot: Callable[P, object]) -> None:
        """Call `slot` no more.

        Raises: ValueError: it wasn't connected.
        """
        self._slots.remove(slot)

    def emit(self, *values: P.args, **named: P.kwargs) -> None:
        """Call every slot; one that disconnects itself meanwhile disturbs no other."""
        for slot in tuple(self._slots):
            slot(*values, **named)
