"""Values that are possible, and more often a slip of the unit."""

from collections.abc import Mapping

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.patient.unit_slips import SLIPS

# What a value out of every range may be that is no other unit of ours.
IMPOSSIBLE = {"inr": "the prothrombin activity in percent, which is no INR: leave it out"}


def if_impossible(name: str, value: float) -> str:
    """What to do about a value that nobody has."""
    is_high = value > (load_schema().by_name[name].range or (0, 0))[1]
    if is_high and name in IMPOSSIBLE:
        return f"it may be {IMPOSSIBLE[name]}"
    return "check the value and its unit"


def doubts(values: Mapping[str, object]) -> tuple[CaseWarning, ...]:
    """A warning for each value that is more often something else.

    Args:
        values: by schema name, in the schema's units.
    """
    warnings = []
    for name, slips in SLIPS.items():
        value = values.get(name)
        if isinstance(value, float | int) and (other := slips.of_one(value)):
            shown = load_schema().by_name[name].with_unit(value)
            message = f"{name} is {shown}, which is rare: {slips.people}; check that it is not "
            warnings.append(CaseWarning(code="unit_doubtful", message=f"{message}{other}."))
    return tuple(warnings)
