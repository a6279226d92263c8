import numpy as np
import pytest

from TACEResponseLib.simulation.world2.numbers import FARTHEST, check_rising, size_at, value_at

NUMBERS = (1.0, 2.0, 4.0, 8.0, 16.0)


@pytest.mark.parametrize(
    ("z", "value"),
    [(-2, 1), (-1, 2), (0, 4), (1, 8), (2, 16), (0.5, 6), (-1.5, 1.5), (3, 24), (-3, 0)],
)
def test_quantities_lie_straight_between_the_five_numbers(z, value):
    assert value_at(NUMBERS, z) == pytest.approx(value)


def test_a_latent_is_never_lost():
    z = np.linspace(-FARTHEST, FARTHEST, 200)
    assert (np.diff([value_at(NUMBERS, float(x)) for x in z]) > 0).all()


def test_sizes_go_on_by_equal_ratios_below_the_lowest_number():
    assert size_at(NUMBERS, -3) == pytest.approx(0.5)
    assert size_at(NUMBERS, -1.5) == value_at(NUMBERS, -1.5)
    z = np.linspace(-FARTHEST, FARTHEST, 200)
    assert (np.diff([size_at(NUMBERS, float(x)) for x in z]) > 0).all()


def test_numbers_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="noise_hu must be five rising numbers"):
        check_rising("noise_hu", (1, 2, 2, 3, 4))
