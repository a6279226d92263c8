"""What each view must say of the maps that it shows: simulated, out of date, no longer followed.

The views are asked, not the controls of the panel: a person may show a map in any layer.
"""

from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from TACEResponseLib.scene.map_names import is_simulated
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.views.shown_maps import mapsByView, mapsInScene, nodesOf
from TACEResponsePanel.views.view_banner import ViewBanner

SIMULATED = _("SIMULATED MODEL: means nothing for a real patient")
EARLIER = _("Attention map of an earlier result: no longer compared with its case")
OUT_OF_DATE = _("Attention map out of date: its case has changed")
WATCHED = (
    "vtkMRMLSliceCompositeNode",
    "vtkMRMLSliceNode",
    "vtkMRMLViewNode",
    "vtkMRMLVolumeRenderingDisplayNode",
)
"""Nodes that decide what a view shows, beside the maps themselves."""


class MapBanner(VTKObservationMixin):
    """Keeps the words in the views true, whatever changes them."""

    def __init__(self, book: ResultBook) -> None:
        """Watch the scene; the book says which maps are compared with their case."""
        VTKObservationMixin.__init__(self)
        self._book = book
        self._banner = ViewBanner()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.NodeAddedEvent, self._onNode)
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNode)
        # Within a batch, as a scene is opened or closed, nodes come and go unsaid.
        self.addObserver(scene, scene.EndBatchProcessEvent, self._onScene)
        self.follow()

    @property
    def isShown(self) -> bool:
        """Whether any view says anything."""
        return self._banner.isShown

    def close(self) -> None:
        """The panel goes."""
        self.removeObservers()
        self._banner.show([])

    def follow(self) -> None:
        """Hear of the views and maps that there are now."""
        self.removeObservers(self._onChange)
        for node in [*(n for kind in WATCHED for n in nodesOf(kind)), *mapsInScene()]:
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._onChange)
        self.refresh()

    def refresh(self) -> None:
        """Look at every view."""
        if not slicer.mrmlScene.IsBatchProcessing():
            self._banner.show([(view, self._words(maps)) for view, maps in mapsByView()])

    def _words(self, maps: list[Any]) -> str:
        """What a view with these maps says."""
        lines = [SIMULATED] if any(map(is_simulated, maps)) else []
        followed = {node.GetID() for node in self._book.maps().values()}
        if any(node.GetID() not in followed for node in maps):
            lines.append(EARLIER)
        if self._book.isOutOfDate and any(node.GetID() in followed for node in maps):
            lines.append(OUT_OF_DATE)
        return "\n".join(lines)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNode(self, _caller: object, _event: object, node: Any) -> None:
        if slicer.mrmlScene.IsBatchProcessing():
            return
        if node.IsA("vtkMRMLVolumeNode") or any(node.IsA(kind) for kind in WATCHED):
            self.follow()

    def _onScene(self, _caller: object, _event: object) -> None:
        self.follow()

    def _onChange(self, _caller: object, _event: object) -> None:
        self.refresh()
