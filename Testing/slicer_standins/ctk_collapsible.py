"""Stand-ins of CTK's two foldable containers.

Source: commontk/CTK 868d56c7, Libs/Widgets/ctkCollapsibleButton.{h,cpp} (childEvent, eventFilter),
ctkCollapsibleGroupBox.{h,cpp}.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from .declared import declared, require_parent, require_property, stands_for, stored

HEADER_PX = 24
UNLIMITED_PX = 16777215  # QWIDGETSIZE_MAX


WANTED = "visibilityToParent"


class Folder:
    """Hides the direct children of a widget and shows again those that were shown.

    Whether a child is wanted is kept in the child, as CTK does: a child that comes later, or is
    shown while the container is folded, stays hidden until it is unfolded.
    """

    def __init__(self) -> None:
        self._is_folding = False

    def fold(self, widget: QtWidgets.QWidget, *, collapsed: bool) -> None:
        """Hide or show what lies in the container."""
        direct = QtCore.Qt.FindChildOption.FindDirectChildrenOnly
        for child in widget.findChildren(QtWidgets.QWidget, options=direct):
            self._set_visible(child, not collapsed and child.property(WANTED) is not False)

    def take(self, child: Any, *, collapsed: bool) -> None:
        """A child was added."""
        explicit = QtCore.Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        if child.testAttribute(explicit) and child.isHidden():
            child.setProperty(WANTED, False)
        if collapsed:
            self._set_visible(child, is_visible=False)

    def heard(self, child: Any, kind: QtCore.QEvent.Type, *, collapsed: bool) -> None:
        """Somebody else showed or hid a child."""
        if self._is_folding:
            return
        if kind == QtCore.QEvent.Type.ShowToParent:
            child.setProperty(WANTED, True)
            if collapsed:
                self._set_visible(child, is_visible=False)
        elif kind == QtCore.QEvent.Type.HideToParent:
            child.setProperty(WANTED, False)

    def _set_visible(self, child: Any, is_visible: bool) -> None:
        self._is_folding = True
        child.setVisible(is_visible)
        self._is_folding = False


@stands_for("CTK Libs/Widgets/ctkCollapsibleButton.h")
class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A header that folds its contents; `text` is the header's, `collapsed` the state."""

    contentsCollapsed = QtCore.Signal(bool)
    _folder: Any = None
    _is_collapsed = False

    collapsedHeight = stored("int", "collapsedHeight", 10)
    contentsLineWidth = stored("int", "contentsLineWidth", 1)
    flat = stored("bool", "flat", default=False)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkCollapsibleButton", arguments))
        self._folder = Folder()
        self.setCheckable(True)
        self.setChecked(True)
        self.setContentsMargins(0, HEADER_PX, 0, 0)
        self.setMinimumHeight(HEADER_PX)
        self.toggled.connect(self._on_toggled)

    def _get_collapsed(self) -> bool:
        return self._is_collapsed

    def _set_collapsed(self, value: Any) -> None:
        require_property("collapsed", "bool", value)
        self.setChecked(not value)

    collapsed = declared("bool", _get_collapsed, _set_collapsed)

    def _on_toggled(self, is_open: bool) -> None:
        if self._is_collapsed == (not is_open):
            return
        self._is_collapsed = not is_open
        self._folder.fold(self, collapsed=self._is_collapsed)
        self.setMaximumHeight(HEADER_PX if self._is_collapsed else UNLIMITED_PX)
        self.contentsCollapsed.emit(self._is_collapsed)

    def childEvent(self, event: QtCore.QChildEvent) -> None:
        """A child that is added to a folded button is hidden."""
        child: Any = event.child()
        if event.type() == QtCore.QEvent.Type.ChildAdded and child.isWidgetType():
            child.installEventFilter(self)
            self._folder.take(child, collapsed=self._is_collapsed)
        super().childEvent(event)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Hear of children that are shown and hidden by others."""
        if self._folder is not None and isinstance(watched, QtWidgets.QWidget):
            self._folder.heard(watched, event.type(), collapsed=self._is_collapsed)
        return False

    def hitButton(self, position: QtCore.QPoint) -> bool:
        """Only the header reacts to a click."""
        return position.y() < HEADER_PX

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: ARG002
        """An arrow, the text, and a frame round the contents."""
        painter = QtGui.QPainter(self)
        option = QtWidgets.QStyleOption()
        option.initFrom(self)
        header = QtCore.QRect(0, 0, self.rect.width(), HEADER_PX)  # type: ignore[attr-defined]
        painter.fillRect(header, self.palette.button())  # type: ignore[attr-defined]
        option.rect = QtCore.QRect(4, 4, 16, 16)
        primitive = QtWidgets.QStyle.PrimitiveElement
        arrow = primitive.PE_IndicatorArrowRight
        if not self._is_collapsed:
            arrow = primitive.PE_IndicatorArrowDown
        self.style().drawPrimitive(arrow, option, painter, self)
        flags = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.TextFlag.TextShowMnemonic
        painter.drawText(header.adjusted(24, 0, 0, 0), int(flags), str(self.text))
        painter.setPen(self.palette.mid().color())  # type: ignore[attr-defined]
        painter.drawRect(self.rect.adjusted(0, 0, -1, -1))  # type: ignore[attr-defined]


@stands_for("CTK Libs/Widgets/ctkCollapsibleGroupBox.h")
class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):
    """A group box whose check mark folds it; has no signal of its own beyond QGroupBox's."""

    _folder: Any = None
    collapsedHeight = stored("int", "collapsedHeight", 14)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkCollapsibleGroupBox", arguments))
        self._folder = Folder()
        self.setCheckable(True)
        self.setChecked(True)
        self.toggled.connect(self._on_toggled)

    def _get_collapsed(self) -> bool:
        return not self.isChecked()

    def _set_collapsed(self, value: Any) -> None:
        require_property("collapsed", "bool", value)
        self.setChecked(not value)

    collapsed = declared("bool", _get_collapsed, _set_collapsed)

    def _on_toggled(self, is_open: bool) -> None:
        self._folder.fold(self, collapsed=not is_open)
        self.setMaximumHeight(UNLIMITED_PX if is_open else HEADER_PX)
