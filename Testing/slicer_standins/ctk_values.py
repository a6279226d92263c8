"""Stand-ins of CTK's widgets that hold a number, a choice or a path.

Source: commontk/CTK, Libs/Widgets/ctkSliderWidget.h, ctkDoubleSlider.h, ctkDoubleSpinBox.h,
ctkComboBox.h, ctkCheckBox.h, ctkPathLineEdit.h, ctkDirectoryButton.h.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802, N815

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

from .declared import (
    declared,
    require,
    require_parent,
    require_property,
    slot_setter,
    stands_for,
    stored,
)

SLIDER_STEPS = 1000


class _Number(QtWidgets.QWidget):
    """A value within bounds; setting it clamps and tells."""

    valueChanged = QtCore.Signal(float)
    _value = 0.0

    minimum = stored("double", "minimum", 0.0, then="_apply_bounds")
    maximum = stored("double", "maximum", 99.0, then="_apply_bounds")
    singleStep = stored("double", "singleStep", 1.0, then="_apply_bounds")

    def _get_value(self) -> float:
        return self._value

    def _set_value(self, value: Any) -> None:
        require_property("value", "double", value)
        clamped = float(min(max(value, self.minimum), self.maximum))
        if clamped != self._value:
            self._value = clamped
            self._show_value()
            self.valueChanged.emit(clamped)

    value = declared("double", _get_value, _set_value)
    setValue = slot_setter("value")

    def _apply_bounds(self) -> None:
        self._set_value(self._value)

    def _show_value(self) -> None:
        """Move the parts to the value."""


@stands_for("CTK Libs/Widgets/ctkDoubleSlider.h")
class ctkDoubleSlider(_Number):
    """A slider for real numbers. `setMinimum`, `setRange` are no slots: assign the properties."""

    sliderMoved = QtCore.Signal(float)
    pageStep = stored("double", "pageStep", 10.0)
    tracking = stored("bool", "tracking", default=True)
    _slider: Any = None

    def __init__(self, *arguments: Any) -> None:
        if arguments and isinstance(arguments[0], QtCore.Qt.Orientation):
            raise ValueError("Could not find matching overload for given arguments: a parent only")
        super().__init__(require_parent("ctkDoubleSlider", arguments))
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setRange(0, SLIDER_STEPS)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        self._slider.sliderMoved.connect(self._on_moved)

    def setOrientation(self, orientation: QtCore.Qt.Orientation, /) -> None:
        """Lay the slider flat or upright."""
        self._slider.setOrientation(orientation)

    def _on_moved(self, step: int) -> None:
        self._set_value(self.minimum + (self.maximum - self.minimum) * step / SLIDER_STEPS)
        self.sliderMoved.emit(self._value)

    def _show_value(self) -> None:
        span = self.maximum - self.minimum
        fraction = (self._value - self.minimum) / span if span else 0.0
        self._slider.setValue(round(fraction * SLIDER_STEPS))


@stands_for("CTK Libs/Widgets/ctkSliderWidget.h")
class ctkSliderWidget(_Number):
    """A slider with a spin box. `setMinimum`, `setRange` are no slots: assign the properties."""

    valueIsChanging = QtCore.Signal(float)
    decimalsChanged = QtCore.Signal(int)
    decimals = stored("int", "decimals", 2, then="_apply_bounds")
    setDecimals = slot_setter("decimals")
    pageStep = stored("double", "pageStep", 10.0)
    prefix = stored("QString", "prefix", "", then="_apply_bounds")
    suffix = stored("QString", "suffix", "", then="_apply_bounds")
    tickInterval = stored("double", "tickInterval", 0.0)
    tracking = stored("bool", "tracking", default=True)
    spinBoxVisible = stored("bool", "spinBoxVisible", default=True, then="_apply_bounds")
    setSpinBoxVisible = slot_setter("spinBoxVisible")
    popupSlider = stored("bool", "popupSlider", default=False)
    _slider: Any = None
    _spin_box: Any = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent(type(self).__name__, arguments))
        self._slider, self._spin_box = ctkDoubleSlider(), QtWidgets.QDoubleSpinBox()
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        layout.addWidget(self._spin_box)
        self._apply_bounds()
        self._slider.valueChanged.connect(self._set_value)
        self._spin_box.valueChanged.connect(self._set_value)

    def reset(self) -> None:
        """Back to zero, or the nearest bound."""
        self._set_value(0.0)

    def _apply_bounds(self) -> None:
        low, high = self.minimum, self.maximum
        self._set_value(self._value)
        self._slider.minimum, self._slider.maximum = low, high
        self._spin_box.setDecimals(self.decimals)
        self._spin_box.setRange(low, high)
        self._spin_box.setSingleStep(self.singleStep)
        self._spin_box.setPrefix(self.prefix)
        self._spin_box.setSuffix(self.suffix)
        self._spin_box.setVisible(self.spinBoxVisible)
        self._show_value()

    def _show_value(self) -> None:
        for part in (self._slider, self._spin_box):
            part.blockSignals(True)
            part.setValue(self._value)
            part.blockSignals(False)


@stands_for("CTK Libs/Widgets/ctkDoubleSpinBox.h")
class ctkDoubleSpinBox(_Number):
    """A spin box for real numbers; not a QDoubleSpinBox, it holds one."""

    editingFinished = QtCore.Signal()
    decimals = stored("int", "decimals", 2, then="_apply_bounds")
    setDecimals = slot_setter("decimals")
    prefix = stored("QString", "prefix", "", then="_apply_bounds")
    suffix = stored("QString", "suffix", "", then="_apply_bounds")
    _spin_box: Any = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkDoubleSpinBox", arguments))
        self._spin_box = QtWidgets.QDoubleSpinBox()
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._spin_box)
        self._apply_bounds()
        self._spin_box.valueChanged.connect(self._set_value)
        self._spin_box.editingFinished.connect(self.editingFinished)

    def _apply_bounds(self) -> None:
        self._set_value(self._value)
        self._spin_box.setDecimals(self.decimals)
        self._spin_box.setRange(self.minimum, self.maximum)
        self._spin_box.setSingleStep(self.singleStep)
        self._spin_box.setPrefix(self.prefix)
        self._spin_box.setSuffix(self.suffix)

    def _show_value(self) -> None:
        self._spin_box.blockSignals(True)
        self._spin_box.setValue(self._value)
        self._spin_box.blockSignals(False)


@stands_for("CTK Libs/Widgets/ctkComboBox.h")
class ctkComboBox(QtWidgets.QComboBox):
    """A combo box with a text for "nothing chosen"."""

    defaultText = stored("QString", "defaultText", "")

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkComboBox", arguments))


@stands_for("CTK Libs/Widgets/ctkCheckBox.h")
class ctkCheckBox(QtWidgets.QCheckBox):
    """A check box; its constructor takes no text."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkCheckBox", arguments))


@stands_for("CTK Libs/Widgets/ctkPathLineEdit.h")
class ctkPathLineEdit(QtWidgets.QWidget):
    """A line for a path, with a history and a browse button."""

    currentPathChanged = QtCore.Signal(str)
    validInputChanged = QtCore.Signal(bool)
    Dirs, Files, Readable, Writable = 0x001, 0x002, 0x010, 0x020
    label = stored("QString", "label", "")
    filters = stored("int", "filters", 0x007)
    nameFilters = stored("QStringList", "nameFilters", [])
    settingKey = stored("QString", "settingKey", "")
    showBrowseButton = stored("bool", "showBrowseButton", default=True)
    showHistoryButton = stored("bool", "showHistoryButton", default=True)
    _combo: Any = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkPathLineEdit", arguments))
        self._combo = QtWidgets.QComboBox()
        self._combo.setEditable(True)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        self._combo.editTextChanged.connect(self.currentPathChanged)

    def _get_path(self) -> str:
        return str(self._combo.currentText)

    def _set_path(self, value: Any) -> None:
        require_property("currentPath", "QString", value)
        self._combo.setEditText(value)

    currentPath = declared("QString", _get_path, _set_path)
    setCurrentPath = slot_setter("currentPath")

    def comboBox(self) -> QtWidgets.QComboBox:
        """The combo box inside."""
        combo: QtWidgets.QComboBox = self._combo
        return combo

    def addCurrentPathToHistory(self) -> None:
        """Keep the path among the choices."""
        if self._combo.findText(self._get_path()) < 0:
            self._combo.addItem(self._get_path())


@stands_for("CTK Libs/Widgets/ctkDirectoryButton.h")
class ctkDirectoryButton(QtWidgets.QWidget):
    """A button that shows and asks for a folder."""

    directoryChanged = QtCore.Signal(str)
    directorySelected = QtCore.Signal(str)
    caption = stored("QString", "caption", "")
    text = stored("QString", "text", "")
    _directory = ""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(require_parent("ctkDirectoryButton", arguments))
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QtWidgets.QPushButton())

    def _get_directory(self) -> str:
        return self._directory

    def _set_directory(self, value: Any) -> None:
        require("directory", value, str, or_none=False)
        if value != self._directory:
            self._directory = value
            self.directoryChanged.emit(value)

    directory = declared("QString", _get_directory, _set_directory)
