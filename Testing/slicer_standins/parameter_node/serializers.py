"""How values of each type are kept in a parameter node.

Source: Slicer, Base/Python/slicer/parameterNodeWrapper/serializers.py.
"""

from __future__ import annotations

import enum
import pathlib
import typing
from collections.abc import MutableSequence
from typing import Any, Protocol

import slicer

from .annotations import IsInstance, NotNone, Validator, split

PATHS = (pathlib.Path, pathlib.PosixPath, pathlib.PurePath, pathlib.PurePosixPath)


class Serializer(Protocol):
    """Keeps values of one type under a name."""

    def default(self) -> Any: ...
    def validate(self, value: Any) -> None: ...
    def is_in(self, node: Any, name: str) -> bool: ...
    def write(self, node: Any, name: str, value: Any) -> None: ...
    def read(self, node: Any, name: str) -> Any: ...
    def remove(self, node: Any, name: str) -> None: ...


class _Text:
    """A value kept as one text."""

    def __init__(self, kind: type, default: Any, rules: list[Validator]) -> None:
        self.kind, self._default, self.rules = kind, default, rules
        self.make: Any = kind

    def default(self) -> Any:
        return self._default

    def is_in(self, node: Any, name: str) -> bool:
        return bool(node.HasParameter(name))

    def validate(self, value: Any) -> None:
        for rule in self.rules:
            rule.validate(value)

    def write(self, node: Any, name: str, value: Any) -> None:
        node.SetParameter(name, self._to_text(value))

    def read(self, node: Any, name: str) -> Any:
        return self._from_text(node.GetParameter(name))

    def remove(self, node: Any, name: str) -> None:
        node.UnsetParameter(name)

    def _to_text(self, value: Any) -> str:
        return value.name if isinstance(value, enum.Enum) else str(value)

    def _from_text(self, text: str) -> Any:
        if self.kind is bool:
            return text == "True"
        if issubclass(self.kind, enum.Enum):
            return self.make[text]
        return self.make(text)


class _Node:
    """A node kept as a node reference, with an empty text to tell "none" from "never set"."""

    def __init__(self, kind: type) -> None:
        self.rule = IsInstance(kind)

    def default(self) -> None:
        return None

    def is_in(self, node: Any, name: str) -> bool:
        return bool(node.HasParameter(name))

    def validate(self, value: Any) -> None:
        self.rule.validate(value)

    def write(self, node: Any, name: str, value: Any) -> None:
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node: Any, name: str) -> Any:
        return node.GetNodeReference(name)

    def remove(self, node: Any, name: str) -> None:
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class _Nothing(_Text):
    """None, as a member of a union."""

    def __init__(self) -> None:
        super().__init__(type(None), None, [IsInstance(type(None))])

    def read(self, node: Any, name: str) -> None:  # noqa: ARG002
        return None


class _Union:
    """One of several types; each under a name of its own."""

    def __init__(self, members: list[Validated]) -> None:
        self.members = members

    def default(self) -> Any:
        is_optional = len(self.members) == 2 and isinstance(self.members[1].inner, _Nothing)
        return None if is_optional else self.members[0].default()

    def is_in(self, node: Any, name: str) -> bool:
        return any(m.is_in(node, f"{name}.{i}") for i, m in enumerate(self.members))

    def validate(self, value: Any) -> None:
        self._member_for(value)

    def write(self, node: Any, name: str, value: Any) -> None:
        index = self._member_for(value)
        self.remove(node, name)
        self.members[index].write(node, f"{name}.{index}", value)

    def _member_for(self, value: Any) -> int:
        problem: Exception = TypeError(f"Unable to write value {value!r}")
        for index, member in enumerate(self.members):
            if (value is None) != isinstance(member.inner, _Nothing):
                continue
            try:
                member.validate(value)
            except (TypeError, ValueError) as error:
                problem = error
            else:
                return index
        raise problem

    def read(self, node: Any, name: str) -> Any:
        for index, member in enumerate(self.members):
            if member.is_in(node, f"{name}.{index}"):
                return member.read(node, f"{name}.{index}")
        raise KeyError(f"Unable to find value for name: {name}")

    def remove(self, node: Any, name: str) -> None:
        for index, member in enumerate(self.members):
            member.remove(node, f"{name}.{index}")


class ObservedList(MutableSequence[Any]):
    """A list that writes itself back when it is changed in place."""

    def __init__(self, values: list[Any], save: Any) -> None:
        self._values, self._save = values, save

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        return self._values[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        changed = list(self._values)
        changed[index] = value
        self._replace(changed)

    def __delitem__(self, index: Any) -> None:
        changed = list(self._values)
        del changed[index]
        self._replace(changed)

    def insert(self, index: int, value: Any) -> None:
        self._replace([*self._values[:index], value, *self._values[index:]])

    def _replace(self, changed: list[Any]) -> None:
        self._save(changed)
        self._values = changed

    def __eq__(self, other: object) -> bool:
        return self._values == (other._values if isinstance(other, ObservedList) else other)

    __hash__ = None  # type: ignore[assignment]


class _List:
    """A list kept as its length and its members."""

    def __init__(self, member: Validated) -> None:
        self.member = member

    def default(self) -> list[Any]:
        return []

    def is_in(self, node: Any, name: str) -> bool:
        return bool(node.HasParameter(f"{name}.len"))

    def validate(self, values: Any) -> None:
        if not isinstance(values, list | tuple | ObservedList):
            raise TypeError(f"Value must be a list, got {values!r}")
        for value in values:
            self.member.validate(value)

    def write(self, node: Any, name: str, values: Any) -> None:
        with slicer.util.NodeModify(node):
            self.remove(node, name)
            for index, value in enumerate(values):
                self.member.write(node, f"{name}.{index}", value)
            node.SetParameter(f"{name}.len", str(len(values)))

    def read(self, node: Any, name: str) -> ObservedList:
        count = int(node.GetParameter(f"{name}.len"))
        values = [self.member.read(node, f"{name}.{index}") for index in range(count)]
        return ObservedList(values, lambda changed: self._save(node, name, changed))

    def _save(self, node: Any, name: str, values: list[Any]) -> None:
        self.validate(values)
        self.write(node, name, values)

    def remove(self, node: Any, name: str) -> None:
        count = int(node.GetParameter(f"{name}.len") or 0)
        for index in range(count):
            self.member.remove(node, f"{name}.{index}")
        node.UnsetParameter(f"{name}.len")


class Validated:
    """A serializer that checks its type's rule and rules of its own before it writes anything."""

    def __init__(self, inner: Serializer, rules: list[Validator]) -> None:
        self.inner, self.rules = inner, rules
        self.default, self.is_in = inner.default, inner.is_in
        self.read, self.remove = inner.read, inner.remove

    def validate(self, value: Any) -> None:
        """Raise when a value breaks a rule; the type is checked first."""
        self.inner.validate(value)
        for rule in self.rules:
            rule.validate(value)

    def write(self, node: Any, name: str, value: Any) -> None:
        self.validate(value)
        self.inner.write(node, name, value)


def serializer_of(annotated: Any) -> Validated:
    """The serializer of a member's annotation.

    Raises: TypeError: the type can't be kept in a parameter node.
    """
    kind, beside = split(annotated)
    rules = [one for one in beside if isinstance(one, Validator)]
    return Validated(_serializer_of_type(kind), rules)


def _serializer_of_type(kind: Any) -> Serializer:
    from .pack import PackSerializer, isParameterPack

    if typing.get_origin(kind) is typing.Union:
        return _Union([serializer_of(member) for member in typing.get_args(kind)])
    if typing.get_origin(kind) is list:
        return _List(serializer_of(typing.get_args(kind)[0]))
    if isParameterPack(kind):
        return PackSerializer(kind)
    return _scalar(kind)


def _scalar(kind: Any) -> Serializer:
    if kind is type(None):
        return _Nothing()
    if not isinstance(kind, type):
        raise TypeError(f"Unable to create serializer for type: {kind!r}")
    if issubclass(kind, slicer.vtkMRMLNode):
        return _Node(kind)
    if issubclass(kind, enum.Enum):
        if len(kind) == 0:
            raise ValueError("Cannot serialize empty Enum.")
        return _Text(kind, next(iter(kind)), [IsInstance(kind)])
    defaults: dict[type, Any] = {int: 0, float: 0, str: "", bool: False}
    defaults |= {path: path() for path in PATHS}
    if kind not in defaults:
        raise TypeError(f"Unable to create serializer for type: {kind!r}")
    accepted: Any = (int, float) if kind is float else kind
    return _Text(kind, defaults[kind], [NotNone(), IsInstance(accepted)])
