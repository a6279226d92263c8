"""Where the lesions of the second world lie, and their shapes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from TACEResponseLib.simulation.frame import Frame, Point
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.liver import Liver
from TACEResponseLib.simulation.tumor import TumorShape, draw_bumps, widest
from TACEResponseLib.simulation.world2.settings import LesionLookSettings

GAP_MM, TRIES = 4.0, 60
LARGEST_SHARE_OF_VOLUME = 0.7
"""Volume of another lesion, at most: where the liver cuts the largest one, it stays the largest."""


def place_shapes(
    frame: Frame,
    liver: Liver,
    looks: Sequence[TumorLook],
    settings: LesionLookSettings,
    rng: np.random.Generator,
) -> list[tuple[TumorLook, TumorShape]]:
    """The largest lesion, then the others where the liver has room for them.

    Args:
        frame: the grid on which the liver was painted.
        liver: the organ they lie in.
        looks: the largest lesion first.
        settings: of the lesions.
        rng: the tumor's own stream.
    """
    placed: list[tuple[TumorLook, TumorShape]] = []
    for look in looks:
        unit = draw_unit_shape(settings, rng)
        shape = replace(unit, radius_mm=look.diameter_mm / widest(unit))
        if placed:
            shape = _smaller(shape, placed[0][1])
        center = _free_place(frame, liver, shape, [s for _, s in placed], settings, rng)
        if center is not None:
            placed.append((look, replace(shape, center=center)))
    return placed


def _smaller(shape: TumorShape, largest: TumorShape) -> TumorShape:
    """A shape, shrunk if it would rival the largest lesion."""
    most = LARGEST_SHARE_OF_VOLUME * volume_ml(largest) / volume_ml(shape)
    return replace(shape, radius_mm=shape.radius_mm * min(1.0, most) ** (1 / 3))


def volume_ml(shape: TumorShape) -> float:
    """Of the ellipsoid under the bumps."""
    return 4e-3 / 3 * float(np.pi * np.prod(shape.ratios)) * shape.radius_mm**3


def draw_unit_shape(settings: LesionLookSettings, rng: np.random.Generator) -> TumorShape:
    """An irregular ellipsoid of radius 1."""
    in_slice, along = settings.axis_log_sd
    a = float(np.exp(rng.normal(0, in_slice)))
    return TumorShape(
        center=(0.0, 0.0, 0.0),
        radius_mm=1.0,
        ratios=(a, 1 / a, float(np.exp(rng.normal(0, along)))),
        turn=float(rng.uniform(0, np.pi)),
        bumps=draw_bumps(rng),
        irregularity=float(rng.uniform(*settings.irregularity)),
    )


def _free_place(
    frame: Frame,
    liver: Liver,
    shape: TumorShape,
    others: Sequence[TumorShape],
    settings: LesionLookSettings,
    rng: np.random.Generator,
) -> Point | None:
    """A point of the liver, as deep as is drawn or deepest, away from the other lesions."""
    depth = float(rng.uniform(*settings.covered_share)) * shape.radius_mm
    deepest = float(liver.distance.min())
    candidates = np.argwhere(liver.distance <= max(-depth, 0.8 * deepest))
    for _ in range(TRIES):
        k, j, i = candidates[int(rng.integers(len(candidates)))] + [s.start for s in liver.box]
        place: Point = (
            float(frame.x[0, 0, i]),
            float(frame.y[0, j, 0]),
            float(frame.z[k, 0, 0]),
        )
        clear = [
            float(np.linalg.norm(np.subtract(place, other.center)))
            > other.radius_mm + shape.radius_mm + GAP_MM
            for other in others
        ]
        if all(clear):
            return place
    return None
