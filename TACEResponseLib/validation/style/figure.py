"""How figures look, and how one is saved: SVG, PNG, and the numbers behind it as CSV.

Okabe and Ito's palette, told apart by all common forms of color vision; line styles repeat what
colors say, so that a black-and-white print still tells.
"""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.lettering import lettering, make_readable
from TACEResponseLib.basics.writing.csv_writing import csv_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("solid", "dashed", "dashdot", "dotted", (0, (5, 1)), (0, (3, 1, 1, 1)))
GREY = "#767676"
# One column of a journal page is 85 to 90 mm wide.
COLUMN_INCH = 3.4
# Of the second row of the first page, which must stay one sheet with its longest box below.
LOW_INCH = 2.5
SMALLEST_PT = 7.0
# As many as an axis of a square figure has room for.
AXIS_LETTERS = 32
DPI = 300
STYLE: Any = {
    "font.size": 7.5,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": SMALLEST_PT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    # Names of models, sites and groups are strangers' words, not formulas.
    "text.parse_math": False,
    # Same figure, same bytes.
    "svg.hashsalt": "taceresponse",
    "svg.fonttype": "path",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """A figure with its numbers."""

    name: str
    """Of its files, without suffix."""
    title: str
    caption: str
    figure: "Figure"
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@contextmanager
def style() -> Iterator[None]:
    """Draw and save inside this."""
    from matplotlib import rc_context

    with lettering(), rc_context(STYLE):
        yield


def blank(width: float = COLUMN_INCH, height: float = 2.8) -> "tuple[Figure, Axes]":
    """A new figure with one pair of axes, without a screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def save(drawing: Drawing, folder: Path) -> bytes:
    """Write NAME.svg, NAME.png and NAME.csv; returns the SVG for the report."""
    with style():
        make_readable(drawing.figure)
        svg = io.BytesIO()
        drawing.figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        drawing.figure.savefig(folder / f"{drawing.name}.png", dpi=DPI, metadata={"Software": None})
    (folder / f"{drawing.name}.svg").write_bytes(svg.getvalue())
    write_csv(folder / f"{drawing.name}.csv", drawing.columns, drawing.rows)
    return svg.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in UTF-8; numbers with all their digits, nothing for an undefined one."""
    cells = [["" if _is_nothing(c) else c for c in row] for row in rows]
    path.write_bytes(csv_text(columns, cells).encode("utf-8"))


def legend_below(axes: "Axes", gap: float = 0.21, title: str = "") -> None:
    """A legend under the axis label, one entry a line, where it hides no curve.

    Args:
        axes: with labeled lines.
        gap: below the axes, in their height.
        title: above the entries.
    """
    handles, names = axes.get_legend_handles_labels()
    # Points without a line are named inside the axes.
    lines = [
        (h, n)
        for h, n in zip(handles, names, strict=True)
        if getattr(h, "get_linestyle", str)() != "None"
    ]
    axes.legend(
        *zip(*lines, strict=True),
        loc="upper center",
        bbox_to_anchor=(0.45, -gap),
        ncols=1,
        borderaxespad=0,
        title=title or None,
        title_fontsize=SMALLEST_PT,
        alignment="left",
    )


def legend_above(axes: "Axes", title: str) -> None:
    """A legend over the axes, flush with their labels, where it hides no curve.

    Args:
        axes: with labeled lines, or none.
        title: above the entries.
    """
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.16, 1.03),
        borderaxespad=0,
        title=title,
        title_fontsize=SMALLEST_PT,
        alignment="left",
    )


def unit_square(axes: "Axes", x: str, y: str) -> None:
    """Both axes from 0 to 1, as wide as high, with the diagonal."""
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=x, ylabel=_folded(y), aspect="equal")
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)


def _folded(label: str) -> str:
    """A long label on two lines or more: the user names the positive class."""
    return textwrap.fill(label, AXIS_LETTERS)


def _is_nothing(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell)
