"""Stand-in of `@parameterPack`: parameters grouped in a class.

Source: Slicer, Base/Python/slicer/parameterNodeWrapper/parameterPack.py.
"""

# The names are Slicer's.
# ruff: noqa: N802, N815

from __future__ import annotations

import typing
from typing import Any

import slicer

from .annotations import Default, first, split
from .serializers import Validated, serializer_of

ADDED = ("__init__", "__setattr__", "__eq__", "getValue", "setValue", "dataType")
RESERVED = ("allParameters", "dataType", "getValue", "setValue", "_is_parameterPack")


class PackMember:
    """One member of a pack: type, rules, default."""

    def __init__(self, pack: type, name: str, annotated: Any) -> None:
        self.name, self.annotated = name, annotated
        self.serializer: Validated = serializer_of(annotated)
        default = first(split(annotated)[1], Default)
        if name in vars(pack):
            self.default = Default(vars(pack)[name])
        else:
            self.default = default or Default(generator=self.serializer.default)
        self.serializer.validate(self.default.value)

    def as_property(self) -> property:
        """Read and write with the rules checked; an observed pack also saves itself."""

        def write(pack: Any, value: Any) -> None:
            self.serializer.validate(value)
            vars(pack)["_values"][self.name] = value
            if vars(pack).get("_save") is not None:
                vars(pack)["_save"](pack)

        return property(lambda pack: vars(pack)["_values"][self.name], write)


def parameterPack(classtype: type | None = None) -> Any:
    """Class decorator, with or without parentheses."""
    return _process if classtype is None else _process(classtype)


def isParameterPack(kind: Any) -> bool:
    """Whether a class or object is a pack."""
    return bool(getattr(kind, "_is_parameterPack", False))


def _process(kind: type) -> type:
    hints = typing.get_type_hints(kind, include_extras=True)
    if not hints:
        raise ValueError("Unable to find any members in parameterPack")
    members = {name: PackMember(kind, name, hint) for name, hint in hints.items()}
    for name, member in members.items():
        setattr(kind, name, member.as_property())
    for name in RESERVED:
        if hasattr(kind, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterPack")
    for name, value in _methods(members).items():
        setattr(kind, name, value)
    return kind


def _methods(members: dict[str, PackMember]) -> dict[str, Any]:
    own = {name: value for name, value in vars(_Pack).items() if name in ADDED}
    return {**own, "__hash__": None, "allParameters": members, "_is_parameterPack": True}


class _Pack:
    """The methods that every decorated class gets."""

    allParameters: dict[str, PackMember]

    def __init__(self, *positions: Any, **keywords: Any) -> None:
        members = self.allParameters
        unknown = set(keywords) - set(members)
        if unknown or len(positions) > len(members):
            raise TypeError(
                f"__init__() got an unexpected argument: {sorted(unknown) or positions}"
            )
        vars(self)["_values"] = {name: m.default.value for name, m in members.items()}
        for name, value in {**dict(zip(members, positions, strict=False)), **keywords}.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.allParameters:
            raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self)["_values"] == vars(other)["_values"]

    __hash__ = None  # type: ignore[assignment]

    def getValue(self, name: str) -> Any:
        top, _, rest = name.partition(".")
        _require_member(self.allParameters, top)
        value = getattr(self, top)
        return value.getValue(rest) if rest else value

    def setValue(self, name: str, value: Any) -> None:
        top, _, rest = name.partition(".")
        _require_member(self.allParameters, top)
        if rest:
            getattr(self, top).setValue(rest, value)
        else:
            setattr(self, top, value)

    @classmethod
    def dataType(cls, name: str) -> Any:
        top, _, rest = name.partition(".")
        _require_member(cls.allParameters, top)
        kind = cls.allParameters[top].annotated
        return split(kind)[0].dataType(rest) if rest else kind


def _require_member(members: dict[str, PackMember], name: str) -> None:
    if name not in members:
        raise ValueError(f"the pack has no member '{name}'")


class PackSerializer:
    """Keeps each member under `name.member`; reading gives a pack that saves its changes."""

    def __init__(self, kind: Any) -> None:
        self.kind, self.members = kind, kind.allParameters

    def default(self) -> Any:
        return self.kind()

    def is_in(self, node: Any, name: str) -> bool:
        one = next(iter(self.members.values()))
        return bool(one.serializer.is_in(node, f"{name}.{one.name}"))

    def validate(self, value: Any) -> None:
        if not isinstance(value, self.kind):
            raise ValueError(f"Value must be of type '{self.kind}', got {value!r}")

    def write(self, node: Any, name: str, value: Any) -> None:
        with slicer.util.NodeModify(node):
            for member in self.members.values():
                member.serializer.write(node, f"{name}.{member.name}", getattr(value, member.name))

    def read(self, node: Any, name: str) -> Any:
        values = {
            m.name: m.serializer.read(node, f"{name}.{m.name}") for m in self.members.values()
        }
        pack = self.kind.__new__(self.kind)
        vars(pack).update(_values=values, _save=lambda changed: self.write(node, name, changed))
        return pack

    def remove(self, node: Any, name: str) -> None:
        for member in self.members.values():
            member.serializer.remove(node, f"{name}.{member.name}")
