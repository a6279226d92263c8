"""Lays attention maps over the slice views, and gives back what lay there before."""

from typing import Any

import slicer

from TACEResponseLib.scene.map_names import is_map
from TACEResponsePanel.views.shown_maps import nodesOf


class MapOverlay:
    """Knows which foregrounds are ours; a user's own is covered once, and never taken away."""

    def __init__(self) -> None:
        """Begin with views as they are."""
        self._before: dict[str, tuple[str | None, float]] = {}
        """Foreground and its opacity that a map covered, by view."""
        self._laid: set[tuple[str, str]] = set()
        """View and map: whoever takes another foreground after that keeps it."""

    def show(self, maps: list[tuple[Any, Any]], opacity: float) -> None:
        """Show these maps wherever their image is seen.

        Args:
            maps: image and map, of the result that the panel shows.
            opacity: 0 hides them.
        """
        for composite in nodesOf("vtkMRMLSliceCompositeNode"):
            for image, node in maps:
                self._lay(composite, image, node, opacity)

    def takeAway(self, followed: set[str]) -> None:
        """Show no other map over an image; once, for what a person lays there later is theirs.

        Args:
            followed: ids of the maps of the result that the panel shows.
        """
        for composite in nodesOf("vtkMRMLSliceCompositeNode"):
            laid = composite.GetForegroundVolumeID()
            if _isMap(laid) and laid not in followed:
                self._giveBack(composite)

    def forget(self) -> None:
        """Lay maps anew when they are shown next: the user asks for it, or the case is another."""
        self._laid = set()

    def _lay(self, composite: Any, image: Any, node: Any, opacity: float) -> None:
        """One map over one view, if that shows its image."""
        key = (composite.GetID(), node.GetID())
        if composite.GetForegroundVolumeID() == node.GetID():
            self._laid.add(key)
            composite.SetForegroundOpacity(opacity)
            return
        isItsImage = composite.GetBackgroundVolumeID() in (None, image.GetID())
        if not opacity or not isItsImage or key in self._laid:
            return
        self._laid.add(key)
        before = composite.GetForegroundVolumeID()
        if not _isMap(before):
            self._before[composite.GetID()] = (before, composite.GetForegroundOpacity())
        composite.SetForegroundVolumeID(node.GetID())
        composite.SetForegroundOpacity(opacity)
        if composite.GetBackgroundVolumeID() is None:
            composite.SetBackgroundVolumeID(image.GetID())

    def _giveBack(self, composite: Any) -> None:
        """What the map covered; nothing, where that is gone."""
        # Not the user's doing: when the map is shown again, it is laid again.
        self._laid.discard((composite.GetID(), composite.GetForegroundVolumeID()))
        before, opacity = self._before.pop(composite.GetID(), (None, 0.0))
        isThere = before is not None and slicer.mrmlScene.GetNodeByID(before) is not None
        composite.SetForegroundVolumeID(before if isThere else None)
        composite.SetForegroundOpacity(opacity)


def _isMap(nodeId: str | None) -> bool:
    """Whether a node of the scene is a map that scoring made."""
    node = slicer.mrmlScene.GetNodeByID(nodeId) if nodeId else None
    return node is not None and is_map(node)
