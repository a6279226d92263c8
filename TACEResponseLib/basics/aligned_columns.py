"""A small table as text for a terminal."""

from collections.abc import Sequence

from TACEResponseLib.basics.plain_text import one_line


def aligned_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns separated by two blanks, as wide as their longest cell."""
    lines = [tuple(map(one_line, line)) for line in (header, *rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )
