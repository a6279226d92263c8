"""The key that hides the map for as long as it is held over a slice view."""

from typing import Any

import qt
import slicer
from slicer.util import VTKObservationMixin

from TACEResponsePanel.signal import Signal

HIDE_KEY = "h"
RELEASE_MS = 80
"""A held key repeats itself as release and press; only a release that lasts is one."""


class HideKey(VTKObservationMixin):
    """Says when the key goes down, and when it is up again or was let go elsewhere."""

    def __init__(self) -> None:
        """Hear of the keyboard leaving; the views are told later."""
        VTKObservationMixin.__init__(self)
        self.changed: Signal[[bool]] = Signal()
        """With whether the key is held."""
        self._isHeld = False
        self._release = qt.QTimer()
        self._release.setSingleShot(True)
        self._release.setInterval(RELEASE_MS)
        self._release.timeout.connect(self._letGo)
        slicer.app.connect("focusChanged(QWidget*,QWidget*)", self._letGo)

    def close(self) -> None:
        """The panel goes."""
        self.forget()
        slicer.app.disconnect("focusChanged(QWidget*,QWidget*)", self._letGo)

    def forget(self) -> None:
        """Hear of no view any more."""
        self.removeObservers()
        self._release.stop()
        self._isHeld = False

    def watchViews(self) -> None:
        """Hear of the key over every slice view that there is now."""
        self.removeObservers()
        layouts = slicer.app.layoutManager()
        if layouts is None:
            return
        for name in layouts.sliceViewNames():
            interactor = layouts.sliceWidget(name).sliceView().interactor()
            self.addObserver(interactor, "KeyPressEvent", self._onKey)
            self.addObserver(interactor, "KeyReleaseEvent", self._onKey)
            # The last release goes missing where the pointer or the keyboard has moved on.
            self.addObserver(interactor, "LeaveEvent", self._letGo)

    def _onKey(self, caller: Any, event: str) -> None:
        if (caller.GetKeySym() or "").lower() != HIDE_KEY:
            return
        if event == "KeyReleaseEvent":
            self._release.start()
            return
        self._release.stop()
        if not self._isHeld:
            self._isHeld = True
            self.changed.emit(True)

    def _letGo(self, *_values: object) -> None:
        """The key is released, or was elsewhere: pointer or keyboard have left the view."""
        if self._isHeld:
            self._isHeld = False
            self.changed.emit(False)
