"""The attention map over the image: shown, hidden, cut, and visited."""

from typing import Any

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from TACEResponseLib.scene.map_names import MAPPED_ROLE
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.views.map_overlay import MapOverlay
from TACEResponsePanel.views.view_banner import ViewBanner

CAPTION = _(
    "Attention map (Grad-CAM): what moved the network; not viable tumor, not feeders, not where "
    "treatment works."
)
LIVER_WINDOW_HU = (-160.0, 240.0)
HIDE_KEY = "h"
RELEASE_MS = 80
"""A held key repeats itself as release and press; only a release that lasts is one."""


class MapControls(VTKObservationMixin):
    """Changes the overlay only; window, level and layout change when asked."""

    def __init__(self, ui: Any, desk: Desk, book: ResultBook) -> None:
        """Connect the widgets."""
        VTKObservationMixin.__init__(self)
        self._ui, self._desk, self._book = ui, desk, book
        self._isHeld = self._isKeyHeld = False
        self._lesion = 0
        self._shown: Any = None
        self._banner = ViewBanner()
        self._overlay = MapOverlay()
        self._release = qt.QTimer()
        self._release.setSingleShot(True)
        self._release.setInterval(RELEASE_MS)
        self._release.timeout.connect(self._letKeyGo)
        ui.mapCaptionLabel.setText(CAPTION)
        ui.hideMapButton.pressed.connect(lambda: self._hold(isHeld=True))
        ui.hideMapButton.released.connect(lambda: self._hold(isHeld=False))
        ui.salientSliceButton.clicked.connect(lambda *_v: self._toMostSalient())
        ui.previousLesionButton.clicked.connect(lambda *_v: self._toLesion(-1))
        ui.nextLesionButton.clicked.connect(lambda *_v: self._toLesion(1))
        ui.liverWindowButton.clicked.connect(lambda *_v: self._liverWindow())
        book.changed.connect(self.onResult)
        desk.caseBegun.connect(self._onCase)
        slicer.app.connect("focusChanged(QWidget*,QWidget*)", self._letKeyGo)

    def close(self) -> None:
        """The panel goes: hear of nothing any more."""
        self.release()
        slicer.app.disconnect("focusChanged(QWidget*,QWidget*)", self._letKeyGo)

    def onLayout(self) -> None:
        """Views came or went."""
        if self._shown is not None:
            self._watchSlices()
        self.apply()

    def onResult(self) -> None:
        """A result came, went out of date, or is gone."""
        maps = self._book.maps()
        hasResult = self._book.prediction is not None
        self._ui.mapFrame.setVisible(bool(maps))
        self._ui.noMapLabel.setVisible(hasResult and not maps)
        self._ui.noMapLabel.setText(
            _("This model has no image network, so there is no attention map.")
        )
        first = next(iter(maps.values()), None)
        if first is not self._shown:
            self._shown = first
            if first is not None:
                self._drawLegend(first)
                self._watchSlices()
        self.apply()

    def apply(self) -> None:
        """Make the overlay what the controls say."""
        parameters = self._desk.parameters
        if parameters is None:
            return
        if not parameters.mapVisible:
            self._overlay.forget()
        maps = []
        for node in self._book.maps().values():
            self._sayWhoseMap(node)
            display = node.GetDisplayNode()
            if display is not None:
                display.SetThreshold(parameters.mapCut, 1.0)
            image = node.GetNodeReference(MAPPED_ROLE)
            if image is not None:
                maps.append((image, node))
        self._overlay.show(maps, parameters.mapOpacity if self._isVisible() else 0.0)
        self._showBanner()
        self._showNote()

    def release(self) -> None:
        """Before the scene is closed or the panel is left."""
        self.removeObservers()
        self._release.stop()
        self._isHeld = self._isKeyHeld = False
        self._shown = None
        self._banner.show(isWanted=False)

    def _isSimulated(self) -> bool:
        prediction = self._book.prediction
        return prediction is not None and bool(prediction.simulated_banner)

    def _sayWhoseMap(self, node: Any) -> None:
        """Slicer prints the node's name in the corner, with or without this panel."""
        if self._isSimulated():
            from TACEResponseLib.scene.map_names import mark_simulated

            mark_simulated(node)

    def _showBanner(self) -> None:
        """A simulated model's map is never seen without its banner."""
        isSeen = self._shown is not None and self._isVisible()
        self._banner.show(isWanted=self._isSimulated() and isSeen)

    def _isVisible(self) -> bool:
        """Whether the map is to be seen now."""
        isWanted = self._desk.parameters is not None and self._desk.parameters.mapVisible
        return isWanted and not self._isHeld and not self._book.isOutOfDate

    def _hold(self, *, isHeld: bool) -> None:
        """Hide the map for as long as the button or the key is held."""
        self._isHeld = isHeld
        self.apply()

    def _toMostSalient(self) -> None:
        """Move the slice views to the slice with the largest sum of attention."""
        if self._shown is None:
            return
        voxels = slicer.util.arrayFromVolume(self._shown)
        k = int(voxels.sum(axis=(1, 2), dtype=np.float64).argmax())
        j, i = np.unravel_index(int(voxels[k].argmax()), voxels[k].shape)
        _jump(_rasOf(self._shown, (i, j, k)))

    def _toLesion(self, step: int) -> None:
        """Move the slice views to the next or the previous lesion."""
        lesions = [lesion for lesion in self._desk.lesions if not lesion.is_speck]
        if not lesions:
            return
        self._lesion = (self._lesion + step) % len(lesions)
        x, y, z = lesions[self._lesion].center_lps
        _jump((-x, -y, z))

    def _liverWindow(self) -> None:
        """The usual window of a liver CT, because the user asks for it."""
        for sequence in self._desk.sequences():
            image = self._desk.image(sequence)
            display = image.GetDisplayNode() if image is not None else None
            if display is not None and sequence.startswith("ct_"):
                display.AutoWindowLevelOff()
                display.SetWindowLevelMinMax(*LIVER_WINDOW_HU)

    def _drawLegend(self, node: Any) -> None:
        """The colors of the map with their ends, as a picture."""
        colors = node.GetDisplayNode().GetColorNode()
        width, height = 64, 14
        image = qt.QImage(width, height, qt.QImage.Format_RGB32)
        rgba = [0.0, 0.0, 0.0, 0.0]
        for x in range(width):
            colors.GetColor(int(x * (colors.GetNumberOfColors() - 1) / (width - 1)), rgba)
            color = qt.QColor(*(round(255 * part) for part in rgba[:3]))
            for y in range(height):
                image.setPixelColor(x, y, color)
        self._ui.legendLabel.setPixmap(qt.QPixmap.fromImage(image))
        self._ui.legendLabel.setToolTip(_("Attention from 0 (left) to 1 (right)"))
        self._ui.legendLabel.setAccessibleName(_("Color legend, attention from 0 to 1"))

    def _watchSlices(self) -> None:
        """Hear of the slice that is looked at, and of the key that hides the map."""
        self.removeObservers()
        scene = slicer.mrmlScene
        for n in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")):
            node = scene.GetNthNodeByClass(n, "vtkMRMLSliceNode")
            if node.GetOrientation() == "Axial":
                self.addObserver(node, "ModifiedEvent", self._onSlice)
        layouts = slicer.app.layoutManager()
        if layouts is None:
            return
        for name in layouts.sliceViewNames():
            view = layouts.sliceWidget(name).sliceView()
            interactor = view.interactor()
            self.addObserver(interactor, "KeyPressEvent", self._onKey)
            self.addObserver(interactor, "KeyReleaseEvent", self._onKey)
            # The last release goes missing where the pointer or the keyboard has moved on.
            self.addObserver(interactor, "LeaveEvent", self._letKeyGo)

    def _onKey(self, caller: Any, event: str) -> None:
        if (caller.GetKeySym() or "").lower() != HIDE_KEY:
            return
        if event == "KeyPressEvent":
            self._release.stop()
            self._isKeyHeld = True
            if not self._isHeld:
                self._hold(isHeld=True)
        else:
            self._release.start()

    def _letKeyGo(self, *_values: Any) -> None:
        """The key is released, or was elsewhere: pointer or keyboard have left the view."""
        if self._isKeyHeld:
            self._isKeyHeld = False
            self._hold(isHeld=False)

    def _onSlice(self, caller: Any, _event: Any) -> None:
        self._showNote(caller)

    def _showNote(self, sliceNode: Any = None) -> None:
        """Say whether the map on this slice was computed or interpolated."""
        if self._shown is None or self._book.prediction is None:
            self._ui.sliceNoteLabel.setText("")
            return
        if sliceNode is None:
            sliceNode = _axialSlice()
        self._ui.sliceNoteLabel.setText(
            self._sliceNote(sliceNode.GetSliceToRAS().GetElement(2, 3)) if sliceNode else ""
        )

    def _sliceNote(self, superior_mm: float) -> str:
        """Words for one axial position, RAS."""
        saliency = self._book.prediction.network_branch
        scored = [patch.slice_z_mm for patch in saliency.patches] if saliency else []
        if not scored:
            return ""
        half = 0.5 * self._shown.GetSpacing()[2] + 1e-3
        if any(abs(superior_mm - z) <= half for z in scored):
            return _("Map on this slice: computed.")
        if min(scored) < superior_mm < max(scored):
            return _("Map on this slice: interpolated between computed slices.")
        return _("Map on this slice: none; the network did not see it.")

    def _onCase(self) -> None:
        """Another case; the book, which hears of it first, has told of its map already."""
        self._lesion = 0
        self.release()
        self._overlay.forget()
        if self._desk.parameters is None:
            # The scene goes; another's nodes may have the same ids.
            self._overlay = MapOverlay()
        self.onResult()


def _axialSlice() -> Any:
    """The first axial slice view."""
    scene = slicer.mrmlScene
    count = scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")
    nodes = [scene.GetNthNodeByClass(n, "vtkMRMLSliceNode") for n in range(count)]
    return next((node for node in nodes if node.GetOrientation() == "Axial"), None)


def _jump(ras: tuple[float, float, float]) -> None:
    """Move every slice view through a point."""
    slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *ras)


def _rasOf(node: Any, ijk: tuple[int, int, int]) -> tuple[float, float, float]:
    """Where a voxel lies in the world."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    point = matrix.MultiplyPoint((*map(float, ijk), 1.0))[:3]
    transform = node.GetParentTransformNode()
    if transform is not None:
        moved = [0.0, 0.0, 0.0]
        transform.TransformPointToWorld(point, moved)
        point = moved
    return (point[0], point[1], point[2])
