"""Decision curves: net benefit in patients per 100 over the threshold at which one would act."""

from typing import TYPE_CHECKING

from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import (
    COLORS,
    DASHES,
    GREY,
    LOW_INCH,
    Drawing,
    blank,
    legend_below,
    style,
)
from TACEResponseLib.validation.style.words import legend_name
from TACEResponseLib.validation.topics.performance.results import PerformanceResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MODELS = 4


def draw_decision(study: Study, results: PerformanceResults) -> Drawing:
    """Net benefit of each model, of treating all and of treating none.

    Args:
        study: names the positive class.
        results: decision curves.
    """
    rows: list[tuple[object, ...]] = []
    with style():
        figure, axes = blank(height=LOW_INCH)
        for i, measures in enumerate(results.models):
            curve = measures.decision
            rows += [
                (measures.name, *(float(100 * v) for v in values))
                for values in zip(
                    curve.thresholds,
                    curve.net_benefit,
                    curve.low,
                    curve.high,
                    curve.treat_all,
                    curve.advantage,
                    curve.advantage_low,
                    curve.advantage_high,
                    strict=True,
                )
            ]
            if i < MOST_MODELS:
                _line(axes, results, i)
        _defaults(axes, results)
        highest = 100 * study.events / study.n
        axes.set(
            xlim=(0, 100),
            ylim=(-0.15 * highest, 1.08 * highest),
            xlabel="threshold probability, %",
            ylabel="net benefit per 100",
        )
        legend_below(axes, gap=0.3)
    return Drawing(
        name="decision_curve",
        title="Usefulness",
        figure=figure,
        rows=tuple(rows),
        columns=(
            "model",
            "threshold_percent",
            "net_benefit_per_100",
            "low_95",
            "high_95",
            "treat_all_per_100",
            "advantage_per_100",
            "advantage_low_95",
            "advantage_high_95",
        ),
        caption=f"Decision curves, n = {study.n}. Acting means treating as "
        f"{study.positive_class}; net benefit is in true positives per 100 patients.",
    )


def _line(axes: "Axes", results: PerformanceResults, place: int) -> None:
    """One model; the first with its band."""
    measures = results.models[place]
    curve = measures.decision
    x = 100 * curve.thresholds
    if place == 0:
        axes.fill_between(
            x, 100 * curve.low, 100 * curve.high, color=COLORS[0], alpha=0.18, linewidth=0
        )
    band = ", 95 % band" if place == 0 else ""
    axes.plot(
        x,
        curve.per_100,
        color=COLORS[place],
        linestyle=DASHES[place],
        label=f"{legend_name(measures.name)}{band}, n = {curve.n}",
    )


def _defaults(axes: "Axes", results: PerformanceResults) -> None:
    """Treat all, treat none, and the model's own cut-off."""
    curve = results.models[0].decision
    axes.plot(
        100 * curve.thresholds,
        100 * curve.treat_all,
        color=GREY,
        linewidth=1.0,
        label=f"treat all, n = {curve.n}",
    )
    axes.axhline(0, color="black", linewidth=0.8, label="treat none")
    axes.axvline(
        100 * results.models[0].threshold.threshold,
        color="black",
        linewidth=0.7,
        linestyle=(0, (1, 2)),
        label="the model's own cut-off",
    )
