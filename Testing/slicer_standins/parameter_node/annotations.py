"""What may stand beside a parameter's type in `Annotated[...]`.

Source: Slicer, Base/Python/slicer/parameterNodeWrapper/{default,validators,guiConnectors,util}.py.
"""

# The names are Slicer's.
# ruff: noqa: N803

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

Kind = TypeVar("Kind")


class Default:
    """Value of a parameter that was never set; a generator makes a new one each time."""

    def __init__(self, value: Any = None, *, generator: Callable[[], Any] | None = None) -> None:
        self._value, self._generator = value, generator

    @property
    def value(self) -> Any:
        return self._generator() if self._generator else self._value


class Decimals:
    """Digits that a number widget shows."""

    def __init__(self, value: int) -> None:
        self.value = value


class SingleStep:
    """Step of a number widget."""

    def __init__(self, value: float) -> None:
        self.value = value


class Validator:
    """A rule for a parameter's value."""

    def validate(self, value: Any) -> None:
        """Raise when a value breaks the rule."""
        raise NotImplementedError("validate is not implemented")


class NotNone(Validator):
    """There must be a value."""

    def validate(self, value: Any) -> None:
        if value is None:
            raise ValueError("Value must not be None")


class IsInstance(Validator):
    """The value must be of a type, or None."""

    def __init__(self, classtype: type | tuple[type, ...]) -> None:
        self.classtype = classtype

    def validate(self, value: Any) -> None:
        if value is not None and not isinstance(value, self.classtype):
            raise TypeError(f"Value must be of type '{self.classtype}', got {value!r}")


class WithinRange(Validator):
    """Bounds, both included."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: Any) -> None:
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value must be within [{self.minimum}, {self.maximum}], is {value}")


class Minimum(Validator):
    """Lower bound, included."""

    def __init__(self, minimum: float) -> None:
        self.minimum = minimum

    def validate(self, value: Any) -> None:
        if value < self.minimum:
            raise ValueError(f"Value must be at least {self.minimum}, is {value}")


class Maximum(Validator):
    """Upper bound, included."""

    def __init__(self, maximum: float) -> None:
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        if value > self.maximum:
            raise ValueError(f"Value must be at most {self.maximum}, is {value}")


class Choice(Validator):
    """One of these values; a combo box needs it."""

    def __init__(self, choices: Collection[Any]) -> None:
        self.choices = choices

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"Value is {value}, but must be one of {self.choices}")


class Exclude(Validator):
    """None of these values."""

    def __init__(self, excludedValues: Collection[Any]) -> None:
        self.excludedValues = excludedValues

    def validate(self, value: Any) -> None:
        if value in self.excludedValues:
            raise ValueError(f"Value is {value}, but must not be one of {self.excludedValues}")


def split(annotated: Any) -> tuple[Any, list[Any]]:
    """The type and what stands beside it; `X | None` becomes `Union[X, None]`."""
    kind, *beside = typing.get_args(Annotated[annotated, None])
    if isinstance(kind, types.UnionType):
        kind = typing.Union[typing.get_args(kind)]  # noqa: UP007
    return kind, beside[:-1]


def first(beside: Iterable[Any], kind: type[Kind]) -> Kind | None:
    """The first annotation of a kind, or None."""
    return next((one for one in beside if isinstance(one, kind)), None)
