"""One axial slice on paper: image, contour, map, orientation letters, scale bar."""

from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.output.pictures.slices import ShownSlice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Perceptually ordered and legible to the color-blind; opacity rises with the value so that
# low saliency leaves the anatomy bare.
COLOR_MAP = "inferno"
LARGEST_OPACITY = 0.6
CONTOUR_COLOR = "#22d3ee"
LETTERS = {
    "A": (0.5, 0.985, "center", "top"),
    "P": (0.5, 0.015, "center", "bottom"),
    "R": (0.015, 0.5, "left", "center"),
    "L": (0.985, 0.5, "right", "center"),
}
SCALE_BAR_MM = 50.0
ORIGIN_WORDS = {
    "scored": "map of a scored slice",
    "interpolated": "map interpolated between scored slices",
    "not scored": "no map on this slice",
}


def draw_slice(
    axes: "Axes", shown: ShownSlice, *, scored: tuple[int, ...], with_map: bool, first_row: bool
) -> None:
    """Draw one slice.

    Args:
        axes: empty axes.
        shown: the slice, anterior up.
        scored: lesions drawn with a thick contour; the others get a thin, dashed one.
        with_map: lay the saliency over it.
        first_row: write the slice's position above it, else where its map comes from.
    """
    height, width = shown.image.shape
    extent = (0.0, width * shown.pixel_mm[1], height * shown.pixel_mm[0], 0.0)
    axes.imshow(shown.image, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="bilinear")
    if with_map and shown.saliency is not None:
        alpha = LARGEST_OPACITY * np.clip(shown.saliency * 1.5, 0, 1)
        axes.imshow(
            shown.saliency,
            cmap=COLOR_MAP,
            vmin=0,
            vmax=1,
            alpha=alpha,
            extent=extent,
            interpolation="bilinear",
        )
    _draw_contours(axes, shown, scored)
    _draw_letters(axes)
    _draw_scale_bar(axes, extent)
    title = f"z = {shown.z_mm:.1f} mm" if first_row else ORIGIN_WORDS[shown.origin]
    axes.set_title(title, fontsize=7.5, pad=2)
    axes.set_xticks([])
    axes.set_yticks([])


def draw_color_bar(
    figure: "Figure", *, left: float, bottom: float, height: float, largest: float | None
) -> None:
    """The map's legend, with the opacity that it has over the image.

    Args:
        figure: gets it.
        left: edge, as a share of the figure.
        bottom: edge.
        height: of the bar.
        largest: the map's largest value, marked; `None` where that is 1 by its own scale.
    """
    axes = figure.add_axes((left, bottom, 0.016, height))
    ramp = np.linspace(0, 1, 256)[:, None]
    axes.imshow(
        np.full((256, 1), 0.35),
        cmap="gray",
        vmin=0,
        vmax=1,
        aspect="auto",
        origin="lower",
        extent=(0, 1, 0, 1),
    )
    axes.imshow(
        ramp,
        cmap=COLOR_MAP,
        vmin=0,
        vmax=1,
        aspect="auto",
        origin="lower",
        alpha=LARGEST_OPACITY * np.clip(ramp * 1.5, 0, 1),
        extent=(0, 1, 0, 1),
    )
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=7.5)
    axes.set_title("saliency", fontsize=7.5, pad=8)
    if largest is not None:
        axes.plot([0, 1], [largest, largest], color="#22d3ee", linewidth=1.4, clip_on=False)


def _draw_contours(axes: "Axes", shown: ShownSlice, scored: tuple[int, ...]) -> None:
    """Outline of each lesion in this slice."""
    height, width = shown.lesions.shape
    x = (np.arange(width) + 0.5) * shown.pixel_mm[1]
    y = (np.arange(height) + 0.5) * shown.pixel_mm[0]
    for index in np.unique(shown.lesions[shown.lesions > 0]):
        is_scored = int(index) in scored
        axes.contour(
            x,
            y,
            (shown.lesions == index).astype(float),
            levels=[0.5],
            colors=CONTOUR_COLOR,
            linewidths=1.1 if is_scored else 0.7,
            linestyles="solid" if is_scored else "dashed",
        )


def _draw_letters(axes: "Axes") -> None:
    """A, P, R and L at the edges."""
    for letter, (x, y, ha, va) in LETTERS.items():
        axes.text(
            x,
            y,
            letter,
            color="white",
            fontsize=7.5,
            ha=ha,
            va=va,
            transform=axes.transAxes,
            bbox=_backing(),
        )


def _draw_scale_bar(axes: "Axes", extent: tuple[float, float, float, float]) -> None:
    """A bar of 5 cm at the lower right, or of 1 cm in a small field of view."""
    length = SCALE_BAR_MM if extent[1] > 2 * SCALE_BAR_MM else 10.0
    right, low = extent[1] * 0.96, extent[2] * 0.93
    # White on black keeps it legible over bone as well as over air.
    for color, width in (("black", 4.0), ("white", 2.0)):
        axes.plot(
            [right - length, right], [low, low], color=color, linewidth=width, solid_capstyle="butt"
        )
    axes.text(
        right - length / 2,
        low - extent[2] * 0.025,
        f"{length / 10:.0f} cm",
        color="white",
        fontsize=7.5,
        ha="center",
        va="bottom",
        bbox=_backing(),
    )


def _backing() -> dict[str, object]:
    """A dark ground that keeps white letters legible on bright anatomy."""
    return {"facecolor": "black", "alpha": 0.45, "pad": 1.0, "edgecolor": "none"}
