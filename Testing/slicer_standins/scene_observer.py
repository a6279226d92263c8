"""Observers on VTK objects that end with the widget that wanted them."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import shiboken6
import vtk

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6 import QtCore


class SceneObserver:
    """Calls methods of a Qt object upon events of VTK objects, as long as the Qt object lives."""

    def __init__(self, owner: QtCore.QObject) -> None:
        self._owner = weakref.ref(owner)
        self._tags: list[tuple[Any, int]] = []

    def watch(self, subject: Any, event: int, method: str) -> None:
        """Call a method with the node that the event carries, or None."""
        self._add(subject, event, method, gets_subject=False)

    def watch_itself(self, subject: Any, event: int, method: str) -> None:
        """Call a method with the object that sent the event."""
        self._add(subject, event, method, gets_subject=True)

    def stop(self) -> None:
        """End all observations."""
        for subject, tag in self._tags:
            subject.RemoveObserver(tag)
        self._tags.clear()

    def _add(self, subject: Any, event: int, method: str, *, gets_subject: bool) -> None:
        callback = self._callback(method, gets_subject=gets_subject)
        self._tags.append((subject, subject.AddObserver(event, callback)))

    def _callback(self, method: str, *, gets_subject: bool) -> Callable[..., None]:
        def call(caller: Any, _event: str, node: Any = None) -> None:
            owner = self._owner()
            if owner is None or not shiboken6.isValid(owner):
                self.stop()
            else:
                getattr(owner, method)(caller if gets_subject else node)

        return call if gets_subject else vtk.calldata_type(vtk.VTK_OBJECT)(call)
