"""How a stand-in of a C++ widget declares its properties, slots and refusals.

CTK and Slicer wrap their widgets lightly: Python sees properties, signals, public slots and
Q_INVOKABLE methods, and one constructor that takes a parent. A setter that is none of these
(`setCollapsed`, `setNodeTypes`) does not exist for Python.
Source: commontk/CTK, CMake/ctkWrapPythonQt.py (the two templates).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from PySide6 import QtCore, QtWidgets

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = TypeVar("Kind", bound=type)

ACCEPTED: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "double": (int, float),
    "QString": (str,),
    "QStringList": (list, tuple),
    "QVariant": (object,),
}


def stands_for(source: str) -> Callable[[Kind], Kind]:
    """Mark a class as a stand-in of a C++ class, so that it refuses new attributes.

    Args:
        source: repository and header that it imitates.
    """

    def mark(kind: Kind) -> Kind:
        kind._stands_for = source  # type: ignore[attr-defined]
        return kind

    return mark


def declared(
    type_name: str, read: Callable[[Any], Any], write: Callable[[Any, Any], None] | None = None
) -> Any:
    """A property of C++: an attribute in Python, and known to Qt's meta-object."""
    of_any_type: Any = QtCore.Property
    return of_any_type(type_name, read, write)


def stored(type_name: str, name: str, default: Any, then: str | None = None) -> Any:
    """A property that keeps its value, refuses values of another type, and may call a method.

    Args:
        type_name: Qt's name of the type, one of `ACCEPTED`.
        name: name of the property.
        default: value before the first assignment.
        then: method without arguments to call after an assignment.
    """

    def read(self: Any) -> Any:
        return vars(self).get(f"_{name}", default)

    def write(self: Any, value: Any) -> None:
        require_property(name, type_name, value)
        vars(self)[f"_{name}"] = list(value) if type_name == "QStringList" else value
        if then is not None:
            getattr(self, then)()

    return declared(type_name, read, write)


def require_property(name: str, type_name: str, value: Any) -> None:
    """Refuse what the property's type can't hold.

    Raises: AttributeError: as PythonQt does on assignment.
    """
    fits = isinstance(value, ACCEPTED[type_name])
    if type_name == "QStringList" and fits:
        fits = all(isinstance(item, str) for item in value)
    if type_name in ("int", "double") and isinstance(value, bool):
        fits = False
    if not fits:
        raise AttributeError(
            f"Property '{name}' of type '{type_name}' does not accept an object of type "
            f"{type(value).__name__} ({value!r})"
        )


def slot_setter(name: str) -> Any:
    """The public slot `setX` of a property `x`, for those properties whose setter is a slot."""

    def call(self: Any, value: Any, /) -> None:
        setattr(self, name, value)

    call.__name__ = f"set{name[0].upper()}{name[1:]}"
    return call


def require(method: str, value: Any, kind: type | tuple[type, ...], *, or_none: bool) -> None:
    """Refuse an argument that PythonQt can't convert.

    Raises: ValueError: as PythonQt does when no overload takes the arguments.
    """
    if not (isinstance(value, kind) or (or_none and value is None)):
        raise ValueError(
            f"Could not find matching overload for given arguments: {method}({value!r}); "
            f"takes {getattr(kind, '__name__', kind)}"
        )


def require_parent(name: str, arguments: tuple[Any, ...]) -> QtWidgets.QWidget | None:
    """The one constructor that CTK's wrapping makes: an optional parent widget.

    Raises: ValueError: other arguments, a text for instance.
    """
    if len(arguments) > 1:
        raise ValueError(f"Could not find matching overload for given arguments: {name}{arguments}")
    parent = arguments[0] if arguments else None
    require(name, parent, QtWidgets.QWidget, or_none=True)
    return parent
