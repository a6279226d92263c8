"""Contributions as bars."""

from typing import TYPE_CHECKING

from TACEResponseLib.scene.tables import Contributions, fill_table

if TYPE_CHECKING:
    import slicer

NAME_COLUMN, LOGIT_COLUMN = "Name", "Contribution (logit)"
BAR_COLOR = (0.22, 0.46, 0.69)


def fill_plot(
    contributions: Contributions,
    table: "slicer.vtkMRMLTableNode",
    series: "slicer.vtkMRMLPlotSeriesNode",
    chart: "slicer.vtkMRMLPlotChartNode",
) -> None:
    """Show contributions as bars; a bar's name appears when the mouse is over it.

    Args:
        contributions: strongest first.
        table: takes the numbers.
        series: the bars of that table.
        chart: shows the series alone.
    """
    fill_table(table, {NAME_COLUMN: contributions.names, LOGIT_COLUMN: contributions.logits})
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetPlotType(series.PlotTypeBar)
    series.SetXColumnName("")
    series.SetYColumnName(LOGIT_COLUMN)
    series.SetLabelColumnName(NAME_COLUMN)
    series.SetColor(*BAR_COLOR)
    if not chart.HasPlotSeriesNodeID(series.GetID()):
        chart.RemoveAllPlotSeriesNodeIDs()
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
    chart.SetTitle(contributions.title)
    chart.SetXAxisTitle("strongest first")
    chart.SetYAxisTitle("contribution to the logit (above 0: toward the positive class)")
    chart.SetLegendVisibility(False)
