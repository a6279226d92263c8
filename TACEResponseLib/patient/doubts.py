"""Values that are possible, and more often a slip of the unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.patient.schema import load_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """From where on a value is commoner as something else than as what its name says."""

    low: float | None = None
    if_low: str = ""
    """What a lower value probably is."""
    high: float | None = None
    if_high: str = ""
    beyond: float | None = None
    """Still higher."""
    if_beyond: str = ""
    reason: str
    """What people have, in the schema's unit."""

    def probably(self, value: float) -> str:
        """What a value probably is; empty if it is what it should be."""
        if self.low is not None and value < self.low:
            return self.if_low
        if self.beyond is not None and value > self.beyond:
            return self.if_beyond
        return self.if_high if self.high is not None and value > self.high else ""


# What a single patient hardly ever has; healthy ranges are those of laboratories for adults.
DOUBTFUL = {
    "albumin_g_per_l": Doubt(
        low=20,
        if_low="in g/dL",
        high=55,
        if_high="the percent of all protein",
        reason="the healthy have 35 to 50 g/L",
    ),
    "bilirubin_umol_per_l": Doubt(
        low=5, if_low="in mg/dL", reason="the healthy have 5 to 21 umol/L"
    ),
    "hemoglobin_g_per_l": Doubt(
        low=50, if_low="in g/dL or mmol/L", reason="the healthy have 120 to 175 g/L"
    ),
    "creatinine_mg_per_dl": Doubt(
        low=0.2,
        if_low="in mmol/L",
        high=15,
        if_high="in umol/L",
        reason="the healthy have 0.6 to 1.2 mg/dL, dialysis begins at 5 to 10",
    ),
    "tumor_size_cm": Doubt(high=25, if_high="in mm", reason="a liver is 15 to 20 cm wide"),
    "inr": Doubt(
        low=0.8,
        if_low="the prothrombin activity as a fraction",
        high=5,
        if_high="the prothrombin time in seconds",
        reason="the healthy have 0.9 to 1.2, and above 2 one bleeds",
    ),
    "prothrombin_time_s": Doubt(
        low=8,
        if_low="the INR",
        high=40,
        if_high="the prothrombin activity in percent",
        reason="the healthy have 10 to 14 s",
    ),
    "platelets_1e9_per_l": Doubt(
        low=15,
        if_low="in 1e4/uL",
        high=1000,
        if_high="another count",
        reason="the healthy have 150 to 400 1e9/L, and below 20 one bleeds",
    ),
    "neutrophils_1e9_per_l": Doubt(
        high=30, if_high="the percent of white cells", reason="the healthy have 2 to 7.5 1e9/L"
    ),
    "lymphocytes_1e9_per_l": Doubt(
        high=10, if_high="the percent of white cells", reason="the healthy have 1 to 4 1e9/L"
    ),
    "monocytes_1e9_per_l": Doubt(
        high=3, if_high="the percent of white cells", reason="the healthy have 0.2 to 1 1e9/L"
    ),
    "alt_u_per_l": Doubt(low=3, if_low="in ukat/L", reason="the healthy have 7 to 50 U/L"),
    "ast_u_per_l": Doubt(low=3, if_low="in ukat/L", reason="the healthy have 10 to 50 U/L"),
}
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
    found = []
    for name, doubt in DOUBTFUL.items():
        value = values.get(name)
        if isinstance(value, float | int) and (other := doubt.probably(value)):
            shown = load_schema().by_name[name].with_unit(value)
            message = f"{name} is {shown}, which is rare: {doubt.reason}; check that it is not "
            found.append(CaseWarning(code="unit_doubtful", message=f"{message}{other}."))
    return tuple(found)
