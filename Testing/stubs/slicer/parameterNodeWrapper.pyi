"""The declaration of a parameter node; connecting it to widgets is added by the decorator."""

from collections.abc import Sequence
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=type)

def parameterNodeWrapper(classtype: Kind) -> Kind: ...

class Choice:
    def __init__(self, choices: Sequence[Any]) -> None: ...

class Default:
    def __init__(self, value: Any) -> None: ...

class WithinRange:
    def __init__(self, minimum: float, maximum: float) -> None: ...
