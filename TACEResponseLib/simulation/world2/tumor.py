"""Lesions of the second world on a canvas."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.simulation.anatomy import Anatomy
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.lesions import GrownLesion
from TACEResponseLib.simulation.smooth_field import Field
from TACEResponseLib.simulation.tumor import TumorShape, lesion_box, parts_within
from TACEResponseLib.simulation.world2.anatomy import Phase, liver_distance
from TACEResponseLib.simulation.world2.settings import LesionLookSettings

IN_WALL_MM = 2.0
"""How far before the inside of the wall a tumor ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What lesions grow in."""

    anatomy: Anatomy
    wall: Field
    """Distance to the inside of the wall, mm, negative inside, (1, J, I)."""
    phase: Phase
    timing: float
    """Factor on arterial enhancement."""


def paint_lesions(
    canvas: Canvas,
    placed: Sequence[tuple[TumorLook, TumorShape]],
    ground: Ground,
    settings: LesionLookSettings,
    rng: np.random.Generator,
) -> list[GrownLesion]:
    """Grow and paint lesions.

    Args:
        canvas: painted in place.
        placed: looks and shapes, the largest lesion first.
        ground: what they grow in.
        settings: of the lesions.
        rng: the tumor's own stream.
    """
    grown = [(look, _grow(canvas, look, shape, ground, settings, rng)) for look, shape in placed]
    for look, lesion in grown:
        _paint(canvas, look, lesion, ground, settings, rng)
    return [lesion for _, lesion in grown]


def _grow(
    canvas: Canvas,
    look: TumorLook,
    shape: TumorShape,
    ground: Ground,
    settings: LesionLookSettings,
    rng: np.random.Generator,
) -> GrownLesion:
    """A lesion that bulges from the liver no farther than a share of its radius."""
    box = lesion_box(canvas, shape)
    bulge = np.float32(settings.bulge_share * shape.radius_mm)
    distance = shape.distance(canvas, box)
    distance = np.maximum(distance, liver_distance(canvas, box, ground.anatomy) - bulge)
    distance = np.maximum(distance, ground.wall[:, box[1], box[2]] + IN_WALL_MM)
    length = float(rng.uniform(*settings.texture_length_mm))
    parts = parts_within(canvas, shape, (box, distance), look.necrosis_share, length, rng)
    return GrownLesion(shape=shape, parts=parts)


def _paint(
    canvas: Canvas,
    look: TumorLook,
    lesion: GrownLesion,
    ground: Ground,
    settings: LesionLookSettings,
    rng: np.random.Generator,
) -> None:
    """Living part, rim, foci and necrosis over the liver."""
    parts = lesion.parts
    dead_hu = float(rng.uniform(*settings.necrosis_hu))
    texture = skewed(parts.texture, float(rng.uniform(*settings.texture_skew)))
    phase, gain = ground.phase, ground.timing * ground.phase.lesion_gain
    living = gain * (look.enhancement_hu + look.rim_hu * parts.rim)
    living = living + np.float32(ground.anatomy.liver.hu - phase.lesion_washout_hu)
    living = living + look.texture_hu * texture * (1 - parts.rim)
    value = np.asarray(living + parts.dead * (dead_hu - living))
    canvas.paint(parts.box, parts.distance, value)


def skewed(field: Field, strength: float) -> Field:
    """A normal field made log-normal, of mean 0 and standard deviation 1: bright foci, few dark.

    Args:
        field: mean 0 and standard deviation 1.
        strength: standard deviation of the logarithm, > 0.
    """
    mean = np.exp(strength**2 / 2)
    sd = mean * np.sqrt(np.exp(strength**2) - 1)
    return np.asarray((np.exp(np.float32(strength) * field) - mean) / sd, dtype=np.float32)
