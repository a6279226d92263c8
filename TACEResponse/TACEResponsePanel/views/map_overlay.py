"""Lays attention maps over the slice views, and gives back what lay there before."""

from typing import Any

import slicer

from TACEResponseLib.scene.map_names import is_map


class MapOverlay:
    """Knows which foregrounds are ours; a user's own is covered once, and never taken away."""

    def __init__(self) -> None:
        """Begin with views as they are."""
        self._before: dict[str, tuple[str | None, float]] = {}
        """Foreground and its opacity that a map covered, by view."""
        self._laid: set[tuple[str, str]] = set()
        """View and map: whoever takes another foreground after that keeps it."""

    def show(self, maps: list[tuple[Any, Any]], opacity: float) -> None:
        """Show these maps wherever their image is seen, and no other map of ours.

        Args:
            maps: image and map, of the result that the panel shows.
            opacity: 0 hides them.
        """
        known = {node.GetID() for _image, node in maps}
        for composite in _composites():
            if _isMap(composite.GetForegroundVolumeID()) and (
                composite.GetForegroundVolumeID() not in known
            ):
                self._giveBack(composite)
            for image, node in maps:
                self._lay(composite, image, node, opacity)

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


def _composites() -> list[Any]:
    """What each slice view shows."""
    scene = slicer.mrmlScene
    count = scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")
    return [scene.GetNthNodeByClass(n, "vtkMRMLSliceCompositeNode") for n in range(count)]
