"""What a training measured by epoch, as a table and a picture; and every candidate as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.lettering import lettering, make_readable
from TACEResponseLib.basics.writing.csv_writing import csv_text
from TACEResponseLib.basics.writing.file_modes import PRIVATE_FILE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADER = ("fit", "quantity", "epoch", "value")
# A figure with more lines names none of them.
MOST_NAMED_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One measured value."""

    fit: str
    quantity: str
    epoch: int
    value: float


@dataclass(frozen=True, slots=True)
class FitLog:
    """What a fit tells of its epochs goes to a file, line by line; `FitContext.log`."""

    path: Path

    def __call__(self, quantity: str, epoch: int, value: float) -> None:
        """Add a line."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=PRIVATE_FILE)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{quantity},{epoch},{value!r}\n")


def read_log(folder: Path) -> tuple[LogRow, ...]:
    """Every fit's values, ordered; of an epoch that was run twice after a kill, the last."""
    rows: dict[tuple[str, str, int], float] = {}
    for path in sorted(folder.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        # A line without its end was cut off by a kill.
        for line in text[: text.rfind("\n") + 1].splitlines():
            quantity, epoch, value = line.rsplit(",", 2)
            rows[path.stem, quantity, int(epoch)] = float(value)
    return tuple(
        LogRow(fit=fit, quantity=quantity, epoch=epoch, value=rows[fit, quantity, epoch])
        for fit, quantity, epoch in sorted(rows)
    )


def log_csv(rows: Sequence[LogRow]) -> str:
    """The table `training.csv`."""
    return as_csv(HEADER, [(r.fit, r.quantity, str(r.epoch), repr(r.value)) for r in rows])


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as text, same bytes on every system."""
    return csv_text(header, rows)


def write_picture(rows: Sequence[LogRow], path: Path) -> None:
    """One panel a quantity, one line a fit; a page that says so where nothing has epochs."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    quantities = sorted({row.quantity for row in rows})
    with lettering():
        figure = Figure(figsize=(8.0, 3.2 * max(1, len(quantities))), layout="constrained")
        FigureCanvasAgg(figure)
        if not quantities:
            figure.text(0.5, 0.5, "No branch of this recipe is trained by epochs.", ha="center")
        for number, quantity in enumerate(quantities, start=1):
            axes = figure.add_subplot(len(quantities), 1, number)
            _draw(axes, quantity, _lines(rows, quantity))
        make_readable(figure)
        figure.savefig(path, dpi=150, metadata={"Software": None})


def _lines(rows: Sequence[LogRow], quantity: str) -> dict[str, tuple[list[int], list[float]]]:
    """Epochs and values of each fit."""
    lines: dict[str, tuple[list[int], list[float]]] = {}
    for row in rows:
        if row.quantity == quantity:
            epochs, values = lines.setdefault(row.fit, ([], []))
            epochs.append(row.epoch)
            values.append(row.value)
    return lines


def _draw(axes: "Axes", quantity: str, lines: Mapping[str, tuple[list[int], list[float]]]) -> None:
    """One quantity by epoch; the fit that is kept stands out from those of the folds."""
    from matplotlib.ticker import MaxNLocator

    for fit, (epochs, values) in lines.items():
        is_kept = fit.endswith("-all")
        axes.plot(
            epochs,
            values,
            label=fit,
            marker="o",
            markersize=2.5,
            linewidth=2.2 if is_kept else 0.9,
            alpha=1.0 if is_kept else 0.65,
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel(quantity)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, alpha=0.3)
    if len(lines) <= MOST_NAMED_LINES:
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
