"""Rows of a table of text, counted while they are read, so that none fills the memory."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from TACEResponseLib.basics.errors import InputError

MOST_BYTES = 256 * 1024**2
# Excel's own limit.
MOST_COLUMNS = 16_384
MOST_ROWS = 100_000
# 20,000 genes of 500 cases.
MOST_CELLS = 10_000_000


class Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __next__(self) -> list[str]:
        """The next row."""
        ...


class BoundedRows:
    """A `csv.reader` that refuses what no table has; stands wherever one does."""

    def __init__(self, rows: Reader, where: str) -> None:
        """Count rows as they pass; `where` is how the user named the file."""
        self._rows = rows
        self._bounds = TableBounds(where)

    @property
    def line_num(self) -> int:
        """Lines read so far."""
        return self._rows.line_num

    def __iter__(self) -> Iterator[list[str]]:
        """Itself."""
        return self

    def __next__(self) -> list[str]:
        """The next row.

        Raises: InputError: one row or column too many, or a cell with a NUL character.
        """
        row = next(self._rows)
        self._bounds.add(row)
        return row


class TableBounds:
    """Counts rows and cells."""

    def __init__(self, where: str) -> None:
        """Begin to count; `where` is how the user named the file."""
        self._where = where
        self._rows = self._cells = 0

    def add(self, row: Sequence[str]) -> None:
        """Count one row.

        Raises: InputError: one row or cell too many, or a cell with a NUL character.
        """
        self._rows += 1
        self._cells += len(row)
        if len(row) > MOST_COLUMNS:
            raise self._refused(f"must have at most {MOST_COLUMNS} columns", len(row))
        if self._rows > MOST_ROWS:
            raise self._refused(f"must have at most {MOST_ROWS} rows", "more")
        if self._cells > MOST_CELLS:
            raise self._refused(f"must have at most {MOST_CELLS} cells", "more")
        if any("\0" in cell for cell in row):
            raise self._refused("must be text", f"a NUL character in row {self._rows}")

    def _refused(self, rule: str, got: object) -> InputError:
        return InputError(
            self._where, rule, got=got, remedy="keep one table a file, one patient a row"
        )
