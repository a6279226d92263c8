"""Who owns a widget: `setParent(None)` and a shown widget without parent are refused.

Source: MeVisLab/pythonqt 642c06b6, src/PythonQtStdDecorators.h (`setParent` takes a
PythonQtNewOwnerOfThis), src/PythonQtSlot.cpp (a new owner that is None passes ownership to
Python), src/PythonQtInstanceWrapper.cpp (the dying wrapper deletes what it owns). After
`setParent(None)` and `deleteLater()` the object is deleted twice: Slicer ends by SIGSEGV.
Qt, QWidget::setVisible: a widget without parent is a window of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from .qmrml_widget import qMRMLWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from .patches import Patches

WINDOWS = (QtWidgets.QDialog, QtWidgets.QMainWindow, QtWidgets.QMenu, qMRMLWidget)


class OwnershipError(RuntimeError):
    """What would crash Slicer, or leave a stray window on the user's screen."""


def apply(patches: Patches, faults: list[str]) -> None:
    """Refuse both for as long as the stand-ins are installed.

    Args:
        patches: take it back.
        faults: noted here too, since an exception in a slot ends in Qt.
    """

    def refuse(message: str) -> None:
        faults.append(message)
        raise OwnershipError(message)

    for kind in (QtCore.QObject, QtWidgets.QWidget):
        patches.set(kind, "setParent", _refusing_none(kind.setParent, refuse))
    shown = _refusing_stray(QtWidgets.QWidget.setVisible, refuse)
    patches.set(QtWidgets.QWidget, "setVisible", shown)
    patches.set(QtWidgets.QWidget, "show", lambda self: shown(self, True))
    visible = vars(QtWidgets.QWidget)["visible"]
    patches.set(QtWidgets.QWidget, "visible", property(visible.fget, shown))


def _refusing_none(original: Any, refuse: Callable[[str], None]) -> Any:
    def set_parent(self: Any, parent: Any, *rest: Any) -> None:
        if parent is None:
            refuse(
                f"setParent(None) on a {type(self).__name__}: PythonQt owns it again and deletes "
                "it a second time after deleteLater(); hide it and call deleteLater()"
            )
        original(self, parent, *rest)

    return set_parent


def _refusing_stray(original: Any, refuse: Callable[[str], None]) -> Any:
    def set_visible(self: Any, is_visible: bool) -> None:
        if is_visible and self.parentWidget() is None and not isinstance(self, WINDOWS):
            refuse(f"a {type(self).__name__} without parent is shown: a window of its own")
        original(self, is_visible)

    return set_visible
