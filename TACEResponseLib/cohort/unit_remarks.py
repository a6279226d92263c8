"""Columns whose values are possible one by one, but not as those of a cohort: another unit."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from TACEResponseLib.basics.reading.cells import number_in
from TACEResponseLib.cohort.columns import clinical_column
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.patient.unit_slips import SLIPS

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
        if parsed is None or parsed[0] not in SLIPS:
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
    slips = SLIPS[name]
    what = f"a median of {load_schema().by_name[name].with_unit(middle)}"
    probably = slips.of_median(middle)
    is_tailless = len(known) >= FEWEST_FOR_LARGEST and max(known) < LARGEST_LOGARITHM
    if not probably and name == "afp_ng_per_ml" and is_tailless:
        what, probably = f"a largest value of {max(known):g} ng/mL", "a logarithm"
    if probably:
        unit = probably.strip("[]")
        way = f"if it is {unit}, name the column {name} [{unit}]"
        yield (
            f"{column}: {what} is no cohort's before TACE, which have {slips.cohorts}; check the "
            f"unit: {way if unit != probably else f'it may be {probably}'}"
        )


def _numbers(rows: Sequence[Mapping[str, str]], column: str) -> Iterator[float]:
    """Every number of a column."""
    for row in rows:
        value = number_in(row.get(column, ""))
        if value is not None:
            yield value


def _unit(name: str) -> str:
    """The storage unit of a variable."""
    return str(load_schema().by_name[name].unit)
