"""Columns of the public table HCC-TACE-Seg: what each becomes, and what no model may read.

Source: HCC-TACE-Seg_clinical_data-V2.xlsx, sheets "data table" and "glossary"; Moawad, Scientific
Data 2023;10:33, doi 10.7937/TCIA.5FNA-0924.
"""

import re
from collections.abc import Mapping

ID = "TCIA_ID"
READERS = ("1", "2", "3")
RESPONSE_CODES = {"1": "CR", "2": "PR", "3": "SD", "4": "PD"}
"""Of mRECIST and RECIST; EASL is coded otherwise and isn't read."""
YES_NO = {"1": "yes", "0": "no"}
DAYS_PER_WEEK = 7

CODES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Sex": ("sex", {"1": "M", "2": "F"}),
    "Diabetes": ("diabetes", YES_NO),
    "Evidence_of_cirh": ("cirrhosis", YES_NO),
    "CPS": ("child_pugh_class", {"A": "A", "B": "B", "C": "C"}),
    "BCLC": ("bclc", {f"Stage-{letter}": letter for letter in "0ABCD"}),
    "tumor_nodul": ("multinodular", {"multinodular": "yes", "uninodular": "no"}),
    "T_involvment": ("tumor_over_half_of_liver", {"< or = 50%": "no", ">50%": "yes"}),
    "Portal Vein Thrombosis": ("portal_vein_invasion", YES_NO),
    "Vascular invasion": ("vascular_invasion", YES_NO),
    "Metastasis": ("extrahepatic_metastasis", YES_NO),
}
"""Coded columns: our name, and what each code means."""
NUMBERS: Mapping[str, str] = {
    "age": "age_years",
    "AFP": "afp_ng_per_ml",
    "Tr_Size": "tumor_size_cm",
}
"""Columns whose unit is ours already: years, ng/mL, cm (sums of the readers are mm)."""
WEEKS: Mapping[str, str] = {"TTP": "time_to_progression_days", "OS": "survival_days"}
EVENTS: Mapping[str, str] = {
    "Censored_0_progressed_1": "progressed",
    "Death_1_StillAliveorLostToFU_0": "died",
}
FOLLOW_UP_WEEKS = "Interval_FU"
"""From the study before treatment to the one whose response was read."""
REGIMEN = "chemotherapy"
NO_REGIMEN = ("", "NA")
BEADS = "beads"

LEAKS: Mapping[str, str] = {
    r"[1-3]_(EASL|RECIST|mRECIST)(_BL|_FU)?": (
        "a reader's sum or call; the sum at baseline is the denominator of the response"
    ),
    r"Interval_(BL|FU)": "known once the patient was followed; it tells who could be read",
    r"TTP": "outcome",
    r"Censored_0_progressed_1": "outcome",
    r"OS": "outcome",
    r"Death_1_StillAliveorLostToFU_0": "outcome",
}
"""Never a predictor, with the reason. The order of rows is another: rows are written by id."""

# The stored intensities carry an offset of about 1024 in most patients, of another size in one,
# and none in the rest; these features move with it.
OFFSET_FEATURES = tuple(
    f"original_firstorder_{name}"
    for name in (
        "10Percentile",
        "90Percentile",
        "Energy",
        "Maximum",
        "Mean",
        "Median",
        "Minimum",
        "RootMeanSquared",
        "TotalEnergy",
    )
)


def leak(column: str) -> str | None:
    """Why a column of the table may not be a predictor; `None` if nothing speaks against it."""
    return next((why for pattern, why in LEAKS.items() if re.fullmatch(pattern, column)), None)


def needed_columns() -> tuple[str, ...]:
    """Columns that the table must have."""
    readings = tuple(f"{reader}_mRECIST" for reader in READERS)
    return (ID, *CODES, *NUMBERS, *WEEKS, *EVENTS, FOLLOW_UP_WEEKS, REGIMEN, *readings)
