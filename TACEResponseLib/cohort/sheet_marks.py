"""What a sheet of Excel says beside its values: formulas without result, merged and hidden cells.

The reader of values passes all of it over; people see the sheet with it.
"""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_NAMED = 3


@dataclass(slots=True)
class SheetMarks:
    """What was found in one sheet."""

    formula: str = ""
    """The first cell with a formula and no value."""
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[str] = field(default_factory=list)
    """Those that hold something."""
    hidden_columns: list[str] = field(default_factory=list)

    @property
    def remarks(self) -> list[str]:
        """What a reader should know though nothing is wrong with it."""
        hidden = [*_named("row", self.hidden_rows), *_named("column", self.hidden_columns)]
        return [f"{' and '.join(hidden)}: hidden, and read as the others are"] if hidden else []


def check_sheet(path: Path, place: str, where: str) -> SheetMarks:
    """Refuse what would be read as a blank and is none.

    Excel stores results of formulas as it saves; other programs often leave that to whoever opens
    the file. Of merged cells the first alone holds the value.

    Args:
        path: the workbook.
        place: of the sheet inside it.
        where: how the user named the file.
    Raises: InputError: a formula without result, or merged cells.
    """
    with zipfile.ZipFile(path) as archive, archive.open(place) as file:
        from xml.etree.ElementTree import iterparse

        marks = SheetMarks()
        for _, element in iterparse(file):  # openpyxl has read the same text before
            _look(element, marks)
    if marks.formula:
        raise InputError(
            where,
            f"cell {marks.formula} must hold a value",
            got="a formula without its result",
            remedy="open it in Excel and save it, or write the value",
        )
    if marks.merged:
        raise InputError(
            where,
            "must have no merged cells",
            got=", ".join(marks.merged[:3]),
            remedy="split them and fill each; delete a title above the header",
        )
    return marks


def _look(element: "Element", marks: SheetMarks) -> None:
    """Take what one element says."""
    kind = element.tag.rpartition("}")[2]
    if kind == "c" and not marks.formula:
        inside = {child.tag.rpartition("}")[2]: child.text for child in element}
        if "f" in inside and not inside.get("v"):
            marks.formula = str(element.get("r", "?"))
    elif kind == "mergeCell":
        marks.merged.append(str(element.get("ref", "?"))[:20])
    elif kind == "col" and element.get("hidden") in ("1", "true"):
        marks.hidden_columns.append(_letters(element.get("min", "")))
    elif kind == "row":
        if element.get("hidden") in ("1", "true") and any(len(cell) for cell in element):
            marks.hidden_rows.append(str(element.get("r", "?")))
        element.clear()


def _letters(number: str) -> str:
    """A column as Excel names it."""
    from openpyxl.utils import get_column_letter

    try:
        return get_column_letter(int(number))
    except ValueError:
        return "?"


def _named(what: str, places: list[str]) -> list[str]:
    """The first few of several rows or columns, as words."""
    if not places:
        return []
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    return [f"{what} {', '.join(places[:MOST_NAMED])}{more}"]
