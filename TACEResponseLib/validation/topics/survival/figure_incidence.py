"""Cumulative incidence of progression and of death without it, with numbers at risk below."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from TACEResponseLib.evaluation.survival.competing_risks import CumulativeIncidence
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import (
    COLORS,
    DASHES,
    Drawing,
    blank,
    legend_above,
    style,
)
from TACEResponseLib.validation.style.words import p_value
from TACEResponseLib.validation.topics.survival.competing import DEATH, CompetingMeasures
from TACEResponseLib.validation.topics.survival.figure_survival import numbers_at_risk
from TACEResponseLib.validation.topics.survival.risk_times import MONTH_DAYS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "incidence_ttp"
# Left, bottom, width, height: higher than a survival curve by the four lines of the legend.
HEIGHT_INCH = 3.5
AXES_ABOVE_NUMBERS = (0.155, 0.275, 0.80, 0.48)
# Deaths are thinner than progressions; groups differ in color and dashes.
DEATH_DASHES = ("dotted", "dashdot")
DEATH_WIDTH = 0.9
COLUMNS = ("group", "cause", "time_days", "incidence", "low_95", "high_95", "n", "events")


def draw_incidence(study: Study, measures: CompetingMeasures) -> Drawing:
    """Both causes in each group, bands for progression alone.

    Args:
        study: names the positive class.
        measures: curves and tests.
    """
    tests = (
        f"Gray: progression {p_value(measures.gray_progression)}, "
        f"death {p_value(measures.gray_death)}"
    )
    with style():
        figure, axes = blank(height=HEIGHT_INCH)
        for i, (progression, death) in enumerate(
            zip(measures.progression, measures.death, strict=True)
        ):
            _band(axes, progression, COLORS[i])
            _steps(axes, progression, "progressed", color=COLORS[i], linestyle=DASHES[i])
            _steps(
                axes,
                death,
                "died without it",
                color=COLORS[i],
                linestyle=DEATH_DASHES[i],
                linewidth=DEATH_WIDTH,
            )
        axes.set(
            xlim=(0, measures.risk_times[-1] / MONTH_DAYS),
            ylim=(0, 100),
            xlabel="months",
            ylabel="cumulative incidence, %",
        )
        axes.set_yticks([0, 25, 50, 75, 100])
        numbers_at_risk(axes, measures.risk_times, measures.at_risk)
        legend_above(axes, tests)
        figure.set_layout_engine("none")
        axes.set_position(AXES_ABOVE_NUMBERS)
    return Drawing(
        name=NAME,
        title="Cumulative incidence",
        figure=figure,
        caption=f"Cumulative incidence (Aalen-Johansen) of progression, with 95 % bands, and of "
        f"{DEATH} in the groups that {measures.model} predicts; n = {measures.n}, "
        f"{measures.progressions} progressed, {measures.deaths} died without; positive means "
        f"{study.positive_class}.",
        columns=COLUMNS,
        rows=tuple(_rows(measures)),
    )


def _steps(axes: "Axes", curve: CumulativeIncidence, event: str, **line: Any) -> None:
    """One curve from 0 on, time in months."""
    x, y = np.concatenate([[0.0], curve.time]), np.concatenate([[0.0], curve.incidence])
    axes.step(
        x / MONTH_DAYS,
        100 * y,
        where="post",
        label=f"{curve.group}, n = {curve.n}: {curve.events} {event}",
        **line,
    )


def _band(axes: "Axes", curve: CumulativeIncidence, color: str) -> None:
    """From the first event on; before it nothing bounds the curve."""
    begun = curve.incidence > 0
    axes.fill_between(
        curve.time[begun] / MONTH_DAYS,
        100 * curve.low[begun],
        100 * curve.high[begun],
        step="post",
        color=color,
        alpha=0.16,
        linewidth=0,
    )


def _rows(measures: CompetingMeasures) -> Iterator[tuple[object, ...]]:
    """Every step of every curve."""
    for curve in (*measures.progression, *measures.death):
        for step in zip(curve.time, curve.incidence, curve.low, curve.high, strict=True):
            yield (curve.group, curve.cause, *map(float, step), curve.n, curve.events)
