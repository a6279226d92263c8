"""Gives the classes of PySide6 the manners of PythonQt, as long as the stand-ins are installed.

Properties become attributes, unknown attributes can't be set, keyword arguments are refused,
`connect("clicked()", f)` works, and what PythonQt lacks is gone.
Source: MeVisLab/pythonqt, src/PythonQtInstanceWrapper.cpp (getattro, setattro),
src/PythonQtClassInfo.cpp (member lookup, `name`, `exec_`), src/PythonQtStdDecorators.cpp (connect).
"""

from __future__ import annotations

import functools
import types
import weakref
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from .qt_names import CLASSES, MISSING_MEMBERS, POSITIONAL_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable

    from .patches import Patches

MODULES = (QtCore, QtGui, QtWidgets, QtUiTools)
ABSENT = object()
# PythonQt leaves this property out, since the static method of the same name is wanted.
NOT_A_PROPERTY = {("QTimer", "singleShot")}


def qt_class(name: str) -> type:
    """One class of Qt by its name.

    Raises: AttributeError: no module of PySide6 has it.
    """
    for module in MODULES:
        if hasattr(module, name):
            kind = getattr(module, name)
            assert isinstance(kind, type)
            return kind
    raise AttributeError(f"Qt has no class {name}")


def is_wrapped_cpp(kind: type) -> bool:
    """Whether a class stands for one of C++ (as opposed to one that a module's Python derives)."""
    return kind.__module__.startswith("PySide6.") or "_stands_for" in vars(kind)


def apply(patches: Patches) -> None:
    """Change PySide6's classes in place, so that objects that Qt itself makes behave too."""
    classes = [qt_class(name) for name in sorted(CLASSES)]
    for name, members in MISSING_MEMBERS.items():
        kind = qt_class(name)
        for member in members.split():
            if member in vars(kind):
                patches.remove(kind, member)
    for kind in classes:
        if issubclass(kind, QtCore.QObject):
            _make_properties_attributes(patches, kind)
            patches.set(kind, "__setattr__", _refusing_setattr())
        _refuse_keywords(patches, kind)
    _add_object_members(patches)


def _make_properties_attributes(patches: Patches, kind: type) -> None:
    for name, attribute in _attributes_of(kind):
        patches.set(kind, name, attribute)


@functools.cache
def _attributes_of(kind: type) -> tuple[tuple[str, property], ...]:
    """Every property that a class of PySide6 adds to its base, as a Python attribute.

    Found out once a process, before any patch: PySide6 may drop the Python side of a meta-object
    later and then refuses to be asked again.
    """
    meta = kind.staticMetaObject  # type: ignore[attr-defined]
    missing = MISSING_MEMBERS.get(kind.__name__, "").split()
    properties = []
    for index in range(meta.propertyCount()):
        name = meta.property(index).name()
        # A getter that a class overrides (sizeHint) hides the property of its base again.
        is_own = index >= meta.propertyOffset() or callable(vars(kind).get(name))
        if is_own and (kind.__name__, name) not in NOT_A_PROPERTY and name not in missing:
            properties.append((name, _attribute(kind, name, meta.property(index))))
    return tuple(properties)


def _attribute(kind: type, name: str, meta_property: QtCore.QMetaProperty) -> property:
    """A Python property over the getter and setter that PySide6 offers as methods."""
    getter = vars(kind).get(name)
    setter = vars(kind).get(f"set{name[0].upper()}{name[1:]}")
    type_name: Any = meta_property.typeName()
    is_writable = meta_property.isWritable()

    def read(self: QtCore.QObject) -> Any:
        return getter.__get__(self)() if getter else QtCore.QObject.property(self, name)

    def write(self: QtCore.QObject, value: Any) -> None:
        if not is_writable:
            raise AttributeError(f"Property '{name}' of {kind.__name__} object is not writable")
        try:
            done = True if setter else QtCore.QObject.setProperty(self, name, value)
            if setter:
                setter.__get__(self)(value)
        except (TypeError, ValueError, OverflowError):
            done = False
        if not done:
            raise AttributeError(
                f"Property '{name}' of type '{type_name}' does not accept an object of type "
                f"{type(value).__name__} ({value!r})"
            )

    return property(read, write)


def _refusing_setattr() -> Callable[[Any, str, Any], None]:
    def set_attribute(self: QtCore.QObject, name: str, value: Any) -> None:
        member = _lookup(type(self), name)
        if isinstance(member, property):
            member.__set__(self, value)
        elif isinstance(member, QtCore.Property):
            _write_declared(self, name, member, value)
        elif isinstance(value, QtCore.SignalInstance):
            # PySide6 itself keeps the bound signal in an object that Qt has made.
            vars(self)[name] = value
        elif isinstance(member, QtCore.Signal) or _is_method_of_cpp(type(self), name):
            raise AttributeError(f"'{name}' can not be overwritten on {type(self).__name__} object")
        elif not is_wrapped_cpp(type(self)) or _is_private(name, member):
            vars(self)[name] = value
        elif isinstance(value, QtCore.QObject) and value.property("objectName") == name:
            # PySide6's loader names every child as an attribute of its top widget; PythonQt's
            # doesn't, so nothing is kept.
            return
        else:
            raise AttributeError(
                f"'{name}' does not exist on {type(self).__name__} and creating new attributes "
                "on C++ objects is not allowed"
            )

    return set_attribute


def _is_private(name: str, member: Any) -> bool:
    """State that a stand-in declares in its class, or that PySide6 keeps (`__METAOBJECT__`)."""
    return name.startswith("__") or (name.startswith("_") and member is not ABSENT)


def _write_declared(self: QtCore.QObject, name: str, declared: QtCore.Property, value: Any) -> None:
    """Set a property that a stand-in declares for a class of CTK or Slicer."""
    if declared.fset is None:
        raise AttributeError(f"Property '{name}' of {type(self).__name__} object is not writable")
    declared.fset(self, value)


def _lookup(kind: type, name: str) -> Any:
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), ABSENT)


def _is_method_of_cpp(kind: type, name: str) -> bool:
    return any(
        name in vars(base) and callable(vars(base)[name]) and not name.startswith("__")
        for base in kind.__mro__
        if is_wrapped_cpp(base)
    )


def _refuse_keywords(patches: Patches, kind: type) -> None:
    if "__init__" in vars(kind):
        construct = _positional(kind.__name__, vars(kind)["__init__"])
        if issubclass(kind, QtCore.QObject):
            construct = _with_connect_by_signature(construct)
        patches.set(kind, "__init__", construct)
    for name in POSITIONAL_ONLY.get(kind.__name__, "").split():
        member = vars(kind)[name]
        wrapped = _positional(name, getattr(kind, name))
        patches.set(kind, name, staticmethod(wrapped) if _is_static(member) else wrapped)


def _is_static(member: Any) -> bool:
    return isinstance(member, staticmethod | types.BuiltinFunctionType)


def _positional(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def call(*args: Any, **keywords: Any) -> Any:
        if keywords:
            raise ValueError(
                f"Called {name} with keyword arguments {sorted(keywords)}, but called slot does "
                "not support kwargs."
            )
        return function(*args)

    return call


def _add_object_members(patches: Patches) -> None:
    patches.set(QtCore.QObject, "name", QtCore.QObject.objectName)
    patches.set(QtCore.QObject, "className", _class_name)
    for kind in (QtWidgets.QDialog, QtWidgets.QMenu):
        patches.set(kind, "exec_", kind.exec)


def _class_name(self: QtCore.QObject) -> str:
    return str(self.metaObject().className())


def _with_connect_by_signature(construct: Callable[..., None]) -> Callable[..., None]:
    """Give each new object `connect("clicked()", f)`.

    PySide6 looks for these two names in the object first and then in C++, never in the class.
    """

    def call(self: QtCore.QObject, *args: Any, **keywords: Any) -> None:
        construct(self, *args, **keywords)
        give_connect(self)

    return call


def give_connect(this: QtCore.QObject) -> None:
    """Let an object connect by signature; those that Qt made itself need it too."""
    myself = weakref.ref(this)
    for verb in ("connect", "disconnect"):
        vars(this)[verb] = functools.partial(_link_by_signature, myself, verb)


def _link_by_signature(
    sender: weakref.ref[QtCore.QObject], verb: str, signature: str, *rest: Any
) -> bool:
    """Connect or disconnect a signal given as C++ writes it, for instance `clicked(bool)`.

    Raises: AttributeError: the class has no such signal (PythonQt prints this, returns False).
    """
    this: Any = sender()
    if this is None:
        raise RuntimeError(f"the object was gone before '{signature}' could be connected")
    if len(rest) == 2:
        rest = (slot_by_signature(*rest),)
    declared = declared_signal(this, signature)
    if declared is not None:
        getattr(declared, verb)(*rest)
        return True
    compact = signature.replace(" ", "")
    if not rest:
        getattr(getattr(this, compact.partition("(")[0]), verb)()
        return True
    return bool(getattr(QtCore.QObject, verb)(this, QtCore.SIGNAL(compact), *rest))


def declared_signal(sender: Any, signature: str) -> Any:
    """The signal that a stand-in declares under this C++ signature, or None for one of Qt's own.

    Raises: AttributeError: neither has it.
    """
    compact = signature.replace(" ", "")
    for base in type(sender).__mro__:
        if compact in vars(base).get("_signatures", {}):
            return getattr(sender, vars(base)["_signatures"][compact])
    if sender.metaObject().indexOfSignal(compact) < 0:
        raise AttributeError(f"signal '{signature}' does not exist on {type(sender).__name__}")
    return None


def slot_by_signature(receiver: QtCore.QObject, signature: str) -> Any:
    """The bound method that C++ writes as, for instance, `setText(QString)`.

    Raises: AttributeError: the class has no such slot.
    """
    name = signature.partition("(")[0]
    slot = getattr(receiver, name, None)
    if not callable(slot):
        raise AttributeError(f"slot '{signature}' does not exist on {type(receiver).__name__}")
    return slot
