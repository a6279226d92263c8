"""Contributions as bars, as Slicer's plot view reads them."""

from typing import Any

import pytest

from TACEResponseLib.result.contour_range import ContourRange
from TACEResponseLib.scene.plots import fill_contour_plot, fill_plot
from TACEResponseLib.scene.tables import Contributions

FOUND = Contributions(names=("a", "b"), logits=(0.5, -0.25), title="What moved the result")


@pytest.fixture
def nodes(scene: Any) -> tuple[Any, Any, Any]:
    kinds = ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode")
    table, series, chart = (scene.AddNewNodeByClass(kind) for kind in kinds)
    fill_plot(FOUND, table, series, chart)
    return table, series, chart


def test_bars_take_their_heights_and_names_from_the_table(nodes: tuple[Any, Any, Any]) -> None:
    table, series, chart = nodes
    assert chart.GetNthPlotSeriesNode(0) is series
    assert series.GetTableNode() is table
    assert series.GetPlotType() == series.PlotTypeBar
    heights = table.GetTable().GetColumnByName(series.GetYColumnName())
    names = table.GetTable().GetColumnByName(series.GetLabelColumnName())
    assert [heights.GetValue(n) for n in range(2)] == [0.5, -0.25]
    assert [names.GetValue(n) for n in range(2)] == ["a", "b"]
    assert not series.IsXColumnRequired()


def test_filling_twice_shows_one_series(nodes: tuple[Any, Any, Any]) -> None:
    fill_plot(FOUND, *nodes)
    assert nodes[2].GetNumberOfPlotSeriesNodes() == 1


def test_a_foreign_series_is_taken_off_the_chart(scene: Any, nodes: tuple[Any, Any, Any]) -> None:
    table, series, chart = nodes
    chart.RemoveAllPlotSeriesNodeIDs()
    foreign = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode")
    chart.AddAndObservePlotSeriesNodeID(foreign.GetID())
    fill_plot(FOUND, table, series, chart)
    assert [chart.GetNthPlotSeriesNodeID(n) for n in range(chart.GetNumberOfPlotSeriesNodes())] == [
        series.GetID()
    ]


@pytest.fixture
def contour_nodes(scene: Any, made_contours: ContourRange) -> tuple[Any, Any, Any, Any]:
    kinds = ("vtkMRMLTableNode", *["vtkMRMLPlotSeriesNode"] * 2, "vtkMRMLPlotChartNode")
    table, points, cut_off, chart = (scene.AddNewNodeByClass(kind) for kind in kinds)
    fill_contour_plot(made_contours, 0.55, table, points, cut_off, chart)
    return table, points, cut_off, chart


def test_contours_are_points_by_their_dice_and_the_roi_as_drawn_is_the_last(
    contour_nodes: tuple[Any, Any, Any, Any], made_contours: ContourRange
) -> None:
    table, points, cut_off, chart = contour_nodes
    columns = {
        name: [table.GetTable().GetColumnByName(name).GetValue(n) for n in range(5)]
        for name in ("Contour", "Dice", "Probability", "Cut-off")
    }
    assert columns["Dice"] == [0.80, 0.85, 0.93, 0.97, 1.0]
    assert columns["Probability"] == [0.63, 0.52, 0.47, 0.57, 0.58]
    assert columns["Cut-off"] == [0.55] * 5
    assert (columns["Contour"][0], columns["Contour"][-1]) == ("shrunk, 0.63", "as drawn, 0.58")
    assert points.GetYColumnName() == "Probability"
    assert points.GetPlotType() == points.PlotTypeScatter
    assert points.GetLineStyle() == points.LineStyleNone
    assert [chart.GetNthPlotSeriesNode(n) for n in range(2)] == [points, cut_off]
    assert chart.GetTitle() == made_contours.sentence


def test_filling_contours_twice_shows_two_series(
    contour_nodes: tuple[Any, Any, Any, Any], made_contours: ContourRange
) -> None:
    fill_contour_plot(made_contours, 0.4, *contour_nodes)
    assert contour_nodes[3].GetNumberOfPlotSeriesNodes() == 2
