import numpy as np
import pytest
from scipy.interpolate import BSpline

from TACEResponseLib.simulation.smooth_field import smooth_field


def test_field_is_the_cubic_b_spline_of_its_knots():
    field = smooth_field(np.random.default_rng(4), (30,), (1.5,), 6.0)
    knots = np.random.default_rng(4).standard_normal(field.size // 4 + 4, dtype=np.float32)
    spline = BSpline(np.arange(-3.0, knots.size + 1), knots[: knots.size], 3)
    expected = spline(np.arange(30) * 0.25) * np.sqrt(315 / 151)
    np.testing.assert_allclose(field, expected, atol=1e-5)


def test_field_has_mean_0_and_standard_deviation_1():
    field = smooth_field(np.random.default_rng(1), (120, 120, 60), (1.0, 1.0, 2.0), 4.0)
    assert field.mean() == pytest.approx(0, abs=0.06)
    assert field.std() == pytest.approx(1, abs=0.03)
    assert field.dtype == np.float32


def test_detail_widens_with_the_knots():
    def roughness(knot_mm: float) -> float:
        field = smooth_field(np.random.default_rng(2), (200, 200), (1.0, 1.0), knot_mm)
        return float(np.diff(field, axis=0).std())

    assert roughness(4.0) == pytest.approx(2 * roughness(8.0), rel=0.15)


def test_knots_must_have_a_distance():
    with pytest.raises(ValueError, match=r"knot_mm must be > 0, got -1\.0"):
        smooth_field(np.random.default_rng(0), (5, 5), (1.0, 1.0), -1.0)
