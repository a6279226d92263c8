"""Where lesions lie in the liver, and how a reader draws them."""

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.simulation.anatomy import Anatomy
from TACEResponseLib.simulation.canvas import Box, Canvas, Point
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.scanner import Scan
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.simulation.smooth_field import Field
from TACEResponseLib.simulation.tumor import TumorShape, draw_bumps, draw_shape, paint_tumor

TUMOR_CENTER: Point = (-72.0, -15.0, 0.0)
"""Mean position, in the right lobe, mm from the middle of the image."""
TUMOR_SPREAD: Point = (13.0, 15.0, 13.0)
"""Standard deviation; positions beyond 1.5 of it are moved there, so that the liver holds them."""
SATELLITE_DIAMETER = (0.3, 0.5)
SATELLITE_GAP_MM, SATELLITE_TRIES = 8.0, 40


def paint_lesions(
    anatomy: Anatomy,
    look: TumorLook,
    settings: SimulationSettings,
    protocol: Scan,
    rng: np.random.Generator,
    reader: np.random.Generator,
) -> NDArray[np.uint8]:
    """Paint the tumor and, in some, a satellite that looks like it.

    Args:
        anatomy: the patient; painted in place.
        look: what the latents ask for.
        settings: of the simulation.
        protocol: of the scan, for its timing.
        rng: the tumor's own stream.
        reader: the reader's own stream.

    Returns: labels as a reader draws them, (K, J, I): 1 the tumor, 2 the satellite.
    """
    canvas = anatomy.canvas
    labels = np.zeros(canvas.shape, dtype=np.uint8)
    limit = anatomy.room.cavity + 2
    for label, shape in enumerate(_draw_shapes(anatomy, look, settings, rng), start=1):
        box, distance = paint_tumor(
            canvas,
            shape,
            look,
            anatomy.liver,
            timing=protocol.timing,
            texture_length_mm=float(rng.uniform(*settings.tumor.texture_length_mm)),
            limit=limit,
            rng=rng,
        )
        drawn = _drawn_border(canvas, shape, box, settings.reader_shift_mm, reader)
        labels[box][(distance < drawn) & (labels[box] == 0)] = label
    return labels


def _draw_shapes(
    anatomy: Anatomy, look: TumorLook, settings: SimulationSettings, rng: np.random.Generator
) -> list[TumorShape]:
    """The tumor in the right lobe, and a satellite where one is drawn and fits."""
    off = np.clip(rng.normal(0, 1, 3), -1.5, 1.5) * TUMOR_SPREAD
    middle = np.asarray(TUMOR_CENTER) * anatomy.build.scale + off
    center: Point = (float(middle[0]), float(middle[1]), float(middle[2]))
    shapes = [draw_shape(rng, center, look.diameter_mm, settings.tumor)]
    if rng.random() < settings.tumor.satellite_share:
        diameter = look.diameter_mm * float(rng.uniform(*SATELLITE_DIAMETER))
        place = _free_place(anatomy, shapes[0], diameter / 2, rng)
        if place is not None:
            shapes.append(draw_shape(rng, place, diameter, settings.tumor))
    return shapes


def _free_place(
    anatomy: Anatomy, tumor: TumorShape, radius_mm: float, rng: np.random.Generator
) -> Point | None:
    """A point of the liver from where a ball reaches neither its surface nor the tumor."""
    liver, canvas = anatomy.liver, anatomy.canvas
    candidates = np.argwhere(liver.distance < -radius_mm)
    clear = tumor.reach_mm + 1.3 * radius_mm + SATELLITE_GAP_MM
    for _ in range(SATELLITE_TRIES if len(candidates) else 0):
        k, j, i = candidates[int(rng.integers(len(candidates)))] + [s.start for s in liver.box]
        place: Point = (
            float(canvas.x[0, 0, i]),
            float(canvas.y[0, j, 0]),
            float(canvas.z[k, 0, 0]),
        )
        if np.linalg.norm(np.subtract(place, tumor.center)) > clear:
            return place
    return None


def _drawn_border(
    canvas: Canvas, shape: TumorShape, box: Box, sd_mm: float, rng: np.random.Generator
) -> Field:
    """How far outside the true border the reader draws, mm."""
    bumps, bias = draw_bumps(rng), float(rng.normal())
    return np.float32(sd_mm) * (0.6 * bias + 0.8 * shape.height(bumps, canvas, box))
