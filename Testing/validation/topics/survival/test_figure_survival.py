"""The picture of survival: the legend lies on no curve, nothing is cut off."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.transforms import Bbox

from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.kaplan_meier import kaplan_meier
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing, style
from TACEResponseLib.validation.topics.survival.figure_survival import (
    draw_landmark,
    draw_survival,
)
from TACEResponseLib.validation.topics.survival.survival import SurvivalResults
from TACEResponseLib.validation.topics.topic import Results


@pytest.fixture
def survival(results: Results) -> SurvivalResults:
    return results.of(SurvivalResults)


def legend_and_axes(drawing: Drawing) -> tuple[Bbox, Bbox, Bbox]:
    """Boxes of legend, axes and figure, pixels."""
    with style():
        drawing.figure.canvas.draw()
    (axes,) = drawing.figure.axes
    legend = axes.get_legend()
    assert legend is not None
    return legend.get_window_extent(), axes.get_window_extent(), drawing.figure.bbox


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_legend_stands_over_the_axes_inside_the_figure(
    study: Study, survival: SurvivalResults, number: int
) -> None:
    legend, axes, figure = legend_and_axes(draw_survival(study, survival.survival[number]))
    assert legend.y0 >= axes.y1
    assert legend.y1 <= figure.y1
    assert legend.x1 <= figure.x1


def test_the_label_of_each_endpoint_is_no_longer_than_its_axis(
    study: Study, survival: SurvivalResults
) -> None:
    for measures in survival.survival:
        figure = draw_survival(study, measures).figure
        with style():
            figure.canvas.draw()
        (axes,) = figure.axes
        label, box = axes.yaxis.label.get_window_extent(), axes.get_window_extent()
        assert label.height <= 1.05 * box.height
        assert label.x0 >= 0


def test_curves_that_stay_at_one_hide_nothing(study: Study, survival: SurvivalResults) -> None:
    """Nobody has an event: both curves run along the upper edge, where the legend was."""
    measures = survival.survival[0]
    follow_up = FollowUp(
        time=np.arange(1.0, 21), event=np.zeros(20), unit="days", endpoint=measures.endpoint
    )
    curves = kaplan_meier(follow_up, np.repeat(["negative", "positive"], 10))
    legend, axes, _ = legend_and_axes(draw_survival(study, replace(measures, curves=curves)))
    assert not Bbox.intersection(legend, axes)


def test_a_landmark_has_its_legend_there_too(study: Study, survival: SurvivalResults) -> None:
    for measures in survival.landmarks:
        legend, axes, figure = legend_and_axes(draw_landmark(study, measures))
        assert axes.y1 <= legend.y0
        assert legend.y1 <= figure.y1
