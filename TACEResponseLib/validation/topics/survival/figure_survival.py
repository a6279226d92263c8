"""Kaplan-Meier curves with bands, marks of censoring's end, and numbers at risk below."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.evaluation.survival.kaplan_meier import SurvivalCurve
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import (
    COLORS,
    DASHES,
    LOW_INCH,
    Drawing,
    blank,
    legend_above,
    style,
)
from TACEResponseLib.validation.style.words import interval, p_value
from TACEResponseLib.validation.topics.survival.risk_times import MONTH_DAYS
from TACEResponseLib.validation.topics.survival.survival import (
    ABOVE,
    LandmarkMeasures,
    SurvivalMeasures,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In lines that are no longer than the axis.
ENDPOINT_WORDS = {
    "PFS": "progression-free\nsurvival",
    "TTP": "free of\nprogression",
    "OS": "overall survival",
}
# Left, bottom, width, height: room for the numbers at risk of two groups below, and for the legend.
AXES_ABOVE_NUMBERS = (0.19, 0.38, 0.765, 0.405)
# Points below the axis: first group, from group to group, from its name to its numbers.
FIRST_PT, GROUP_PT, NUMBERS_PT = 28.0, 19.5, 9.0
COLUMNS = ("group", "time_days", "share", "low_95", "high_95", "n", "events")


def draw_survival(study: Study, measures: SurvivalMeasures) -> Drawing:
    """Groups at the model's own cut-off.

    Args:
        study: names the positive class.
        measures: curves and tests.
    """
    tests = p_value(measures.log_rank)
    censored = " Deaths without progression are censored here." if measures.competing else ""
    if measures.hazards:
        ratio = measures.hazards.hazard_ratios[ABOVE]
        known = np.isfinite([ratio.low, ratio.high]).all()
        ratio_words = interval(ratio) if known else "has no finite value"
        tests += f" (log-rank), hazard ratio {ratio_words}"
    with style():
        figure, axes = blank(height=LOW_INCH)
        _curves(axes, measures.curves)
        _axes(axes, measures.endpoint, measures.risk_times[-1])
        numbers_at_risk(axes, measures.risk_times, measures.at_risk)
        legend_above(axes, tests if measures.curves else "nobody")
        figure.set_layout_engine("none")
        axes.set_position(AXES_ABOVE_NUMBERS)
    return Drawing(
        name=f"survival_{measures.endpoint.lower()}",
        title=measures.endpoint,
        figure=figure,
        caption=f"{measures.endpoint} of the groups that {measures.model} predicts, split at its "
        f"own cut-off; n = {measures.n}, {measures.events} events; positive means "
        f"{study.positive_class}.{censored}",
        columns=COLUMNS,
        rows=_rows(measures.curves),
    )


def draw_landmark(study: Study, measures: LandmarkMeasures) -> Drawing:
    """Groups by observed response, from the read-out on.

    Args:
        study: names the positive class.
        measures: curves and test.
    """
    with style():
        figure, axes = blank(height=3.4)
        _curves(axes, measures.curves)
        last = max(float(curve.time.max()) for curve in measures.curves)
        _axes(axes, measures.endpoint, last)
        legend_above(axes, f"{p_value(measures.log_rank)} (log-rank)")
    return Drawing(
        name=f"landmark_{measures.endpoint.lower()}",
        title=f"{measures.endpoint} from the read-out",
        figure=figure,
        columns=COLUMNS,
        rows=_rows(measures.curves),
        caption=f"{measures.endpoint} by the observed outcome ({study.positive_class} or not), "
        f"counted from day {measures.day:g}; {measures.events_before} with the event and "
        f"{measures.censored_before} "
        "last seen by then are left out.",
    )


def _curves(axes: "Axes", curves: Sequence[SurvivalCurve]) -> None:
    """Steps and bands, time in months."""
    for i, curve in enumerate(curves):
        x = curve.time / MONTH_DAYS
        axes.step(
            x,
            100 * curve.survival,
            where="post",
            color=COLORS[i],
            linestyle=DASHES[i],
            label=f"{curve.group}, n = {curve.n}, {curve.events} events",
        )
        axes.fill_between(
            x,
            100 * curve.low,
            100 * curve.high,
            step="post",
            color=COLORS[i],
            alpha=0.16,
            linewidth=0,
        )


def _axes(axes: "Axes", endpoint: str, last: float) -> None:
    """Labels with units."""
    axes.set(
        xlim=(0, last / MONTH_DAYS),
        ylim=(0, 102),
        xlabel="months",
        ylabel=f"{ENDPOINT_WORDS.get(endpoint, endpoint)}, %",
    )
    axes.set_yticks([0, 25, 50, 75, 100])


def numbers_at_risk(
    axes: "Axes", times: Sequence[float], at_risk: Mapping[str, Sequence[int]]
) -> None:
    """A line a group below the axis, whose ticks stand at these times.

    Args:
        axes: with months on x.
        times: days.
        at_risk: patients of each group at each time.
    """
    ticks = [time / MONTH_DAYS for time in times]
    axes.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
    for i, (group, numbers) in enumerate(at_risk.items()):
        below = FIRST_PT + GROUP_PT * i
        axes.annotate(
            f"at risk, {group}",
            (0, 0),
            (0, -below),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=7,
            color=COLORS[i],
            va="top",
        )
        for tick, count in zip(ticks, numbers, strict=True):
            axes.annotate(
                str(count),
                (tick, 0),
                (0, -below - NUMBERS_PT),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                fontsize=7,
                ha="center",
                va="top",
                annotation_clip=False,
            )


def _rows(curves: Sequence[SurvivalCurve]) -> tuple[tuple[object, ...], ...]:
    """Every step."""
    return tuple(
        (curve.group, float(t), float(s), float(low), float(high), curve.n, curve.events)
        for curve in curves
        for t, s, low, high in zip(curve.time, curve.survival, curve.low, curve.high, strict=True)
    )
