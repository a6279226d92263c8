"""The clinical schema: what each variable is, its unit, its range, its other units."""

import re
from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.settings import Settings

# 10^9, 10**9, x10^9, and the same with the power set small.
POWER = re.compile(r"^[x\u00d7*]?10(?:\^|\*\*)([0-9]+)", re.ASCII)
SMALL_DIGITS = {
    ord(small): f"^{digit}"
    for digit, small in enumerate("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
}


class AlternativeUnit(Settings):
    """Another unit in which a value may come: value in it x factor = value in storage unit."""

    unit: str
    factor: float = Field(gt=0)
    source: str


class UnitSlip(Settings):
    """Values beyond this are possible only in another unit."""

    probably: str
    below: float | None = None
    above: float | None = None

    def suspects(self, value: float) -> bool:
        """Whether a value in the storage unit is rather one in the other."""
        too_low = self.below is not None and value < self.below
        return too_low or (self.above is not None and value > self.above)


class Variable(Settings):
    """One clinical variable."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    type: Literal["number", "integer", "category", "boolean"]
    unit: str | None = None
    """Storage unit; `1` for ratios and counts."""
    range: tuple[float, float] | None = None
    """Inclusive limits, in the storage unit."""
    categories: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Each stored category with its synonyms."""
    alternative_units: tuple[AlternativeUnit, ...] = ()
    unit_slip: UnitSlip | None = None
    post_treatment: str | None = None
    """Why it can't be known before treatment; such a variable is no input."""
    missing_allowed: bool = True
    """Whether a record may lack it; what a model needs, its bundle says."""
    cut_offs: dict[str, str] = Field(default_factory=dict)
    """How each paper used it."""

    @model_validator(mode="after")
    def _is_complete(self) -> "Variable":
        numeric = self.type in ("number", "integer")
        if numeric != (self.unit is not None and self.range is not None):
            raise ValueError(f"{self.name}: numbers, and only they, need unit and range")
        if (self.type == "category") != bool(self.categories):
            raise ValueError(f"{self.name}: categories, and only they, need categories")
        return self

    def with_unit(self, number: float) -> str:
        """A number in the storage unit as people write it."""
        return f"{number:g}" if self.is_pure else f"{number:g} {self.unit}"

    @property
    def is_pure(self) -> bool:
        """Whether it has no unit: words, ratios and counts."""
        return self.unit in (None, "1")

    def unit_written(self, text: str) -> str | None:
        """The accepted unit that is meant, micro and capitals in any way; `None` for no such."""
        plain = _plain_unit(text)
        return next((unit for unit in self.units if _plain_unit(unit) == plain), None)

    @property
    def units(self) -> dict[str, float]:
        """Every accepted unit with its factor to the storage unit."""
        return {str(self.unit): 1.0} | {a.unit: a.factor for a in self.alternative_units}


class Schema(Settings):
    """All variables that the program knows."""

    version: Literal[1]
    source: str
    variables: tuple[Variable, ...]

    @property
    def by_name(self) -> dict[str, Variable]:
        """Variables by name."""
        return {variable.name: variable for variable in self.variables}

    def nearest(self, name: str) -> str | None:
        """The variable whose name is most like this one."""
        return nearest(name, self.by_name)


def _plain_unit(text: str) -> str:
    """A unit in one writing: both letters for micro are u, powers of ten 1e3, capitals small."""
    plain = text.translate(SMALL_DIGITS).lower().replace("\u00b5", "u").replace("\u03bc", "u")
    return POWER.sub(r"1e\1", "".join(plain.split()))


@cache
def load_schema() -> Schema:
    """The schema that ships, Resources/Clinical/schema.json."""
    path = resource_path("Clinical", "schema.json")
    return Schema.model_validate_json(path.read_text(encoding="utf-8"))
