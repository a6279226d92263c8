"""Columns whose values are possible one by one, but not as those of a cohort: another unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from TACEResponseLib.cohort.patient import CohortPatient


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Where the median of any cohort before TACE lies, in the schema's unit."""

    low: float
    high: float
    probably: str
    """The unit in which a median outside is usual."""


# With a wide margin round the medians of TACE cohorts: albumin 35 to 41 g/L, bilirubin 13 to
# 22 umol/L (0.8 to 1.3 mg/dL), hemoglobin 120 to 135 g/L, creatinine 0.8 to 1 mg/dL, AFP 10 to
# 400 ng/mL, platelets 110 to 180 1e9/L, tumors 4 to 11 cm.
USUAL = {
    "albumin_g_per_l": Usual(low=20, high=60, probably="g/dL"),
    "bilirubin_umol_per_l": Usual(low=6, high=200, probably="mg/dL"),
    "hemoglobin_g_per_l": Usual(low=60, high=200, probably="g/dL"),
    "creatinine_mg_per_dl": Usual(low=0.3, high=5, probably="umol/L"),
    "afp_ng_per_ml": Usual(low=3, high=1e5, probably="a logarithm, or ng/L"),
    "platelets_1e9_per_l": Usual(low=30, high=600, probably="1e3 a liter or a microliter"),
    "tumor_size_cm": Usual(low=1, high=25, probably="mm"),
}
# Of fewer a median says nothing.
FEWEST = 3


def unit_remarks(patients: Sequence[CohortPatient]) -> list[str]:
    """A remark for each column whose median no cohort has.

    Args:
        patients: rows of one table, values already in the schema's units.
    """
    remarks = []
    for name, usual in USUAL.items():
        known = [float(p.clinical.values[name]) for p in patients if name in p.clinical.values]
        if len(known) >= FEWEST and not usual.low <= median(known) <= usual.high:
            remarks.append(
                f"{name}: a median of {median(known):g} is no cohort's before TACE; check the unit "
                f"(probably {usual.probably}; another unit stands in brackets: {name} [UNIT])"
            )
    return remarks
