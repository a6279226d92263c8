import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.liver import Liver
from TACEResponseLib.simulation.settings import GridSettings, TumorSettings
from TACEResponseLib.simulation.tumor import (
    NECROSIS_HU,
    draw_bumps,
    draw_shape,
    paint_tumor,
    tumor_parts,
)

GRID = GridSettings(size_ijk=(80, 80, 60), spacing_mm=(1.0, 1.0, 1.0))
LIVER_HU, TIMING, RIM_MM = 70.0, 1.1, 3.75
LOOK = TumorLook(
    diameter_mm=50.0, enhancement_hu=40.0, rim_hu=30.0, necrosis_share=0.25, texture_hu=15.0
)


def painted(look: TumorLook, seed: int = 3) -> tuple[Canvas, np.ndarray]:
    """A tumor in a liver without end, seen without noise, and the distance to its border."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(grid=GRID)
    canvas.hu[:] = LIVER_HU
    whole = (slice(None), slice(None), slice(None))
    liver = Liver(
        box=whole, distance=np.full(canvas.shape, -99, dtype=np.float32), hu=LIVER_HU, scale=1.0
    )
    shape = draw_shape(rng, (2.0, -3.0, 1.0), look.diameter_mm, TumorSettings())
    parts = tumor_parts(
        canvas,
        shape,
        look.necrosis_share,
        texture_length_mm=4.0,
        limit=np.full((1, 80, 80), -99, dtype=np.float32),
        rng=rng,
    )
    paint_tumor(canvas, parts, look, liver, timing=TIMING)
    full = np.full(canvas.shape, 99.0)
    full[parts.box] = parts.distance
    return canvas, full


@pytest.mark.parametrize("seed", range(6))
def test_longest_diameter_of_the_middle_slice_is_the_one_asked_for(seed):
    canvas = Canvas(grid=GridSettings(size_ijk=(160, 160, 2), spacing_mm=(0.5, 0.5, 0.01)))
    shape = draw_shape(np.random.default_rng(seed), (0.0, 0.0, 0.0), 60.0, TumorSettings())
    whole = (slice(None), slice(None), slice(None))
    points = np.argwhere(shape.distance(canvas, whole)[0] < 0)
    assert pdist(0.5 * points[ConvexHull(points).vertices]).max() == pytest.approx(60.0, abs=1.0)


def test_no_part_lies_beyond_the_reach():
    canvas = Canvas(grid=GRID)
    whole = (slice(None), slice(None), slice(None))
    radius = np.sqrt(canvas.x**2 + canvas.y**2 + canvas.z**2)
    for seed in range(5):
        shape = draw_shape(np.random.default_rng(seed), (0.0, 0.0, 0.0), 40.0, TumorSettings())
        assert radius[shape.distance(canvas, whole) < 0].max() <= shape.reach_mm


def test_necrosis_has_its_share_of_the_volume():
    plain = TumorLook(
        diameter_mm=50.0, enhancement_hu=0.0, rim_hu=0.0, necrosis_share=0.25, texture_hu=0.0
    )
    canvas, distance = painted(plain)
    dead = (LIVER_HU - canvas.hu) / (LIVER_HU - NECROSIS_HU)
    assert dead.sum() / np.count_nonzero(distance < 0) == pytest.approx(0.25, abs=0.015)


def test_necrosis_spares_the_rim():
    canvas, distance = painted(LOOK)
    outer = (distance < -0.6) & (distance > -(RIM_MM - 0.6))
    assert canvas.hu[outer].min() > LIVER_HU


def test_living_part_has_the_enhancement_and_the_texture_asked_for():
    look = TumorLook(
        diameter_mm=50.0, enhancement_hu=40.0, rim_hu=30.0, necrosis_share=0.0, texture_hu=15.0
    )
    canvas, distance = painted(look)
    inner = canvas.hu[distance < -(RIM_MM + 0.5)]
    assert inner.mean() == pytest.approx(LIVER_HU + TIMING * 40, abs=1.0)
    assert inner.std() == pytest.approx(15.0, abs=1.0)


def test_rim_stands_out_from_the_living_part():
    canvas, distance = painted(LOOK)
    outer = (distance < -0.6) & (distance > -(RIM_MM - 0.6))
    assert canvas.hu[outer].mean() == pytest.approx(LIVER_HU + TIMING * 70, abs=0.5)


def test_the_liver_around_is_left_alone():
    canvas, distance = painted(LOOK)
    assert (canvas.hu[distance > 0.6] == LIVER_HU).all()


def test_bumps_vary_by_one_over_all_directions():
    directions = np.random.default_rng(0).normal(size=(3, 500)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    heights = [draw_bumps(np.random.default_rng(s))(*directions) for s in range(200)]
    assert np.std(heights) == pytest.approx(1.0, abs=0.05)


def test_directions_must_fit_each_other():
    bumps = draw_bumps(np.random.default_rng(0))
    with pytest.raises(ValueError, match="shape mismatch"):
        bumps(np.zeros(3), np.zeros(4), np.zeros(3))
