"""Draw the module's icons: a liver, the heat of an attention map in it, a target on the lesion.

`python docs/draw_icon.py` writes them anew where the module reads them.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

ICONS = Path(__file__).resolve().parents[1] / "TACEResponse" / "Resources" / "Icons"

# The liver seen from the front: a closed cubic Bezier curve on a sheet of 128 x 128, y down.
# The first point, then for each piece two control points and its end.
LIVER_START = (5.0, 60.0)
LIVER_PIECES = (
    ((4, 34), (21, 15), (46, 15)),  # dome of the right lobe
    ((60, 15), (66, 24), (77, 24)),  # where the heart rests
    ((94, 24), (113, 25), (122, 36)),  # left lobe
    ((128, 44), (121, 52), (110, 54)),  # its tip
    ((96, 57), (86, 63), (81, 72)),
    ((78, 77), (75, 72), (72, 77)),  # notch of the round ligament
    ((63, 92), (50, 115), (27, 115)),  # lower edge of the right lobe
    ((10, 115), (5, 86), LIVER_START),
)
LESION = (45.0, 62.0)
LIVER_TOP, LIVER_BOTTOM = (196, 92, 78), (134, 46, 46)
OUTLINE = (86, 26, 30)
RING, RING_EDGE = (255, 255, 255), (70, 14, 20)
# Where the map is low, middle and high: color and opacity.
HEAT = (
    (0.0, (232, 80, 40, 0.0)),
    (0.4, (246, 104, 30, 0.75)),
    (0.65, (255, 150, 36, 1.0)),
    (1.0, (255, 244, 140, 1.0)),
)
OVERSAMPLING = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How one size is drawn; lengths in 1/128 of the icon's side.

    A small icon is not the large one made smaller: lines a pixel wide need to be thicker there.
    """

    size_px: int
    outline: float
    heat_radius: float
    ring_radius: float
    ring_width: float
    ring_edge: float
    tick_length: float


DRAWINGS = {
    "TACEResponse.png": Drawing(
        size_px=128,
        outline=3.0,
        heat_radius=38.0,
        ring_radius=23.0,
        ring_width=4.5,
        ring_edge=1.6,
        tick_length=9.0,
    ),
    "TACEResponse16.png": Drawing(
        size_px=16,
        outline=0.0,
        heat_radius=34.0,
        ring_radius=24.0,
        ring_width=8.0,
        ring_edge=0.0,
        tick_length=0.0,
    ),
}


def draw(drawing: Drawing) -> Image.Image:
    """The icon: RGBA, transparent outside the liver."""
    side = drawing.size_px * OVERSAMPLING
    liver = Image.new("L", (side, side))
    ImageDraw.Draw(liver).polygon(
        [(x * side / 128, y * side / 128) for x, y in _liver_outline()], fill=255
    )
    inside = np.asarray(liver, dtype=np.float64) / 255
    y, x = (np.mgrid[:side, :side] + 0.5) * 128 / side

    shade = ((y - 15) / 100).clip(0, 1)[..., None]
    color = np.array(LIVER_TOP) * (1 - shade) + np.array(LIVER_BOTTOM) * shade
    color = _over(color, OUTLINE, _rim(liver, drawing.outline))
    distance = np.hypot(x - LESION[0], y - LESION[1])
    color = _heated(color, (1 - distance / drawing.heat_radius).clip(0, 1))
    color = _over(color, RING_EDGE, _target(x, y, drawing, drawing.ring_edge))
    color = _over(color, RING, _target(x, y, drawing, 0.0))

    rgba = np.dstack([color, inside * 255]).round().astype(np.uint8)
    # Reduced with alpha multiplied in, or the transparent sheet's color would bleed into the edge.
    small = Image.fromarray(rgba).convert("RGBa").reduce(OVERSAMPLING)
    return small.convert("RGBA")


def _liver_outline() -> list[tuple[float, float]]:
    """Points along the liver's edge."""
    points: list[tuple[float, float]] = []
    start = np.array(LIVER_START)
    for piece in LIVER_PIECES:
        first, second, end = (np.array(point, dtype=np.float64) for point in piece)
        t = np.linspace(0, 1, 60)[:, None]
        u = 1 - t
        curve = u**3 * start + 3 * u**2 * t * first + 3 * u * t**2 * second + t**3 * end
        points += [(float(px), float(py)) for px, py in curve]
        start = end
    return points


def _rim(liver: Image.Image, width: float) -> NDArray[np.float64]:
    """1 along the liver's inner edge, 0 elsewhere."""
    line = Image.new("L", liver.size)
    if width > 0:
        scale = liver.size[0] / 128
        points = [(x * scale, y * scale) for x, y in _liver_outline()]
        ImageDraw.Draw(line).line(points, fill=255, width=round(2 * width * scale), joint="curve")
    return np.asarray(line, dtype=np.float64) / 255


def _target(
    x: NDArray[np.float64], y: NDArray[np.float64], drawing: Drawing, margin: float
) -> NDArray[np.float64]:
    """1 on a ring with four ticks around the lesion, each widened by `margin`."""
    dx, dy = np.abs(x - LESION[0]), np.abs(y - LESION[1])
    half = drawing.ring_width / 2 + margin
    on = np.abs(np.hypot(dx, dy) - drawing.ring_radius) <= half
    if drawing.tick_length > 0:
        reach = drawing.tick_length / 2 + margin
        for along, across in ((dx, dy), (dy, dx)):
            on |= (np.abs(along - drawing.ring_radius) <= reach) & (across <= half)
    return on.astype(np.float64)


def _heated(color: NDArray[np.float64], heat: NDArray[np.float64]) -> NDArray[np.float64]:
    """The picture under a heat map from 0 to 1."""
    stops = [stop for stop, _ in HEAT]
    channels = [np.interp(heat, stops, [value[n] for _, value in HEAT]) for n in range(4)]
    return _over(color, np.dstack(channels[:3]), channels[3])


def _over(
    below: NDArray[np.float64],
    above: NDArray[np.float64] | tuple[int, int, int],
    opacity: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`above` laid over `below`."""
    return below * (1 - opacity[..., None]) + np.asarray(above) * opacity[..., None]


def write_icons(folder: Path) -> None:
    """Write every icon into a folder that exists."""
    for name, drawing in DRAWINGS.items():
        draw(drawing).save(folder / name, optimize=True)


if __name__ == "__main__":
    write_icons(Path(sys.argv[1]) if len(sys.argv) > 1 else ICONS)
