"""Shows a new image in slice views that show nothing, fitted to it; once, then they're the user's.

Slicer fits the views to what a user loads by its dialogs, not to what code adds to the scene.
"""

from typing import Any

import slicer


class FirstLook:
    """Knows which view has been given which image."""

    def __init__(self) -> None:
        """Begin without having shown anything."""
        self._shown: set[tuple[str, str]] = set()

    def look(self, image: Any) -> None:
        """Show an image that was never seen here, wherever there is nothing to be seen."""
        layouts = slicer.app.layoutManager()
        if layouts is None:
            return
        for name in layouts.sliceViewNames():
            widget = layouts.sliceWidget(name)
            key = (image.GetID(), name)
            if key in self._shown:
                continue
            self._shown.add(key)
            composite = widget.mrmlSliceCompositeNode()
            if composite.GetBackgroundVolumeID() is None:
                composite.SetBackgroundVolumeID(image.GetID())
                widget.sliceLogic().FitSliceToBackground()

    def forget(self) -> None:
        """The scene is closed: another's nodes may have the same ids."""
        self._shown = set()
