"""overview.png: the picture for a report, legible when printed at A5."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.lettering import lettering, make_readable
from TACEResponseLib.basics.terms import MAP_CAPTION, NOT_A_DEVICE, ImageSequence
from TACEResponseLib.evidence.branch import BranchResult, SaliencyMap
from TACEResponseLib.output.pictures.panels import draw_color_bar, draw_slice
from TACEResponseLib.output.pictures.slices import shown_slices
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

A5_LANDSCAPE_INCH = (8.27, 5.83)
DPI = 200
TEXT_PT = 8.5
SMALL_PT = 7.5
# Characters that fit across A5 at the two sizes.
TEXT_WIDTH, SMALL_WIDTH = 122, 138
WARNING_LINES = 7


def draw_overview(case: Case, prediction: Prediction, path: Path) -> None:
    """Draw the three most salient axial slices with contour, map, result and warnings.

    Args:
        case: the case that was scored.
        prediction: its result; without a saliency map only the contours are drawn.
        path: a PNG, 1654 x 1166 pixels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with lettering():
        figure = Figure(figsize=A5_LANDSCAPE_INCH, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        top = _draw_result(figure, prediction)
        bottom = _draw_remarks(figure, prediction)
        _draw_slices(figure, case, prediction, top=top, bottom=bottom)
        make_readable(figure)
        figure.savefig(path, metadata={"Software": None})


def mapped_image(case: Case, prediction: Prediction) -> tuple[ImageSequence, SaliencyMap | None]:
    """The image to show: the first that has a map, else the first of the case."""
    for branch in prediction.branches:
        for sequence, saliency in branch.saliency.items():
            return sequence, saliency
    return next(iter(case.images)), None


def _draw_result(figure: "Figure", prediction: Prediction) -> float:
    """Title, banner, sentence and call; returns the lower edge as a share of the height."""
    y = 0.975
    figure.text(
        0.03,
        y,
        f"TACE Response: {prediction.case_id}",
        fontsize=11,
        weight="bold",
        va="top",
        parse_math=False,
    )
    figure.text(
        0.97,
        y,
        f"model {prediction.bundle_id}",
        fontsize=SMALL_PT,
        va="top",
        ha="right",
        parse_math=False,
    )
    y -= 0.052
    if prediction.simulated_banner:
        y = _draw_text(figure, prediction.simulated_banner, y, weight="bold", color="#9a3412")
    y = _draw_text(figure, prediction.sentence, y)
    return _draw_text(figure, prediction.answer_sentence, y, weight="bold")


def _draw_text(figure: "Figure", text: str, y: float, **style: Any) -> float:
    """One wrapped paragraph; returns where the next one begins."""
    lines = textwrap.wrap(text, TEXT_WIDTH)
    figure.text(
        0.03,
        y,
        "\n".join(lines),
        fontsize=TEXT_PT,
        va="top",
        linespacing=1.25,
        parse_math=False,
        **style,
    )
    return y - 0.0275 * len(lines) - 0.004


def _draw_remarks(figure: "Figure", prediction: Prediction) -> float:
    """Lesion, warnings and the research-use line at the foot; returns their upper edge."""
    lines = [_scored_lesions(prediction)]
    for warning in prediction.warnings:
        lines += textwrap.wrap(f"Warning: {warning.message}", SMALL_WIDTH, subsequent_indent="   ")
    if len(lines) > WARNING_LINES:
        lines = [*lines[: WARNING_LINES - 1], "Further warnings stand in the record."]
    lines.append(NOT_A_DEVICE)
    y = 0.02 + 0.0245 * len(lines)
    figure.text(
        0.03, y, "\n".join(lines), fontsize=SMALL_PT, va="top", linespacing=1.25, parse_math=False
    )
    return y + 0.01


def _scored_lesions(prediction: Prediction) -> str:
    """Which lesion was scored, and its size."""
    lesions = [lesion for lesion in prediction.lesions if not lesion.is_speck]
    if not lesions:
        return "No ROI was given: whole slices were scored."
    network = prediction.network_branch or prediction.branches[0]
    used = [lesion for lesion in lesions if lesion.index in network.lesions] or lesions[:1]
    numbers = ", ".join(str(lesion.index) for lesion in used)
    longest = max(lesion.longest_axial_diameter_mm for lesion in used)
    volume = sum(lesion.volume_ml for lesion in used)
    return (
        f"Scored: lesion{'s' if used[1:] else ''} {numbers} of {len(lesions)}, longest axial "
        f"diameter {longest:.0f} mm (whole lesion, not mRECIST viable diameter), {volume:.1f} mL"
        f"{' together' if used[1:] else ''}."
    )


def _draw_slices(
    figure: "Figure", case: Case, prediction: Prediction, *, top: float, bottom: float
) -> None:
    """Two rows of slices: with contour alone, and with the map laid over."""
    sequence, saliency = mapped_image(case, prediction)
    slices = shown_slices(case, sequence, saliency)
    scored = _scored_index(case, prediction)
    rows = 1 if saliency is None else 2
    caption = 0.03 if saliency else 0.0
    grid = figure.add_gridspec(
        rows,
        max(len(slices), 3),
        left=0.03,
        right=0.90 if saliency else 0.97,
        top=top - 0.015,
        bottom=bottom + caption + 0.005,
        wspace=0.03,
        hspace=0.12,
    )
    for column, shown in enumerate(slices):
        for row in range(rows):
            axes = figure.add_subplot(grid[row, column])
            draw_slice(axes, shown, scored=scored, with_map=row == 1, first_row=row == 0)
    if saliency is not None:
        draw_color_bar(figure, left=0.932, bottom=bottom + 0.08, height=(top - bottom) * 0.6)
        figure.text(
            0.03, bottom + 0.005, MAP_CAPTION, fontsize=SMALL_PT, va="bottom", style="italic"
        )


def _scored_index(case: Case, prediction: Prediction) -> tuple[int, ...]:
    """Lesions whose contour is drawn thick."""
    shown: BranchResult = prediction.network_branch or prediction.branches[0]
    return shown.lesions or tuple(lesion.index for lesion in case.lesions[:1])
