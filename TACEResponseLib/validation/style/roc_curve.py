"""One ROC curve of a figure."""

from typing import TYPE_CHECKING

from TACEResponseLib.evaluation.inputs import Floats, Labels
from TACEResponseLib.validation.style.figure import COLORS, DASHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = list[tuple[object, ...]]


def draw_curve(
    axes: "Axes", outcome: Labels, scores: Floats, label: str, place: int, rows: Rows, name: str
) -> None:
    """One curve, and its points to `rows`."""
    from sklearn.metrics import roc_curve

    false, true, cuts = roc_curve(outcome, scores, drop_intermediate=False)
    axes.plot(false, true, color=COLORS[place], linestyle=DASHES[place], label=label)
    rows += [
        (name, float(c), float(f), float(t)) for c, f, t in zip(cuts, false, true, strict=True)
    ]
