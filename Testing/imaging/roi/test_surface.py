"""Distances from a surface that a mask knows to half a voxel, and noise to move it by."""

import numpy as np
import pytest

from TACEResponseLib.imaging.roi.surface import signed_distance, smooth_noise
from TACEResponseLib.imaging.volume import Mask

SPACINGS = [(0.7, 0.7, 0.7), (1.0, 1.0, 1.0), (2.5, 0.8, 0.8), (3.27, 0.98, 0.98), (5.0, 0.7, 0.7)]


def ball(radius_mm: float, spacing: tuple[float, ...], seed: int = 0) -> Mask:
    """A ball somewhere between the voxel centers, with room round it."""
    off = np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    shape = [int(2 * (radius_mm + 5) / mm) + 5 for mm in spacing]
    index = np.stack(np.indices(shape), axis=-1)
    middle = (np.array(shape) - 1) / 2 + off
    return np.linalg.norm((index - middle) * spacing, axis=-1) < radius_mm


@pytest.mark.parametrize("spacing", SPACINGS, ids=str)
@pytest.mark.parametrize("moved_mm", [-2.0, -1.0, 1.0, 2.0])
def test_a_ball_grows_and_shrinks_by_as_much_as_it_is_told(
    spacing: tuple[float, ...], moved_mm: float
) -> None:
    radius = 12.0
    radii = []
    for seed in range(3):
        drawn = ball(radius, spacing, seed)
        voxels = np.count_nonzero(signed_distance(drawn, spacing) < moved_mm)
        radii.append((3 * voxels * np.prod(spacing) / (4 * np.pi)) ** (1 / 3))
    # Voxels of 5 mm know less of where the surface lies.
    assert np.mean(radii) == pytest.approx(radius + moved_mm, abs=0.2 + 0.06 * spacing[0])


@pytest.mark.parametrize("spacing", SPACINGS, ids=str)
def test_a_surface_that_is_not_moved_gives_the_mask(spacing: tuple[float, ...]) -> None:
    rng = np.random.default_rng(4)
    drawn = ball(7.0, spacing) & (rng.random(ball(7.0, spacing).shape) < 0.8)
    assert np.array_equal(signed_distance(drawn, spacing) < 0, drawn)


def test_a_box_knows_its_faces() -> None:
    drawn = np.zeros((20, 20, 20), dtype=bool)
    drawn[5:15, 5:15, 5:15] = True
    along = signed_distance(drawn, (2.0, 1.0, 1.0))[10, 10]
    # Faces lie half-way between voxel centers, at 4.5 and 14.5.
    assert along[:4] == pytest.approx(4.5 - np.arange(4), abs=0.1)
    assert along[6:9] == pytest.approx(-1.0 * np.array([1.5, 2.5, 3.5]), abs=0.1)


def test_noise_has_mean_0_and_variance_1_and_is_smooth() -> None:
    rng = np.random.default_rng(1)
    fields = np.array([smooth_noise(rng, (12, 30, 30), (3.0, 1.0, 1.0), 10.0) for _ in range(200)])
    assert fields.shape == (200, 12, 30, 30)
    assert fields.mean() == pytest.approx(0.0, abs=0.05)
    assert fields.var() == pytest.approx(1.0, abs=0.06)
    # A millimeter is a tenth of the knots' distance.
    assert np.abs(np.diff(fields, axis=3)).mean() < 0.15


def test_the_same_seed_gives_the_same_noise() -> None:
    one, two = (smooth_noise(np.random.default_rng(7), (5, 6, 7), (2, 1, 1), 6.0) for _ in "ab")
    assert np.array_equal(one, two)
