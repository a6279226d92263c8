"""Calibration: bins with exact intervals, a smooth line with its band, and the patients below."""

import math
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.validation.study.study import Model, Study
from TACEResponseLib.validation.style.figure import (
    COLORS,
    GREY,
    Drawing,
    blank,
    legend_below,
    style,
    unit_square,
)
from TACEResponseLib.validation.style.words import axis_words, interval
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HISTOGRAM_BINS = 25
HISTOGRAM_HEIGHT = 0.09


def draw_calibration(study: Study, model: Model, measures: ModelMeasures, name: str) -> Drawing:
    """Observed share against predicted probability.

    Args:
        study: patients and outcomes.
        model: its probabilities.
        measures: its calibration.
        name: of the files.
    """
    with style():
        figure, axes = blank()
        positive = study.positive_class
        unit_square(
            axes,
            axis_words("predicted probability", "of ", positive),
            axis_words("observed share", "", positive),
        )
        _smooth(axes, measures)
        _bins(axes, measures)
        _histogram(axes, study, model)
        axes.plot([], [], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), label="ideal")
        known = not math.isnan(measures.slope.value)
        legend = f"slope {interval(measures.slope)}\nintercept {interval(measures.intercept)}"
        # Below, not inside: points of a model that knows little lie anywhere.
        legend_below(axes, 0.28, title=legend if known else "slope not estimable")
    return Drawing(
        name=name,
        title="Calibration",
        figure=figure,
        caption=f"Calibration of {model.name}, n = {study.n}, {study.events} "
        f"{study.positive_class}. Below the line: predicted too high. Ticks at the foot: patients, "
        "up with and down without the outcome.",
        columns=("kind", "predicted", "observed", "low_95", "high_95", "n"),
        rows=_rows(measures),
    )


def _smooth(axes: "Axes", measures: ModelMeasures) -> None:
    """The smooth line and its band."""
    line = measures.smooth
    if line is None:
        return
    axes.fill_between(line.predicted, line.low, line.high, color=COLORS[0], alpha=0.18, linewidth=0)
    axes.plot(
        line.predicted, line.observed, color=COLORS[0], label=f"smooth, 95 % band, n = {line.n}"
    )


def _bins(axes: "Axes", measures: ModelMeasures) -> None:
    """Bins with exact intervals."""
    x = np.array([b.predicted for b in measures.bins])
    y = np.array([b.observed.value for b in measures.bins])
    low, high = (
        np.array([getattr(b.observed, side) for b in measures.bins]) for side in ("low", "high")
    )
    sizes = [b.observed.n for b in measures.bins]
    each = f"{min(sizes)}" if min(sizes) == max(sizes) else f"{min(sizes)} to {max(sizes)}"
    label = f"{len(sizes)} bins of {each} patients, exact 95 %"
    axes.errorbar(
        x,
        y,
        yerr=[y - low, high - y],
        fmt="o",
        color=COLORS[1],
        markersize=3.5,
        linewidth=0.9,
        label=label,
    )


def _histogram(axes: "Axes", study: Study, model: Model) -> None:
    """Patients by predicted probability, inside the lower edge."""
    edges = np.linspace(0, 1, HISTOGRAM_BINS + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    counts = [np.histogram(model.probabilities[study.outcome == v], edges)[0] for v in (1, 0)]
    scale = HISTOGRAM_HEIGHT / 2 / max(1, max(int(c.max()) for c in counts))
    base = HISTOGRAM_HEIGHT / 2
    for count, sign in zip(counts, (1, -1), strict=True):
        axes.vlines(middle, base, base + sign * scale * count, color="black", linewidth=1.6)
    axes.hlines(base, 0, 1, color="black", linewidth=0.5)


def _rows(measures: ModelMeasures) -> tuple[tuple[object, ...], ...]:
    """Bins and line."""
    bins = [
        ("bin", b.predicted, b.observed.value, b.observed.low, b.observed.high, b.observed.n)
        for b in measures.bins
    ]
    line = measures.smooth
    if line is None:
        return tuple(bins)
    points = zip(line.predicted, line.observed, line.low, line.high, strict=True)
    return (*bins, *(("smooth", *map(float, point), line.n) for point in points))
