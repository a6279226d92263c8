"""ROC curves: every model and the best baseline, with the model's own cut-off and Youden's."""

from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import (
    GREY,
    Drawing,
    blank,
    legend_below,
    style,
    unit_square,
)
from TACEResponseLib.validation.style.roc_curve import Rows, draw_curve
from TACEResponseLib.validation.style.words import (
    axis_words,
    interval,
    legend_name,
    plain_name,
)
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures
from TACEResponseLib.validation.topics.performance.results import PerformanceResults, best_baseline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MODELS = 4


def draw_roc(study: Study, results: PerformanceResults) -> Drawing:
    """Sensitivity against 1 - specificity.

    Args:
        study: patients and scores.
        results: AUCs and points.
    """
    rows: Rows = []
    with style():
        figure, axes = blank()
        unit_square(
            axes, "1 - specificity", axis_words("sensitivity", "for ", study.positive_class)
        )
        for i, (model, measures) in enumerate(zip(study.models, results.models, strict=True)):
            if i < MOST_MODELS:
                label = f"{legend_name(model.name)}: AUC {interval(measures.auc)}, n = {study.n}"
                draw_curve(axes, study.outcome, model.probabilities, label, i, rows, model.name)
        _baseline(axes, study, results, rows)
        _points(axes, results.models[0], rows)
        legend_below(axes)
    return Drawing(
        name="roc",
        title="Discrimination",
        figure=figure,
        rows=tuple(rows),
        columns=("curve", "threshold", "one_minus_specificity", "sensitivity"),
        caption=f"ROC curves, {study.events} of {study.n} {study.positive_class}. The point marks "
        f"the model's own cut-off ({results.models[0].threshold_set_on}); Youden's is chosen on "
        "these very patients and so optimistic.",
    )


def _baseline(axes: "Axes", study: Study, results: PerformanceResults, rows: Rows) -> None:
    """The baseline with the highest AUC, in grey."""
    from sklearn.metrics import roc_curve

    best = best_baseline(study, results)
    if best is None:
        return
    scores = next(b.scores for b in study.baselines if b.name == best.other)
    known = np.isfinite(scores)
    false, true, cuts = roc_curve(study.outcome[known], scores[known], drop_intermediate=False)
    area = best.other_auc
    label = f"{plain_name(best.other)} alone: AUC {interval(area)}, n = {area.n}"
    axes.plot(false, true, color=GREY, linewidth=1.0, label=label)
    rows += [
        (best.other, float(c), float(f), float(t))
        for c, f, t in zip(cuts, false, true, strict=True)
    ]


def _points(axes: "Axes", measures: ModelMeasures, rows: Rows) -> None:
    """The model's own cut-off, and Youden's, in a legend of their own inside the axes."""
    own, youden = measures.threshold, measures.youden
    places = (
        ("own cut-off", own.threshold, 1 - own.specificity.value, own.sensitivity.value, "o"),
        ("Youden, optimistic:", youden.threshold, 1 - youden.specificity, youden.sensitivity, "D"),
    )
    marks = []
    for name, threshold, x, y, marker in places:
        marks += axes.plot(
            x,
            y,
            marker,
            markerfacecolor="black" if marker == "o" else "white",
            markeredgecolor="black",
            markersize=3.5 if marker == "o" else 6.0,
            linestyle="none",
            zorder=6 if marker == "o" else 5,
            label=f"{name} {threshold:.2f}",
        )
        rows.append((f"{measures.name}, {name}", threshold, x, y))
    inside = axes.legend(handles=marks, loc="lower right", handletextpad=0.1, borderaxespad=0.1)
    axes.add_artist(inside)
