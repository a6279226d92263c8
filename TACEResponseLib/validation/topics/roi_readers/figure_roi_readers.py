"""Bland and Altman's plot of the probability by two readers' ROIs."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evaluation.agreement.bland_altman import LimitsOfAgreement
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.validation.style.figure import COLORS, GREY, SMALLEST_PT, Drawing, blank, style
from TACEResponseLib.validation.style.words import interval, number
from TACEResponseLib.validation.topics.roi_readers.roi_readers import RoiAgreement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "roi_readers"
COLUMNS = ("case_id", "by_first_reader", "by_second_reader", "mean", "difference", "call_changes")
# Room round the outermost of points and limits, as a share of their reach.
MARGIN = 1.15
# A figure of readers who agree entirely still has a height.
LEAST_REACH = 0.01
BAND = 0.10


def draw_roi_readers(agreement: RoiAgreement) -> Drawing:
    """Difference over mean, with bias and limits.

    Args:
        agreement: probabilities of both readings.
    """
    first, second = agreement.probabilities.T
    mean, apart = (first + second) / 2, second - first
    changed = agreement.changes
    limits = agreement.limits
    furthest = max(LEAST_REACH, float(np.abs(apart).max()), _reach(limits.low), _reach(limits.high))
    with style():
        figure, axes = blank()
        _limits(axes, limits)
        _points(axes, mean, apart, changed)
        axes.set(
            xlim=(-0.01, 1.01),
            ylim=(-MARGIN * furthest, MARGIN * furthest),
            xlabel="mean probability of two ROIs",
            ylabel="probability, second less first",
        )
        figure.legend(loc="outside upper left", ncols=2)
    return Drawing(
        name=NAME,
        title="Two readers' ROIs",
        figure=figure,
        caption=f"Probability of {agreement.model} by the second reader's ROI less that by the "
        f"first's; n = {agreement.n}. Solid: mean difference {interval(limits.bias, 3)}; dashed: "
        "95 % limits of agreement; bands: their 95 % intervals.",
        columns=COLUMNS,
        rows=tuple(
            zip(
                agreement.case_ids,
                first.tolist(),
                second.tolist(),
                mean.tolist(),
                apart.tolist(),
                changed.astype(int).tolist(),
                strict=True,
            )
        ),
    )


def _limits(axes: "Axes", limits: LimitsOfAgreement) -> None:
    """Lines with bands, their values at the right."""
    lines = ((limits.low, "dashed"), (limits.bias, "solid"), (limits.high, "dashed"))
    for limit, dash in lines:
        axes.axhline(limit.value, color=GREY, linewidth=1.0, linestyle=dash)
        axes.axhspan(limit.low, limit.high, color=GREY, alpha=BAND, linewidth=0)
        axes.annotate(
            number(limit.value, 3),
            (1.0, limit.value),
            xytext=(2, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=SMALLEST_PT,
            annotation_clip=False,
        )


def _points(axes: "Axes", mean: Floats, apart: Floats, changed: NDArray[np.bool_]) -> None:
    """A dot a patient, a cross where the call changes."""
    axes.scatter(
        mean[~changed],
        apart[~changed],
        s=9,
        color=COLORS[0],
        alpha=0.75,
        linewidth=0,
        label=f"same call, n = {int((~changed).sum())}",
    )
    axes.scatter(
        mean[changed],
        apart[changed],
        s=20,
        color=COLORS[1],
        marker="x",
        linewidth=1.0,
        label=f"call changes, n = {int(changed.sum())}",
    )


def _reach(limit: Estimate) -> float:
    """How far a limit's interval goes from 0."""
    return max(abs(limit.low), abs(limit.high))
