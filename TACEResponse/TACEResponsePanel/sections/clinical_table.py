"""The row of one case in a table of clinical values, however a spreadsheet saved it."""

from pathlib import Path

ID_COLUMN = "case_id"
MOST_COLUMNS_SHOWN = 6


def rowOf(path: Path, caseId: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The case's row, and what was assumed of the table.

    Args:
        path: of a table in text, its columns separated by commas, semicolons, tabs or bars.
        caseId: as the row has it in the column `case_id`.
    Returns: cell by the name of its column, blank where nothing is known; remarks, each a sentence.
    Raises: InputError: no table, no such column, not one such row, or a row of another length.
    """
    from TACEResponseLib.basics.errors import InputError
    from TACEResponseLib.basics.reading.text_table import read_text_table

    where = path.name
    table = read_text_table(path, where)
    if table.header.count(ID_COLUMN) != 1:
        shown = ", ".join(table.header[:MOST_COLUMNS_SHOWN]) or "no columns"
        raise InputError(
            where,
            f"must have one column {ID_COLUMN}",
            got=shown[:100],
            remedy=f"name the column of study numbers {ID_COLUMN}",
        )
    if twice := sorted({name for name in table.header if table.header.count(name) > 1}):
        raise InputError(
            where, "must name each column once", got=f"{twice[0]} twice", remedy="remove one"
        )
    place = table.header.index(ID_COLUMN)
    rows = [n for n, line in enumerate(table.lines) if line[place : place + 1] == (caseId,)]
    if len(rows) != 1:
        raise InputError(
            where,
            f"must hold one row with {ID_COLUMN} {caseId}",
            got=len(rows),
            remedy="type the number that it has there, or mend the table",
        )
    cells = table.lines[rows[0]]
    if len(cells) != len(table.header):
        raise InputError(
            where,
            f"must have {len(table.header)} cells in each row",
            got=f"{len(cells)} in line {table.numbers[rows[0]]}",
            remedy="write an empty cell where a value is unknown",
        )
    return dict(zip(table.header, cells, strict=True)), table.remarks
