"""Values that are possible, and more often a slip of the unit."""

from collections.abc import Mapping

from TACEResponseLib.case_warning import CaseWarning

# Below the first or above the second a value is possible in the schema's unit, but commoner in the
# other: an albumin of 15 g/L is that of the dying, a bilirubin of 4 umol/L lies under most
# reference ranges, while 4 mg/dL is a usual jaundice.
DOUBTFUL = {
    "albumin_g_per_l": (20.0, None, "g/L", "g/dL"),
    "bilirubin_umol_per_l": (5.0, None, "umol/L", "mg/dL"),
    "hemoglobin_g_per_l": (50.0, None, "g/L", "g/dL"),
    "creatinine_mg_per_dl": (None, 15.0, "mg/dL", "umol/L"),
    "tumor_size_cm": (None, 25.0, "cm", "mm"),
}


def doubts(values: Mapping[str, object]) -> tuple[CaseWarning, ...]:
    """A warning for each value that is more often one in another unit.

    Args:
        values: by schema name, in the schema's units.
    """
    found = []
    for name, (low, high, unit, other) in DOUBTFUL.items():
        value = values.get(name)
        if not isinstance(value, float | int):
            continue
        if (low is not None and value < low) or (high is not None and value > high):
            found.append(
                CaseWarning(
                    code="unit_doubtful",
                    message=f"{name} is {value:g} {unit}, which is rare; check that it is not in "
                    f"{other}.",
                )
            )
    return tuple(found)
