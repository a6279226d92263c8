"""Contributions as bars, as Slicer's plot view reads them."""

from typing import Any

import pytest

from TACEResponseLib.scene.plots import fill_plot
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
