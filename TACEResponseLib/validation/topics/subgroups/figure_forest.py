"""The AUC at every level of every attribute, with n and interval, against that of everyone."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import COLORS, GREY, Drawing, blank, style
from TACEResponseLib.validation.style.words import interval, legend_name, p_value
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures
from TACEResponseLib.validation.topics.subgroups.subgroups import SubgroupResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_INCH = 6.9
ROW_INCH = 0.19
# Chance, at one half, stays inside.
HIGHEST_LEFT_END = 0.4
# In widths of the axes, left of them.
TEXT_AT = -0.92
COLUMNS = (
    "attribute",
    "level",
    "n",
    "events",
    "auc",
    "low_95",
    "high_95",
    "observed_share",
    "predicted_mean",
    "interaction_p_holm",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the figure; a head has no patients."""

    text: str
    value: str
    patients: str = ""
    estimate: Estimate | None = None


def draw_forest(study: Study, subgroups: SubgroupResults, judged: ModelMeasures) -> Drawing | None:
    """All subgroups of the first model; None where no attribute has two levels.

    Args:
        study: names the positive class.
        subgroups: forests.
        judged: the first model on all patients.
    """
    overall = judged.auc
    lines, rows = _lines(study, subgroups, overall)
    if not rows:
        return None
    with style():
        figure, axes = blank(WIDTH_INCH, 0.75 + ROW_INCH * (1 + len(lines)))
        figure.set_layout_engine("none")
        axes.axvline(overall.value, color=COLORS[0], linewidth=0.8)
        axes.axvline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        for y, line in enumerate(lines):
            _line(axes, y, line)
        _line(
            axes,
            -1,
            Line(
                text="",
                patients=f"{legend_name(study.positive_class)} / all",
                value="AUC (95 % interval)",
            ),
        )
        axes.set(
            ylim=(len(lines) - 0.3, -1.7),
            xlim=(_left_end(lines), 1),
            yticks=[],
            xlabel="AUC, 95 % interval (dotted: chance; blue: all patients)",
        )
        axes.spines["left"].set_visible(False)
        bottom = 0.5 / figure.get_figheight()
        axes.set_position((0.36, bottom, 0.38, 0.99 - bottom))
    return Drawing(
        name="subgroups",
        title="Subgroups",
        figure=figure,
        columns=COLUMNS,
        rows=tuple(rows),
        caption=f"AUC of {judged.name} by subgroup; {study.positive_class} / all. "
        "Read the interaction tests, corrected for the number of attributes, before any line: with "
        f"{len(rows)} lines some stray by chance.",
    )


def _lines(
    study: Study, results: SubgroupResults, overall: Estimate
) -> tuple[list[Line], list[tuple[object, ...]]]:
    """Heads and levels for the figure, levels for the table."""
    lines: list[Line] = []
    rows: list[tuple[object, ...]] = []
    for subgroups in results.forests:
        attribute = subgroups.forest.attribute
        value = f"interaction {p_value(subgroups.interaction_p_holm)}"
        lines.append(Line(text=attribute, value=value))
        for level in subgroups.forest.subgroups:
            area = level.auc
            value = interval(area) if area else "one class only"
            lines.append(
                Line(
                    text=legend_name(level.level),
                    patients=f"{level.events}/{level.n}",
                    estimate=area,
                    value=value,
                )
            )
            numbers = (area.value, area.low, area.high) if area else (None, None, None)
            rows.append(
                (
                    attribute,
                    level.level,
                    level.n,
                    level.events,
                    *numbers,
                    level.observed.value,
                    level.predicted,
                    subgroups.interaction_p_holm,
                )
            )
    lines.append(
        Line(
            text="all patients",
            patients=f"{study.events}/{study.n}",
            estimate=overall,
            value=interval(overall),
        )
    )
    return lines, rows


def _left_end(lines: list[Line]) -> float:
    """Of the axis: no room is lost to AUCs that no line reaches."""
    lowest = min((line.estimate.low for line in lines if line.estimate), default=0.0)
    return min(HIGHEST_LEFT_END, math.floor(10 * lowest) / 10) if lowest > 0 else 0.0


def _line(axes: "Axes", y: int, line: Line) -> None:
    """One line: words, patients, interval, numbers."""
    across, is_head = axes.get_yaxis_transform(), line.patients == ""
    weight = "bold" if is_head else "normal"
    axes.text(
        TEXT_AT if is_head else TEXT_AT + 0.05,
        y,
        line.text,
        transform=across,
        ha="left",
        va="center",
        weight=weight,
    )
    axes.text(-0.04, y, line.patients, transform=across, ha="right", va="center")
    color = GREY if line.estimate is None else "black"
    axes.text(1.03, y, line.value, transform=across, ha="left", va="center", color=color)
    if line.estimate is None:
        return
    axes.plot([line.estimate.low, line.estimate.high], [y, y], color="black", linewidth=1.0)
    axes.plot(line.estimate.value, y, "s", color="black", markersize=3.5)
