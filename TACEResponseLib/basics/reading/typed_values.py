"""Values of JSON as frozen dataclasses, and nothing else: what doesn't fit is refused by its place.

Needs no package, so that Slicer's own Python can read what a process with all packages wrote.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
LONGEST_KEY = 40


class TypedValueError(ValueError):
    """A value that isn't what it should be."""

    def __init__(self, place: str, rule: str, value: object) -> None:
        """Say where it stands, what must hold, and which kind of value stands there."""
        self.place, self.rule, self.got = place, rule, type(value).__name__
        super().__init__(f"{place}: {rule}, got {self.got}")


def typed(kind: type[T], value: object, place: str = "") -> T:
    """A value of JSON as one of a kind.

    Args:
        kind: a dataclass of text, numbers, flags, choices, tuples, mappings and dataclasses.
        value: as `json.loads` gives it.
        place: of the value in what was read.
    Raises: TypedValueError: another type, a missing or unknown key, a number that is none.
    """
    result: T = _of(kind, value, place)
    return result


def _of(kind: Any, value: object, place: str) -> Any:
    """The value, by the kind that is expected."""
    if is_dataclass(kind):
        return _record(kind, value, place)
    if kind in _PLAIN:
        return _PLAIN[kind](value, place)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(inner, value, place)
    if origin is Literal:
        return _choice(inner, value, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(_choice(tuple(map(str, kind)), value, place))
    if origin is tuple:
        return _list(inner, value, place)
    if origin is Mapping:
        return _mapping(inner[1], value, place)
    raise NotImplementedError(kind)


def _record(kind: Any, value: object, place: str) -> Any:
    """A dataclass: each of its keys, and no other."""
    given = _keyed(value, place)
    known = {field.name: field for field in fields(kind)}
    for key in given:
        if key not in known:
            raise TypedValueError(_under(place, key), "must be a known key", given[key])
    for name, field in known.items():
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        if name not in given and not has_default:
            raise TypedValueError(_under(place, name), "must be there", value)
    hints = _hints(kind)
    values = {name: _of(hints[name], given[name], _under(place, name)) for name in given}
    try:
        return kind(**values)
    except ValueError as error:
        raise TypedValueError(place, str(error), value) from error


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """What each key must be."""
    return get_type_hints(kind)


def _keyed(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypedValueError(place, "must hold settings of its own", value)
    return value


def _under(place: str, key: str) -> str:
    """A key's place."""
    return f"{place}.{key[:LONGEST_KEY]}" if place else key[:LONGEST_KEY]


def _one_of(kinds: tuple[Any, ...], value: object, place: str) -> Any:
    """The first kind that the value is; the refusal is the last one's but `None`."""
    if value is None and type(None) in kinds:
        return None
    others = [kind for kind in kinds if kind is not type(None)]
    for kind in others[:-1]:
        try:
            return _of(kind, value, place)
        except TypedValueError:
            continue
    return _of(others[-1], value, place)


def _choice(choices: tuple[Any, ...], value: object, place: str) -> Any:
    if type(value) is not str or value not in choices:
        raise TypedValueError(place, f"must be one of {', '.join(map(str, choices))}", value)
    return value


def _list(kinds: tuple[Any, ...], value: object, place: str) -> tuple[Any, ...]:
    """As many as wanted of one kind, or one of each kind."""
    if not isinstance(value, list):
        raise TypedValueError(place, "must be a list", value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(kinds) != len(value):
        raise TypedValueError(place, f"must have {len(kinds)} items", value)
    return tuple(
        _of(kind, item, _under(place, str(n)))
        for n, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )


def _mapping(kind: Any, value: object, place: str) -> Mapping[str, Any]:
    given = _keyed(value, place)
    return {key: _of(kind, item, _under(place, key)) for key, item in given.items()}


def _text(value: object, place: str) -> str:
    if type(value) is not str:
        raise TypedValueError(place, "must be a text", value)
    return value


def _flag(value: object, place: str) -> bool:
    if type(value) is not bool:
        raise TypedValueError(place, "must be true or false", value)
    return value


def _whole(value: object, place: str) -> int:
    if type(value) is not int:
        raise TypedValueError(place, "must be a whole number", value)
    return value


def _number(value: object, place: str) -> float:
    """A finite number; a whole one is a number too."""
    if type(value) not in (int, float):
        raise TypedValueError(place, "must be a number", value)
    try:
        number = float(value)  # type: ignore[arg-type]  # one of the two, as just seen
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise TypedValueError(place, "must be a finite number", value)
    return number


_PLAIN: Mapping[Any, Any] = {str: _text, bool: _flag, int: _whole, float: _number}
