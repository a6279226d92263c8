"""The attention map over the image: shown, hidden, cut, and visited."""

from typing import TYPE_CHECKING, Any

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from TACEResponseLib.scene.map_names import MAPPED_ROLE, is_map
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.views.hide_key import HideKey
from TACEResponsePanel.views.map_banner import MapBanner
from TACEResponsePanel.views.map_overlay import MapOverlay
from TACEResponsePanel.views.result_watch import ResultWatch
from TACEResponsePanel.views.shown_maps import nodesOf

if TYPE_CHECKING:
    from TACEResponseLib.result.prediction import Prediction

CAPTION = _(
    "Attention map (Grad-CAM): what moved the network; not viable tumor, not feeders, not where "
    "treatment works."
)
LIVER_WINDOW_HU = (-160.0, 240.0)


class MapControls(VTKObservationMixin):
    """Changes the overlay only; window, level and layout change when asked."""

    def __init__(self, ui: Any, desk: Desk, book: ResultBook) -> None:
        """Connect the widgets."""
        VTKObservationMixin.__init__(self)
        self._ui, self._desk, self._book = ui, desk, book
        self._isHeld = False
        self._lesion = 0
        self._shown: Any = None
        self._laid: set[str] = set()
        """The maps that the overlay has been given."""
        self._overlay = MapOverlay()
        self._banner = MapBanner(book)
        self._watch = ResultWatch(book)
        self._key = HideKey()
        self._key.changed.connect(lambda isHeld: self._hold(isHeld=isHeld))
        ui.mapCaptionLabel.setText(CAPTION)
        ui.hideMapButton.pressed.connect(lambda: self._hold(isHeld=True))
        ui.hideMapButton.released.connect(lambda: self._hold(isHeld=False))
        ui.salientSliceButton.clicked.connect(lambda *_v: self._toMostSalient())
        ui.previousLesionButton.clicked.connect(lambda *_v: self._toLesion(-1))
        ui.nextLesionButton.clicked.connect(lambda *_v: self._toLesion(1))
        ui.liverWindowButton.clicked.connect(lambda *_v: self._liverWindow())
        book.changed.connect(self.onResult)
        desk.caseBegun.connect(self._onCase)

    def close(self) -> None:
        """The panel goes: hear of nothing any more."""
        self.release()
        self._key.close()
        self._watch.close()
        self._banner.close()

    def onLayout(self) -> None:
        """Views came or went."""
        if self._shown is not None:
            self._watchSlices()
        self.apply()
        self._banner.follow()

    def onResult(self) -> None:
        """A result came, went out of date, or is gone."""
        maps = self._book.maps()
        prediction = self._book.prediction
        self._ui.mapFrame.setVisible(bool(maps))
        remark = _remarkOnMaps(prediction, set(maps)) if prediction is not None else ""
        self._ui.noMapLabel.setVisible(bool(remark))
        self._ui.noMapLabel.setText(remark)
        first = next(iter(maps.values()), None)
        if first is not self._shown:
            self._shown = first
            if first is not None:
                self._drawLegend(first)
                self._watchSlices()
        laid = {node.GetID() for node in maps.values()}
        if laid != self._laid:
            self._laid = laid
            self._overlay.takeAway(laid)
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
            self._write(node, parameters.mapCut)
            image = node.GetNodeReference(MAPPED_ROLE)
            if image is not None:
                maps.append((image, node))
        self._overlay.show(maps, parameters.mapOpacity if self._isVisible() else 0.0)
        self._banner.refresh()
        self._showNote()

    def release(self) -> None:
        """Before the scene is closed or the panel is left."""
        self.removeObservers()
        self._key.forget()
        self._isHeld = False
        self._shown = None

    def _write(self, node: Any, cut: float) -> None:
        """What we may write into a map: that it is simulated, and its cut; nothing where shared.

        Slicer prints the node's name in the corner, with or without this panel.
        """
        from TACEResponseLib.scene.map_names import mark_simulated
        from TACEResponseLib.scene.own_nodes import is_shared

        if not is_map(node):  # a volume to which a reference was led by hand
            return
        prediction = self._book.prediction
        if prediction is not None and prediction.simulated_banner:
            mark_simulated(node)
        display = node.GetDisplayNode()
        if display is not None and not is_shared(display, node):
            display.SetThreshold(cut, 1.0)

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
        _jump(_rasOf(self._shown, (int(i), int(j), k)))

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
        self._key.watchViews()
        for node in nodesOf("vtkMRMLSliceNode"):
            if node.GetOrientation() == "Axial":
                self.addObserver(node, "ModifiedEvent", self._onSlice)

    def _onSlice(self, caller: Any, _event: object) -> None:
        self._showNote(caller)

    def _showNote(self, sliceNode: Any = None) -> None:
        """Say whether the map on this slice was computed or interpolated."""
        prediction = self._book.prediction
        if self._shown is None or prediction is None:
            self._ui.sliceNoteLabel.setText("")
            return
        if sliceNode is None:
            sliceNode = _axialSlice()
        self._ui.sliceNoteLabel.setText(
            self._sliceNote(prediction, sliceNode.GetSliceToRAS().GetElement(2, 3))
            if sliceNode
            else ""
        )

    def _sliceNote(self, prediction: "Prediction", superior_mm: float) -> str:
        """Words for one axial position, RAS."""
        branch = prediction.network_branch
        scored = [patch.slice_z_mm for patch in branch.patches] if branch else []
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
        self._laid = {node.GetID() for node in self._book.maps().values()}
        self._overlay.takeAway(self._laid)
        if self._desk.parameters is None:
            # The scene goes; another's nodes may have the same ids.
            self._overlay = MapOverlay()
        self.onResult()


def _remarkOnMaps(prediction: "Prediction", present: set[str]) -> str:
    """Why the result has no map, or not all of its maps; or that its map is weak."""
    if prediction.network_branch is None:
        return _("This model has no image network, so there is no attention map.")
    made = {sequence for branch in prediction.branches for sequence in branch.saliency}
    if present and made <= present:
        from TACEResponseLib.result.map_words import weak_words

        return weak_words(prediction)
    return _("An attention map was removed from the scene; score again to have it back.")


def _axialSlice() -> Any:
    """The first axial slice view."""
    nodes = nodesOf("vtkMRMLSliceNode")
    return next((node for node in nodes if node.GetOrientation() == "Axial"), None)


def _jump(ras: tuple[float, float, float]) -> None:
    """Move every slice view through a point."""
    slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *ras)


def _rasOf(node: Any, ijk: tuple[int, int, int]) -> tuple[float, float, float]:
    """Where a voxel lies in the world."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    point = list(matrix.MultiplyPoint((*map(float, ijk), 1.0))[:3])
    transform = node.GetParentTransformNode()
    if transform is not None:
        own, point = point, [0.0, 0.0, 0.0]
        transform.TransformPointToWorld(own, point)
    return (point[0], point[1], point[2])
