"""Tables of the panel: compact, read-only, one column takes the room that is left."""

from collections.abc import Sequence
from typing import Any

import qt

from TACEResponsePanel.foreign_text import toolTip

ROW_PX = 24
FRAME_PX = 4


def prepare(table: Any, columns: Sequence[str], wide: int | tuple[int, ...], mostRows: int) -> None:
    """Give a table its columns.

    Args:
        table: a QTableWidget.
        columns: titles, translated.
        wide: the column or columns that take the room that is left; their texts lose their
            beginning first, since long names differ at their end.
        mostRows: rows shown without scrolling.
    """
    table.setColumnCount(len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.setTextElideMode(qt.Qt.ElideLeft)
    table.setWordWrap(False)
    table.verticalHeader().setVisible(False)
    table.verticalHeader().setDefaultSectionSize(ROW_PX)
    header = table.horizontalHeader()
    stretched = (wide,) if isinstance(wide, int) else wide
    for column in range(len(columns)):
        mode = qt.QHeaderView.Stretch if column in stretched else qt.QHeaderView.ResizeToContents
        header.setSectionResizeMode(column, mode)
    fit(table, 0, mostRows)


def fill(table: Any, rows: Sequence[Sequence[str]], mostRows: int) -> None:
    """Replace the rows; long texts can be read whole in their tooltips."""
    table.setRowCount(len(rows))
    for n, row in enumerate(rows):
        for column, text in enumerate(row):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(toolTip(text))
            table.setItem(n, column, item)
    fit(table, len(rows), mostRows)


def fit(table: Any, rows: int, mostRows: int) -> None:
    """Be as high as the rows need, up to a limit; an empty table keeps one row's room."""
    shown = max(1, min(rows, mostRows))
    table.setFixedHeight((shown + 1) * ROW_PX + FRAME_PX)
