"""Hears when a node of the shown result leaves the scene, or comes back by an undo."""

import qt
import slicer
from slicer.util import VTKObservationMixin

from TACEResponsePanel.case.result_book import KINDS, ResultBook


class ResultWatch(VTKObservationMixin):
    """Has everybody look at the book again when it lost or regained a node."""

    def __init__(self, book: ResultBook) -> None:
        """Watch the scene."""
        VTKObservationMixin.__init__(self)
        self._book = book
        self._present = self._nodes()
        book.changed.connect(self._onBook)
        # Other nodes let go of a removed one only after the scene has told of it.
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._look)
        scene = slicer.mrmlScene
        for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndBatchProcessEvent):
            self.addObserver(scene, event, self._onScene)

    def close(self) -> None:
        """The panel goes."""
        self.removeObservers()
        self._timer.stop()
        self._book.changed.disconnect(self._onBook)

    def _nodes(self) -> list[str]:
        """The nodes of the result that can be shown now."""
        nodes = [*self._book.maps().values(), *map(self._book.node, KINDS)]
        return [node.GetID() for node in nodes if node is not None]

    def _onBook(self) -> None:
        self._present = self._nodes()

    def _onScene(self, _caller: object, _event: object) -> None:
        self._timer.start()

    def _look(self) -> None:
        if self._nodes() != self._present:
            self._book.changed.emit()
