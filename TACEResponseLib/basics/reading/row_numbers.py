"""Columns that programs write beside a table: numbers of its rows, or nothing at all."""

from collections.abc import Sequence

# As pandas calls a column without a name when it reads one.
UNNAMED = "Unnamed: "


def surplus_columns(
    header: Sequence[str], lines: Sequence[Sequence[str]]
) -> tuple[list[int], list[str]]:
    """Places of columns that hold nothing of the table, and what to say of them.

    Args:
        header: stripped.
        lines: stripped, each as long as it was written.
    """
    places, remarks = [], []
    for place, name in enumerate(header):
        if name and not name.startswith(UNNAMED):
            continue
        cells = [line[place] if place < len(line) else "" for line in lines]
        if not name and not any(cells):
            places.append(place)
        elif place == 0 and _are_numbers_of_rows(cells):
            places.append(place)
            remarks.append("its first column numbers the rows and is not read")
    return places, remarks


def without(places: Sequence[int], row: Sequence[str]) -> list[str]:
    """A row without the cells at these places."""
    return [cell for place, cell in enumerate(row) if place not in places]


def _are_numbers_of_rows(cells: Sequence[str]) -> bool:
    """Whether they count from 0 or 1."""
    return any(list(cells) == [str(first + n) for n in range(len(cells))] for first in (0, 1))
