"""Which widget may be bound to which type, and how.

Source: Slicer, Base/Python/slicer/parameterNodeWrapper/guiConnectors.py. The widget's class must
be exactly the one listed: a subclass is refused, as there.
"""

from __future__ import annotations

import enum
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import slicer
from PySide6 import QtWidgets

from Testing.slicer_standins import ctk_values
from Testing.slicer_standins.node_combo_box import qMRMLNodeComboBox
from Testing.slicer_standins.qmrml_widget import qMRMLSliderWidget

from .annotations import Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange, first, split
from .serializers import PATHS

if TYPE_CHECKING:
    from collections.abc import Callable

INT_RANGE = (-(2**31), 2**31 - 1)
FLOAT_WIDGETS = (
    QtWidgets.QDoubleSpinBox,
    ctk_values.ctkSliderWidget,
    ctk_values.ctkDoubleSlider,
    ctk_values.ctkDoubleSpinBox,
    qMRMLSliderWidget,
)
MUST_BE_BOUNDED = (QtWidgets.QSlider, ctk_values.ctkSliderWidget, qMRMLSliderWidget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A widget seen as a value."""

    read: Callable[[], Any]
    write: Callable[[Any], None]
    signal: Any  # None for a label, which the user can't change


def connector_of(widget: Any, annotated: Any) -> Connector:
    """Bind a widget to a type.

    Raises: RuntimeError: Slicer has no connector for this pair, or an annotation is missing.
    """
    kind, beside = split(annotated)
    for attempt in (_bool, _int, _float, _combo, _text, _path, _node):
        connector = attempt(widget, kind, beside)
        if connector is not None:
            return connector
    raise RuntimeError(
        f"Unable to create GUI connector from datatype '{annotated}' to widget type "
        f"'{type(widget).__name__}'."
    )


def _bool(widget: Any, kind: Any, _beside: list[Any]) -> Connector | None:
    if kind is not bool:
        return None
    if type(widget) in (QtWidgets.QCheckBox, ctk_values.ctkCheckBox):
        return _of_property(widget, "checked", widget.stateChanged)
    if type(widget) is QtWidgets.QPushButton:
        widget.setCheckable(True)
        return _of_property(widget, "checked", widget.toggled)
    return None


def _int(widget: Any, kind: Any, beside: list[Any]) -> Connector | None:
    if kind is not int or type(widget) not in (QtWidgets.QSlider, QtWidgets.QSpinBox):
        return None
    low, high = _bounds(widget, beside, INT_RANGE)
    step = first(beside, SingleStep)
    if step is not None:
        widget.singleStep = step.value
    widget.setRange(low, high)
    return _of_property(widget, "value", widget.valueChanged)


def _float(widget: Any, kind: Any, beside: list[Any]) -> Connector | None:
    if kind not in (int, float) or type(widget) not in FLOAT_WIDGETS:
        return None
    low, high = _bounds(widget, beside, (float("-inf"), float("inf")))
    decimals, step = first(beside, Decimals), first(beside, SingleStep)
    if not isinstance(widget, ctk_values.ctkDoubleSlider):
        if kind is int:
            widget.decimals = 0
        elif decimals is not None:
            widget.decimals = decimals.value
    if step is not None:
        widget.singleStep = step.value
    widget.minimum, widget.maximum = low, high

    def write(value: float) -> None:
        widget.value = kind(value)

    return Connector(read=lambda: kind(widget.value), write=write, signal=widget.valueChanged)


def _bounds(widget: Any, beside: list[Any], widest: tuple[float, float]) -> tuple[float, float]:
    both, low, high = first(beside, WithinRange), first(beside, Minimum), first(beside, Maximum)
    if both is not None:
        return both.minimum, both.maximum
    if type(widget) in MUST_BE_BOUNDED and (low is None or high is None):
        raise RuntimeError(
            f"Cannot have a connection to {type(widget).__name__} where the type is unbounded."
        )
    return (
        widest[0] if low is None else low.minimum,
        widest[1] if high is None else high.maximum,
    )


def _combo(widget: Any, kind: Any, beside: list[Any]) -> Connector | None:
    if type(widget) not in (QtWidgets.QComboBox, ctk_values.ctkComboBox):
        return None
    if kind in (int, float, str, bool):
        choice = first(beside, Choice)
        if choice is None:
            raise RuntimeError("ComboBoxToStringableConnector requires the Choice annotation.")
        return _of_choices(widget, [(str(one), one) for one in choice.choices])
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        label = getattr(kind, "label", lambda member: member.name)
        return _of_choices(widget, [(label(member), member) for member in kind])
    return None


def _of_choices(widget: Any, choices: list[tuple[str, Any]]) -> Connector:
    widget.clear()
    for label, _ in choices:
        widget.addItem(label)

    def write(value: Any) -> None:
        places = [place for place, (_, one) in enumerate(choices) if one == value]
        if not places:
            raise ValueError(f"Unable to find value {value} in choices {choices}")
        widget.currentIndex = places[0]

    return Connector(
        read=lambda: choices[widget.currentIndex][1], write=write, signal=widget.currentIndexChanged
    )


def _text(widget: Any, kind: Any, _beside: list[Any]) -> Connector | None:
    if kind is not str:
        return None
    if type(widget) is QtWidgets.QLineEdit:
        return _of_property(widget, "text", widget.textChanged)
    if type(widget) is QtWidgets.QLabel:
        return _of_property(widget, "text", None)
    if type(widget) is QtWidgets.QTextEdit:
        return Connector(
            read=widget.toPlainText, write=widget.setPlainText, signal=widget.textChanged
        )
    return None


def _path(widget: Any, kind: Any, _beside: list[Any]) -> Connector | None:
    if kind not in PATHS:
        return None
    if type(widget) is ctk_values.ctkPathLineEdit:
        name, signal = "currentPath", widget.currentPathChanged
    elif type(widget) is ctk_values.ctkDirectoryButton:
        name, signal = "directory", widget.directoryChanged
    else:
        return None

    def write(value: Any) -> None:
        setattr(widget, name, str(value))

    return Connector(read=lambda: kind(getattr(widget, name)), write=write, signal=signal)


def _node(widget: Any, kind: Any, _beside: list[Any]) -> Connector | None:
    members = typing.get_args(kind) if typing.get_origin(kind) is typing.Union else (kind,)
    kinds = [split(member)[0] for member in members if member is not type(None)]
    are_nodes = all(isinstance(one, type) and issubclass(one, slicer.vtkMRMLNode) for one in kinds)
    if type(widget) is not qMRMLNodeComboBox or not are_nodes:
        return None
    widget.nodeTypes = [one().GetClassName() for one in kinds]
    return Connector(
        read=widget.currentNode, write=widget.setCurrentNode, signal=widget.currentNodeChanged
    )


def _of_property(widget: Any, name: str, signal: Any) -> Connector:
    def write(value: Any) -> None:
        # Setting an equal text would move the cursor while the user types.
        if getattr(widget, name) != value:
            setattr(widget, name, value)

    return Connector(read=lambda: getattr(widget, name), write=write, signal=signal)
