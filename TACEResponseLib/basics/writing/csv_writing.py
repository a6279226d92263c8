"""Tables as CSV text: the same bytes on every system, and no cell that a spreadsheet computes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from TACEResponseLib.basics.plain_text import cell_text, printable


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its header; numbers as they are, texts like formulas marked as text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([[_cell(cell) for cell in row] for row in rows])
    return stream.getvalue()


def records_csv(columns: Sequence[str], records: Iterable[Mapping[str, object]]) -> str:
    """The same of records by column; blank where one lacks it."""
    return csv_text(columns, [[record.get(name, "") for name in columns] for record in records])


def _cell(value: object) -> object:
    """Text made harmless; anything else untouched."""
    return cell_text(printable(value)) if isinstance(value, str) else value
