"""Clinical variables that were named in another way: which is meant, and in which unit."""

import re
from typing import NamedTuple

from TACEResponseLib.patient.schema import Variable, load_schema


class Meant(NamedTuple):
    """A variable, and the unit that its written name tells; `None` if it tells none of ours."""

    variable: Variable
    unit: str | None


def meant_variable(name: str) -> Meant | None:
    """The variable that a name is like, with its unit if that stands in the name.

    Args:
        name: as it was written, and no name of the schema.
    """
    if meant := other_writing(name):
        return meant
    near = load_schema().nearest(name)
    return Meant(load_schema().by_name[near], None) if near else None


def other_writing(name: str) -> Meant | None:
    """What a name means that is a variable's but for its unit: `albumin (g/dL)`, `albumin_g_dl`."""
    written = _words(name)
    for variable in load_schema().by_name.values():
        for stem in (_words(variable.name), _stem(variable)):
            if stem and written[: len(stem)] == stem:
                rest = "".join(written[len(stem) :]).replace("per", "")
                unit = next((u for u in variable.units if _letters(u) == rest), None)
                if unit is not None or not rest:
                    return Meant(variable, unit)
    return None


def in_table(meant: Meant) -> str:
    """How the column is written that was meant."""
    variable, unit = meant
    if unit is None or unit == variable.unit:
        return f"did you mean {variable.name}{_in_units(variable)}"
    return f"name it {variable.name} [{unit}], which is read as {variable.unit}"


def in_json(meant: Meant) -> str:
    """How the key is written that was meant."""
    variable, unit = meant
    if unit is None or unit == variable.unit:
        return f"did you mean {variable.name}{'' if variable.is_pure else f', in {variable.unit}'}?"
    return f'write "{variable.name}": {{"value": ..., "unit": "{unit}"}}'


def _in_units(variable: Variable) -> str:
    """The unit that a bare name means, and how the others are written."""
    if variable.is_pure:
        return "?"
    others = [f"for {u} write {variable.name} [{u}]" for u in list(variable.units)[1:]]
    return f", in {variable.unit}? {', '.join(others)}".rstrip()


def _stem(variable: Variable) -> list[str]:
    """A name without its unit, empty if it bears none."""
    words = _words(variable.name)
    unit = _letters(str(variable.unit))
    for place in range(1, len(words)):
        if "".join(words[place:]).replace("per", "") == unit:
            return words[:place]
    return []


def _letters(unit: str) -> str:
    """A unit as names have it, `mgdl`."""
    return "".join(_words(unit)).replace("per", "")


def _words(name: str) -> list[str]:
    """Words of a name or unit, in lower case; micro is u."""
    plain = name.lower().replace("\u00b5", "u").replace("\u03bc", "u").replace("%", " percent ")
    return re.findall(r"[a-z0-9]+", plain)
