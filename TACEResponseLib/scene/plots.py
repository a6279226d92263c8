"""Contributions as bars, and results under plausible contours as points."""

from typing import TYPE_CHECKING

from TACEResponseLib.result.contour_range import ContourRange
from TACEResponseLib.scene.tables import Contributions, fill_table

if TYPE_CHECKING:
    import slicer

NAME_COLUMN, LOGIT_COLUMN = "Name", "Contribution (logit)"
BAR_COLOR = (0.22, 0.46, 0.69)
CUT_OFF_COLOR = (0.45, 0.45, 0.45)
CONTOUR_COLUMN, DICE_COLUMN = "Contour", "Dice"
PROBABILITY_COLUMN, CUT_OFF_COLUMN = "Probability", "Cut-off"
AS_DRAWN = "as drawn"


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
    _show_alone(chart, series)
    chart.SetTitle(contributions.title)
    chart.SetXAxisTitle("strongest first")
    chart.SetYAxisTitle("contribution to the logit (above 0: toward the positive class)")
    chart.SetLegendVisibility(False)


def fill_contour_plot(
    contours: ContourRange,
    threshold: float,
    table: "slicer.vtkMRMLTableNode",
    points: "slicer.vtkMRMLPlotSeriesNode",
    cut_off: "slicer.vtkMRMLPlotSeriesNode",
    chart: "slicer.vtkMRMLPlotChartNode",
) -> None:
    """Show the result under each contour by its Dice, the ROI as drawn at 1, and the cut-off.

    Args:
        contours: those that could be scored are shown.
        threshold: the model's cut-off.
        table: takes the numbers.
        points: the results.
        cut_off: a line through them.
        chart: shows these two alone; its title is the range in words.
    """
    rows = sorted(
        [
            (o.dice, o.probability, f"{o.kind}, {o.probability:.2f}")
            for o in contours.outcomes
            if o.probability is not None
        ]
    )
    rows.append((1.0, contours.as_drawn, f"{AS_DRAWN}, {contours.as_drawn:.2f}"))
    fill_table(
        table,
        {
            CONTOUR_COLUMN: [words for *_, words in rows],
            DICE_COLUMN: [dice for dice, *_ in rows],
            PROBABILITY_COLUMN: [probability for _, probability, _ in rows],
            CUT_OFF_COLUMN: [threshold] * len(rows),
        },
    )
    for series, column in ((points, PROBABILITY_COLUMN), (cut_off, CUT_OFF_COLUMN)):
        series.SetAndObserveTableNodeID(table.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetXColumnName(DICE_COLUMN)
        series.SetYColumnName(column)
    points.SetLabelColumnName(CONTOUR_COLUMN)
    points.SetLineStyle(points.LineStyleNone)
    points.SetMarkerStyle(points.MarkerStyleCircle)
    points.SetColor(*BAR_COLOR)
    cut_off.SetMarkerStyle(cut_off.MarkerStyleNone)
    cut_off.SetLineStyle(cut_off.LineStyleDash)
    cut_off.SetColor(*CUT_OFF_COLOR)
    _show_alone(chart, points, cut_off)
    chart.SetTitle(contours.sentence)
    chart.SetXAxisTitle("Dice with the lesion as it was drawn")
    chart.SetYAxisTitle("probability")
    chart.SetLegendVisibility(False)


def _show_alone(
    chart: "slicer.vtkMRMLPlotChartNode", *series: "slicer.vtkMRMLPlotSeriesNode"
) -> None:
    """Have a chart show these series and no others."""
    count = chart.GetNumberOfPlotSeriesNodes()
    shown = [chart.GetNthPlotSeriesNodeID(n) for n in range(count)]
    due = [one.GetID() for one in series]
    if shown != due:
        chart.RemoveAllPlotSeriesNodeIDs()
        for node_id in due:
            chart.AddAndObservePlotSeriesNodeID(node_id)
