"""Stand-in of `@parameterNodeWrapper`: typed parameters of a module, kept in the scene.

Source: Slicer, Base/Python/slicer/parameterNodeWrapper/wrapper.py.
"""

# The names are Slicer's.
# ruff: noqa: N802, N803, N815

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

import slicer
import slicer.util
import vtk
from PySide6 import QtWidgets

from .annotations import Default, first, split
from .connectors import connector_of
from .serializers import Validated, serializer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .connectors import Connector

RESERVED = [
    "allParameters",
    "default",
    "isCached",
    "dataType",
    "getValue",
    "setValue",
    "connectGui",
    "connectParametersToGui",
    "disconnectGui",
    "StartModify",
    "EndModify",
    "AddObserver",
    "RemoveObserver",
    "Modified",
]
OWN_STATE = frozenset({"parameterNode"})
WIDGET_PROPERTY = "SlicerParameterName"


class Parameter:
    """One member: its type with annotations, how it is kept, its default."""

    def __init__(self, owner: type, name: str, annotated: Any) -> None:
        self.name, self.annotated = name, annotated
        try:
            self.serializer: Validated = serializer_of(annotated)
        except (TypeError, ValueError, AttributeError) as error:
            raise TypeError(
                f"Unable to create serializer for {owner.__name__} member {name}"
            ) from error
        default = first(split(annotated)[1], Default)
        if name in vars(owner):
            self.default = Default(vars(owner)[name])
        else:
            self.default = default or Default(generator=self.serializer.default)


def parameterNodeWrapper(classtype: type | None = None) -> Any:
    """Class decorator, with or without parentheses."""
    return _process if classtype is None else _process(classtype)


def isParameterNodeWrapper(kind: Any) -> bool:
    """Whether a class or object is a wrapper."""
    return bool(getattr(kind, "_is_parameter_node_wrapper", False))


def _process(kind: type) -> type:
    hints = typing.get_type_hints(kind, include_extras=True)
    parameters = {name: Parameter(kind, name, hint) for name, hint in hints.items()}
    for name in RESERVED:
        if name in parameters or hasattr(kind, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    if "parameterNode" in parameters:
        raise ValueError("Cannot use reserved name 'parameterNode' in a parameterNodeWrapper")
    for name, parameter in parameters.items():
        setattr(kind, name, _attribute(parameter))
    for name, value in vars(_Wrapper).items():
        if not name.startswith("__") or name in ("__init__", "__setattr__"):
            setattr(kind, name, value)
    kind.allParameters = parameters  # type: ignore[attr-defined]
    kind._is_parameter_node_wrapper = True  # type: ignore[attr-defined]
    kind.dataType = staticmethod(lambda name: _data_type(parameters, name))  # type: ignore[attr-defined]
    return kind


def _attribute(parameter: Parameter) -> property:
    def read(self: Any) -> Any:
        name = self._prefix + parameter.name
        if not parameter.serializer.is_in(self.parameterNode, name):
            parameter.serializer.write(self.parameterNode, name, parameter.default.value)
        return parameter.serializer.read(self.parameterNode, name)

    def write(self: Any, value: Any) -> None:
        with slicer.util.NodeModify(self.parameterNode):
            parameter.serializer.write(self.parameterNode, self._prefix + parameter.name, value)

    return property(read, write)


def _require_parameter(parameters: dict[str, Parameter], name: str) -> tuple[str, str]:
    """Top name and rest of a possibly dotted name.

    Raises: ValueError: there is no such parameter.
    """
    top, _, rest = name.partition(".")
    if top not in parameters:
        raise ValueError(f"Cannot find a param with the given name: {top}; has {list(parameters)}")
    if rest:
        _data_type(parameters, name)
    return top, rest


def _data_type(parameters: dict[str, Parameter], name: str) -> Any:
    top, _, rest = name.partition(".")
    if top not in parameters:
        raise ValueError(f"Cannot find a param with the given name: {top}; has {list(parameters)}")
    kind = parameters[top].annotated
    return split(kind)[0].dataType(rest) if rest else kind


class _Wrapper:
    """The methods that every decorated class gets."""

    allParameters: dict[str, Parameter]
    dataType: Callable[[str], Any]
    parameterNode: Any
    _prefix: str
    _connections: dict[int, dict[str, tuple[Connector, Callable[[], None]]]]
    _observers: dict[int, int]
    _next_tag: int
    _is_writing_gui: bool

    def __init__(self, parameterNode: Any, prefix: str | None = None) -> None:
        if not isinstance(parameterNode, slicer.vtkMRMLScriptedModuleNode):
            raise TypeError(f"parameterNode must be a vtkMRMLScriptedModuleNode: {parameterNode!r}")
        vars(self).update(
            parameterNode=parameterNode,
            _prefix=prefix or "",
            _connections={},
            _observers={},
            _next_tag=0,
            _is_writing_gui=False,
        )
        for name in self.allParameters:
            getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.allParameters:
            raise AttributeError(f"'{type(self).__name__}' has no parameter '{name}'")
        object.__setattr__(self, name, value)

    def default(self, paramName: str) -> Default:
        top, _rest = _require_parameter(self.allParameters, paramName)
        return self.allParameters[top].default

    def getValue(self, name: str) -> Any:
        top, rest = _require_parameter(self.allParameters, name)
        value = getattr(self, top)
        return value.getValue(rest) if rest else value

    def setValue(self, name: str, value: Any) -> None:
        top, rest = _require_parameter(self.allParameters, name)
        if rest:
            getattr(self, top).setValue(rest, value)
        else:
            setattr(self, top, value)

    def StartModify(self) -> int:
        return int(self.parameterNode.StartModify())

    def EndModify(self, wasModified: int) -> None:
        self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        return int(self.parameterNode.AddObserver(event, callback, priority))

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        self.parameterNode.Modified()

    def connectGui(self, gui: Any) -> int:
        is_widget = isinstance(gui, QtWidgets.QWidget)
        widgets = gui.findChildren(QtWidgets.QWidget) if is_widget else vars(gui).values()
        named = [(widget.property(WIDGET_PROPERTY), widget) for widget in widgets]
        return self.connectParametersToGui({name: widget for name, widget in named if name})

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        for name in mapping:
            _require_parameter(self.allParameters, name)
        connectors = {
            name: connector_of(widget, self.dataType(name)) for name, widget in mapping.items()
        }
        tag = self._next_tag
        vars(self)["_next_tag"] = tag + 1
        connected = {}
        for name, connector in connectors.items():
            connector.write(self.getValue(name))
            callback = self._on_widget_changed(name, connector)
            if connector.signal is not None:
                connector.signal.connect(callback)
            connected[name] = (connector, callback)
        self._connections[tag] = connected
        modified = vtk.vtkCommand.ModifiedEvent
        self._observers[tag] = self.AddObserver(modified, lambda *_: self._update_gui())
        return tag

    def disconnectGui(self, guiTag: int) -> None:
        for connector, callback in self._connections.pop(guiTag, {}).values():
            if connector.signal is not None:
                connector.signal.disconnect(callback)
        if guiTag in self._observers:
            self.RemoveObserver(self._observers.pop(guiTag))

    def _on_widget_changed(self, name: str, connector: Connector) -> Callable[[], None]:
        def callback() -> None:
            if not self._is_writing_gui:
                with slicer.util.NodeModify(self.parameterNode):
                    self.setValue(name, connector.read())

        return callback

    def _update_gui(self) -> None:
        if self._is_writing_gui:
            return
        vars(self)["_is_writing_gui"] = True
        try:
            for connected in list(self._connections.values()):
                for name, (connector, _) in connected.items():
                    connector.write(self.getValue(name))
        finally:
            vars(self)["_is_writing_gui"] = False
