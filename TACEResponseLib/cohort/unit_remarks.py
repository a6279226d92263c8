"""Columns whose values are possible one by one, but not as those of a cohort: another unit."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from TACEResponseLib.basics.reading.cells import number
from TACEResponseLib.cohort.columns import clinical_column
from TACEResponseLib.patient.doubts import Doubt
from TACEResponseLib.patient.schema import load_schema

# Where the median of a cohort before TACE lies, with a wide margin round those of the papers.
USUAL = {
    "albumin_g_per_l": Doubt(
        low=20,
        if_low="[g/dL]",
        high=52,
        if_high="the percent of all protein",
        reason="35 to 41 g/L",
    ),
    "bilirubin_umol_per_l": Doubt(
        low=9,
        if_low="[mg/dL]",
        high=60,
        if_high="another unit",
        reason="13 to 22 umol/L, and above 50 (3 mg/dL) hardly anybody gets it",
    ),
    "hemoglobin_g_per_l": Doubt(
        low=60, if_low="[g/dL]", high=200, if_high="another unit", reason="120 to 135 g/L"
    ),
    "creatinine_mg_per_dl": Doubt(
        low=0.3,
        if_low="in mmol/L",
        high=5,
        if_high="[mg/L]",
        beyond=25,
        if_beyond="[umol/L]",
        reason="0.8 to 1 mg/dL",
    ),
    "afp_ng_per_ml": Doubt(
        low=3, if_low="a logarithm", high=1e5, if_high="in ng/L", reason="10 to 400 ng/mL"
    ),
    "platelets_1e9_per_l": Doubt(
        low=30, if_low="[1e4/uL]", high=600, if_high="[1/uL]", reason="110 to 180 1e9/L"
    ),
    "neutrophils_1e9_per_l": Doubt(
        high=20,
        if_high="the percent of white cells",
        beyond=150,
        if_beyond="[1/uL]",
        reason="2.5 to 4 1e9/L",
    ),
    "lymphocytes_1e9_per_l": Doubt(
        high=6,
        if_high="the percent of white cells",
        beyond=150,
        if_beyond="[1/uL]",
        reason="1 to 1.6 1e9/L",
    ),
    "monocytes_1e9_per_l": Doubt(
        high=2.5,
        if_high="the percent of white cells",
        beyond=150,
        if_beyond="[1/uL]",
        reason="0.3 to 0.6 1e9/L",
    ),
    "inr": Doubt(
        low=0.95,
        if_low="the prothrombin activity as a fraction",
        high=2.2,
        if_high="the prothrombin time in seconds",
        beyond=30,
        if_beyond="the prothrombin activity in percent",
        reason="1.05 to 1.2, and above 1.7 hardly anybody gets it",
    ),
    "prothrombin_time_s": Doubt(
        low=8,
        if_low="the INR",
        high=25,
        if_high="the prothrombin activity in percent",
        reason="12 to 14 s",
    ),
    "alt_u_per_l": Doubt(low=8, if_low="in ukat/L", reason="30 to 45 U/L"),
    "ast_u_per_l": Doubt(low=8, if_low="in ukat/L", reason="35 to 55 U/L"),
    "alp_u_per_l": Doubt(low=20, if_low="in ukat/L", reason="90 to 120 U/L"),
    "ggt_u_per_l": Doubt(low=8, if_low="in ukat/L", reason="60 to 120 U/L"),
    "tumor_size_cm": Doubt(
        low=1, if_low="another unit", high=15, if_high="[mm]", reason="4 to 11 cm"
    ),
}
# Of fewer a median says nothing, nor the largest of fewer than the second.
FEWEST, FEWEST_FOR_LARGEST = 3, 5
# AFP has a long tail: in every cohort somebody has 100 ng/mL, whose natural logarithm is 4.6; ten
# million have one of 16.
LARGEST_LOGARITHM = 16.2


def unit_remarks(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """A remark for each column whose values no cohort has.

    Values that are refused one by one are counted too: in another unit, all of a column are.

    Args:
        rows: texts by column.
    """
    remarks: list[str] = []
    for column in rows[0] if rows else ():
        parsed = clinical_column(column)
        if parsed is None or parsed[0] not in USUAL:
            continue
        name, unit = parsed
        factor = load_schema().by_name[name].units.get(unit or _unit(name))
        known = [value for value in _numbers(rows, column) if factor is not None]
        if len(known) >= FEWEST and factor is not None:
            remarks += _remark(column, name, [value * factor for value in known])
    return remarks


def _remark(column: str, name: str, known: Sequence[float]) -> Iterator[str]:
    """What is odd about the values of a column, in the schema's unit."""
    middle = median(known)
    usual = USUAL[name]
    what = f"a median of {load_schema().by_name[name].with_unit(middle)}"
    probably = usual.probably(middle)
    is_tailless = len(known) >= FEWEST_FOR_LARGEST and max(known) < LARGEST_LOGARITHM
    if not probably and name == "afp_ng_per_ml" and is_tailless:
        what, probably = f"a largest value of {max(known):g} ng/mL", "a logarithm"
    if probably:
        unit = probably.strip("[]")
        way = f"if it is {unit}, name the column {name} [{unit}]"
        yield (
            f"{column}: {what} is no cohort's before TACE, which have {usual.reason}; check the "
            f"unit: {way if unit != probably else f'it may be {probably}'}"
        )


def _numbers(rows: Sequence[Mapping[str, str]], column: str) -> Iterator[float]:
    """Every number of a column."""
    for row in rows:
        value = number(row.get(column, ""))
        if value is not None:
            yield value


def _unit(name: str) -> str:
    """The storage unit of a variable."""
    return str(load_schema().by_name[name].unit)
