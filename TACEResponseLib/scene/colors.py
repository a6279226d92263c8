"""The color table of saliency maps; it travels with the scene.

The application's Inferno and its kin come from files that a bare scene hasn't got.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import slicer

# Inferno at 0, 1/15, ... 1: lightness rises evenly, legible to the color-blind and in gray.
# Source: S. van der Walt and N. Smith, matplotlib colormaps, 2015 (CC0).
INFERNO = (
    (0, 0, 4),
    (12, 8, 38),
    (36, 12, 79),
    (66, 10, 104),
    (93, 18, 110),
    (120, 28, 109),
    (147, 38, 103),
    (174, 48, 92),
    (199, 62, 76),
    (221, 81, 58),
    (237, 105, 37),
    (248, 133, 15),
    (252, 165, 10),
    (250, 198, 45),
    (242, 230, 97),
    (252, 255, 164),
)
COLORS = 256
# Below this saliency the anatomy stays bare. A slice view shows a color in full or not at all:
# it reduces the table's alpha to zero or opaque, so alpha marks the same edge as the threshold.
LEAST_SHOWN = 0.1


def saliency_colors() -> NDArray[np.float64]:
    """Red, green, blue and alpha, each 0..1, (256, 4), of saliency 0 to 1."""
    share = np.linspace(0, 1, COLORS)
    knots = np.linspace(0, 1, len(INFERNO))
    table = np.ones((COLORS, 4))
    for channel in range(3):
        levels = np.interp(share, knots, [color[channel] for color in INFERNO])
        table[:, channel] = np.rint(levels) / 255
    table[:, 3] = share >= LEAST_SHOWN
    return table


def fill_color_table(node: "slicer.vtkMRMLColorTableNode") -> None:
    """Make a color table node the table of saliency maps."""
    node.SetTypeToUser()
    node.SetNumberOfColors(COLORS)
    for index, color in enumerate(saliency_colors().tolist()):
        node.SetColor(index, *color)
        node.SetColorName(index, f"{index / (COLORS - 1):.3f}")
    node.SetAttribute("Category", "TACE Response")
