"""Stand-ins of Slicer's plain MRML widgets, on the real scene.

Source: Slicer, Libs/MRML/Widgets/qMRMLWidget.{h,cxx}, qMRMLSliderWidget.h.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from .ctk_values import ctkSliderWidget
from .declared import require, require_parent, slot_setter, stands_for, stored


def require_scene(method: str, scene: Any) -> None:
    """Refuse what isn't a scene or None.

    Raises: ValueError: as PythonQt does.
    """
    require(method, scene, slicer.vtkMRMLScene, or_none=True)


@stands_for("Slicer Libs/MRML/Widgets/qMRMLWidget.h")
class qMRMLWidget(QtWidgets.QWidget):
    """A widget that hands the scene on to the widgets that its .ui connects."""

    mrmlSceneChanged = QtCore.Signal(object)
    _signatures = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged"}  # noqa: RUF012
    _scene: Any = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent(type(self).__name__, arguments))

    def mrmlScene(self) -> Any:
        """The scene, or None."""
        return self._scene

    def setMRMLScene(self, scene: Any, /) -> None:
        """Use another scene and tell those who are connected."""
        require_scene("setMRMLScene", scene)
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


@stands_for("Slicer Libs/MRML/Widgets/qMRMLSliderWidget.h")
class qMRMLSliderWidget(ctkSliderWidget):
    """A slider that may follow the scene's units; units are not imitated."""

    quantity = stored("QString", "quantity", "")
    setQuantity = slot_setter("quantity")
    _scene: Any = None

    def mrmlScene(self) -> Any:
        """The scene, or None."""
        return self._scene

    def setMRMLScene(self, scene: Any, /) -> None:
        """Use another scene."""
        require_scene("setMRMLScene", scene)
        self._scene = scene
