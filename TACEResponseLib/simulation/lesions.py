"""Where lesions lie in the liver, and how a reader draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.simulation.body import Build
from TACEResponseLib.simulation.frame import Frame, Point
from TACEResponseLib.simulation.liver import Liver
from TACEResponseLib.simulation.settings import LesionSettings
from TACEResponseLib.simulation.smooth_field import Field
from TACEResponseLib.simulation.tumor import (
    TumorParts,
    TumorShape,
    draw_bumps,
    draw_shape,
    tumor_parts,
)

TUMOR_CENTER: Point = (-72.0, -15.0, 0.0)
"""Mean position, in the right lobe, mm from the middle of the image."""
TUMOR_SPREAD: Point = (13.0, 15.0, 13.0)
"""Standard deviation; positions beyond 1.5 of it are moved there, so that the liver holds them."""
SATELLITE_DIAMETER = (0.3, 0.5)
SATELLITE_GAP_MM, SATELLITE_TRIES = 8.0, 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrownLesion:
    """A lesion in its place."""

    shape: TumorShape
    parts: TumorParts


def grow_lesions(
    frame: Frame,
    build: Build,
    liver: Liver,
    limit: Field,
    size: "tuple[float, float]",
    settings: LesionSettings,
    rng: np.random.Generator,
) -> list[GrownLesion]:
    """The tumor and, in some, a satellite that looks like it.

    Args:
        frame: the grid.
        build: of the patient.
        liver: the organ they lie in.
        limit: distance to where no tumor grows, mm, negative inside, (1, J, I).
        size: longest axial diameter, mm, and share of necrosis.
        settings: of the lesions.
        rng: the tumor's own stream.
    """
    diameter_mm, necrosis_share = size
    return [
        GrownLesion(
            shape=shape,
            parts=tumor_parts(
                frame,
                shape,
                necrosis_share,
                texture_length_mm=float(rng.uniform(*settings.texture_length_mm)),
                limit=limit,
                rng=rng,
            ),
        )
        for shape in _draw_shapes(frame, build, liver, diameter_mm, settings, rng)
    ]


def read_lesions(
    frame: Frame,
    lesions: Sequence[GrownLesion],
    sd_mm: float,
    reader: np.random.Generator,
    shift_mm: Point = (0.0, 0.0, 0.0),
) -> NDArray[np.uint8]:
    """Labels as a reader draws them, (K, J, I): 1 the tumor, 2 the satellite.

    Args:
        frame: the grid.
        lesions: the tumor first.
        sd_mm: standard deviation of the drawn border about the true one.
        reader: the reader's own stream.
        shift_mm: of the patient on the image that is read, along x, y and z.
    """
    labels = np.zeros(frame.shape, dtype=np.uint8)
    for label, lesion in enumerate(lesions, start=1):
        box = lesion.parts.box
        beyond = lesion.parts.distance - drawn_border(frame, lesion, sd_mm, reader)
        labels[box][(frame.shifted(beyond, shift_mm) < 0) & (labels[box] == 0)] = label
    return labels


def _draw_shapes(
    frame: Frame,
    build: Build,
    liver: Liver,
    diameter_mm: float,
    settings: LesionSettings,
    rng: np.random.Generator,
) -> list[TumorShape]:
    """The tumor in the right lobe, and a satellite where one is drawn and fits."""
    off = np.clip(rng.normal(0, 1, 3), -1.5, 1.5) * TUMOR_SPREAD
    middle = np.asarray(TUMOR_CENTER) * build.scale + off
    center: Point = (float(middle[0]), float(middle[1]), float(middle[2]))
    shapes = [draw_shape(rng, center, diameter_mm, settings)]
    if rng.random() < settings.satellite_share:
        diameter = diameter_mm * float(rng.uniform(*SATELLITE_DIAMETER))
        place = _free_place(frame, liver, shapes[0], diameter / 2, rng)
        if place is not None:
            shapes.append(draw_shape(rng, place, diameter, settings))
    return shapes


def _free_place(
    frame: Frame, liver: Liver, tumor: TumorShape, radius_mm: float, rng: np.random.Generator
) -> Point | None:
    """A point of the liver from where a ball reaches neither its surface nor the tumor."""
    candidates = np.argwhere(liver.distance < -radius_mm)
    clear = tumor.reach_mm + 1.3 * radius_mm + SATELLITE_GAP_MM
    for _ in range(SATELLITE_TRIES if len(candidates) else 0):
        k, j, i = candidates[int(rng.integers(len(candidates)))] + [s.start for s in liver.box]
        place: Point = (
            float(frame.x[0, 0, i]),
            float(frame.y[0, j, 0]),
            float(frame.z[k, 0, 0]),
        )
        if np.linalg.norm(np.subtract(place, tumor.center)) > clear:
            return place
    return None


def drawn_border(
    frame: Frame, lesion: GrownLesion, sd_mm: float, rng: np.random.Generator
) -> Field:
    """How far outside the true border the reader draws, mm."""
    bumps, bias = draw_bumps(rng), float(rng.normal())
    height = lesion.shape.height(bumps, frame, lesion.parts.box)
    return np.asarray(np.float32(sd_mm) * (0.6 * bias + 0.8 * height))
