"""Two figures of response classes: the confusion matrix, and each class's ROC curve."""

from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.evaluation.discrimination.multiclass import MulticlassResult
from TACEResponseLib.validation.study.study import ClassScores, Study
from TACEResponseLib.validation.style.figure import (
    COLORS,
    COLUMN_INCH,
    GREY,
    Drawing,
    blank,
    legend_below,
    style,
    unit_square,
)
from TACEResponseLib.validation.style.roc_curve import Rows, draw_curve
from TACEResponseLib.validation.style.words import interval, share
from TACEResponseLib.validation.topics.classes.classes import ClassMeasures, known_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# White to light blue: black letters stay legible on all of it, and so on paper without color.
FULL = COLORS[5]


def draw_confusion(measures: ClassMeasures, result: MulticlassResult, name: str) -> Drawing:
    """Patients by observed class (rows) and most probable class (columns).

    Args:
        measures: whose matrix.
        result: its numbers.
        name: of the files.
    """
    counts = np.array(result.confusion)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    with style():
        figure, axes = blank(COLUMN_INCH, 2.9)
        _cells(axes, counts, shares)
        _labels(axes, measures)
    rows = tuple(
        (observed, called, int(counts[i, j]), float(shares[i, j]))
        for i, observed in enumerate(measures.classes)
        for j, called in enumerate(measures.classes)
    )
    right = int(np.trace(counts))
    return Drawing(
        name=name,
        title="Confusion matrix",
        figure=figure,
        rows=rows,
        columns=("observed", "most_probable", "patients", "share_of_observed"),
        caption=f"{measures.name}. Patients by observed and most probable class, with the share of "
        f"the row. Framed: called right, {share(right, measures.n)}.",
    )


def _cells(
    axes: "Axes",
    counts: "np.ndarray[tuple[int, ...], np.dtype[np.int_]]",
    shares: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> None:
    """Shades by share of the row, and numbers in them."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    shades = LinearSegmentedColormap.from_list("shares", ["white", FULL])
    axes.imshow(np.nan_to_num(shares), cmap=shades, vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(counts):
        is_empty = bool(np.isnan(shares[i, j]))
        text = "nobody" if is_empty else f"{count}\n{100 * shares[i, j]:.0f} %"
        axes.text(j, i, text, ha="center", va="center", color=GREY if is_empty else "black")
        if i == j:
            axes.add_patch(Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fill=False, linewidth=1.0))


def _labels(axes: "Axes", measures: ClassMeasures) -> None:
    """Classes, with patients of each row, and thin lines between the cells."""
    places = np.arange(len(measures.classes))
    axes.set_xticks(places, measures.classes)
    axes.set_yticks(places, [f"{name}, n = {measures.counts[name]}" for name in measures.classes])
    axes.set(xlabel="most probable class", ylabel="observed class")
    axes.set_xticks(places[1:] - 0.5, minor=True)
    axes.set_yticks(places[1:] - 0.5, minor=True)
    axes.grid(which="minor", color=GREY, linewidth=0.4)
    axes.tick_params(which="both", length=0)


def draw_class_roc(
    study: Study, scores: ClassScores, measures: ClassMeasures, result: MulticlassResult, name: str
) -> Drawing:
    """Sensitivity against 1 - specificity of each class against all others.

    Args:
        study: observed classes.
        scores: probabilities of each class.
        measures: numbers of patients.
        result: AUCs.
        name: of the files.
    """
    places = known_rows(study, scores)
    observed = np.array([study.responses[place] for place in places])
    p = scores.probabilities[places]
    rows: Rows = []
    with style():
        figure, axes = blank()
        unit_square(axes, "1 - specificity", "sensitivity for the class")
        for i, class_name in enumerate(measures.classes):
            area = result.one_vs_rest.get(class_name)
            if area is not None:
                label = f"{class_name}: AUC {interval(area)}, n = {measures.counts[class_name]}"
                draw_curve(
                    axes,
                    (observed == class_name).astype(np.int_),
                    p[:, i],
                    label,
                    i,
                    rows,
                    class_name,
                )
        legend_below(axes)
    return Drawing(
        name=name,
        title="Each class against the rest",
        figure=figure,
        rows=tuple(rows),
        columns=("class", "threshold", "one_minus_specificity", "sensitivity"),
        caption=f"{measures.name}. ROC curve of each class against all others, by the probability "
        f"of that class; {measures.n} patients, n of the class in the legend. Macro AUC "
        f"{interval(result.macro)}.",
    )
