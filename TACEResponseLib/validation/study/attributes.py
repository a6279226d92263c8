"""Subgroups that a table allows; numbers are cut where the papers cut them, never on the data."""

from collections.abc import Mapping, Sequence

import numpy as np

from TACEResponseLib.evaluation.inputs import Floats

NAMED = (
    "site",
    "scanner",
    "sex",
    "treatment",
    "embolic_agent",
    "phase",
    "earlier_treatment",
    "bclc",
    "portal_vein_invasion",
)
# Peng 2020 and 2021: age 60; Peng 2021: 5 cm.
CUTS = {
    "age_years": ("age", 60.0, "years"),
    "tumor_size_cm": ("tumor size", 5.0, "cm"),
    "lesion_diameter_mm": ("lesion diameter", 50.0, "mm"),
}
WORDS = {"True": "yes", "False": "no", "bclc": "BCLC stage"}
MOST_LEVELS = 8


def attributes(
    names: Mapping[str, Sequence[str]], values: Mapping[str, Floats]
) -> dict[str, tuple[str, ...]]:
    """Levels of each patient by attribute, blank where unknown; only those with 2 to 8 levels.

    Args:
        names: text of each patient by column.
        values: numbers of each patient by column, nan where unknown.
    """
    columns = {
        WORDS.get(column, column.replace("_", " ")): tuple(
            WORDS.get(cell, cell) for cell in names[column]
        )
        for column in NAMED
        if column in names
    }
    for column, (label, cut, unit) in CUTS.items():
        if column in values:
            columns[label] = tuple(_side(v, cut, unit) for v in values[column])
    return {name: levels for name, levels in columns.items() if _is_usable(levels)}


def _side(value: float, cut: float, unit: str) -> str:
    if np.isnan(value):
        return ""
    return f"< {cut:g} {unit}" if value < cut else f">= {cut:g} {unit}"


def _is_usable(levels: Sequence[str]) -> bool:
    return 2 <= len({level for level in levels if level}) <= MOST_LEVELS
