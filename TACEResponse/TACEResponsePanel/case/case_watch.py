"""Hears every change of lesion, images and transforms, and says when things are quiet again."""

from typing import Any

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.signal import Signal

QUIET_MS = 250


class CaseWatch(VTKObservationMixin):
    """Observes the nodes of the case on the desk."""

    def __init__(self, desk: Desk) -> None:
        """Watch whatever lies on the desk."""
        VTKObservationMixin.__init__(self)
        self._desk = desk
        self.quiet: Signal[[]] = Signal()
        """Nothing has changed for a moment."""
        self._watched: list[Any] = []
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.quiet.emit)
        desk.changed.connect(self.follow)
        desk.caseBegun.connect(self.follow)

    def follow(self) -> None:
        """Observe the nodes that are chosen now, and no others."""
        nodes = self._nodes()
        if nodes == self._watched:
            return
        self.removeObservers()
        self._watched = nodes
        for node in nodes:
            for event in _events(node):
                self.addObserver(node, event, self._onEvent)
        self._onEvent()

    def quietSoon(self) -> None:
        """Say `quiet` in a moment, as after a change."""
        self._timer.start()

    def stop(self) -> None:
        """Observe nothing."""
        self._timer.stop()
        self.removeObservers()
        self._watched = []

    def _nodes(self) -> list[Any]:
        """Segmentation, its content and the images."""
        if self._desk.parameters is None:
            return []
        segmentation = self._desk.parameters.segmentation
        content = self._desk.content()
        parts = [node for node in (segmentation, content) if node is not None]
        return [*parts, *self._desk.images().values()]

    def _onEvent(self, *_values: object) -> None:
        """Wait for quiet; an undo fires other events than a stroke, so all of them count."""
        self._timer.start()


def _events(watched: Any) -> list[int]:
    """Which events of a node, or of a segmentation's content, may change the case."""
    if watched.IsA("vtkSegmentation"):
        kind = slicer.vtkSegmentation
        return [
            kind.SourceRepresentationModified,
            kind.SegmentModified,
            kind.SegmentAdded,
            kind.SegmentRemoved,
            kind.SegmentsOrderModified,
        ]
    if watched.IsA("vtkMRMLSegmentationNode"):
        return [
            slicer.vtkMRMLTransformableNode.TransformModifiedEvent,
            slicer.vtkMRMLSegmentationNode.SegmentationChangedEvent,
        ]
    return [
        slicer.vtkMRMLTransformableNode.TransformModifiedEvent,
        slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent,
        # `arrayFromVolumeModified` fires no other.
        vtk.vtkCommand.ModifiedEvent,
    ]
