import numpy as np
import pytest
from pydantic import ValidationError

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Ellipsoid
from TACEResponseLib.simulation.settings import GridSettings

GRID = GridSettings(size_ijk=(60, 50, 40), spacing_mm=(1.0, 1.0, 1.5))
VOXEL_MM3 = 1.5


@pytest.fixture
def canvas() -> Canvas:
    return Canvas(grid=GRID)


def covered_mm3(canvas: Canvas) -> float:
    """Volume that was painted with 0 over air."""
    return float((canvas.hu + 1000).sum(dtype=float)) / 1000 * VOXEL_MM3


@pytest.mark.parametrize(
    ("half_axes", "turn_deg"),
    [((14.0, 14.0, 14.0), 0.0), ((18.0, 10.0, 20.0), 0.0), ((18.0, 10.0, 20.0), 35.0)],
    ids=["ball", "ellipsoid", "turned"],
)
def test_an_ellipsoid_has_its_volume(canvas, half_axes, turn_deg):
    canvas.ellipsoid(Ellipsoid(center=(1.0, -2.0, 3.0), half_axes=half_axes, turn_deg=turn_deg), 0)
    assert covered_mm3(canvas) == pytest.approx(4 / 3 * np.pi * np.prod(half_axes), rel=0.02)


def test_distance_to_a_ball_is_exact(canvas):
    whole = (slice(None), slice(None), slice(None))
    distance = canvas.distance(Ellipsoid(center=(0, 0, 0), half_axes=(8, 8, 8)), whole)
    expected = np.sqrt(canvas.x**2 + canvas.y**2 + canvas.z**2) - 8
    np.testing.assert_allclose(distance, expected, atol=1e-4)


def test_an_ellipsoid_is_turned_from_left_toward_posterior(canvas):
    canvas.ellipsoid(Ellipsoid(center=(0, 0, 0), half_axes=(20, 4, 9), turn_deg=45), 0)
    share = (canvas.hu + 1000) / 1000
    moment = (share * canvas.x * canvas.y).sum()
    assert moment > 0


def test_a_tube_has_the_volume_of_a_cylinder_with_round_ends(canvas):
    box, distance = canvas.tube((-15, -6, -9), (12, 9, 12), 5.0)
    canvas.paint(box, distance, 0.0)
    length = float(np.linalg.norm([27, 15, 21]))
    expected = np.pi * 25 * length + 4 / 3 * np.pi * 125
    assert covered_mm3(canvas) == pytest.approx(expected, rel=0.02)


def test_nothing_is_painted_outside_a_shape(canvas):
    canvas.ellipsoid(Ellipsoid(center=(0, 0, 0), half_axes=(8, 8, 8)), 50.0)
    radius = np.sqrt(canvas.x**2 + canvas.y**2 + canvas.z**2)
    assert (canvas.hu[radius > 8.51] == -1000).all()
    assert (canvas.hu[radius < 7.49] == 50).all()


def test_a_shape_beyond_the_image_leaves_it_alone(canvas):
    canvas.ellipsoid(Ellipsoid(center=(500, 0, 0), half_axes=(8, 8, 8)), 50.0)
    assert (canvas.hu == -1000).all()


def test_a_grid_without_extent_is_refused():
    with pytest.raises(ValidationError, match="spacing_mm > 0 on each axis"):
        GridSettings(spacing_mm=(1.0, 0.0, 1.0))
