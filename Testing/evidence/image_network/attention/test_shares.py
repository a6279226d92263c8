"""Shares of a map inside the ROI and its rim, against areas known beforehand."""

import numpy as np
import pytest

from TACEResponseLib.evidence.image_network.attention.shares import shares_of
from TACEResponseLib.imaging.geometry import Geometry


def grid(spacing: tuple[float, float, float], size: tuple[int, int, int]) -> Geometry:
    return Geometry(
        size_ijk=size,
        spacing_mm=spacing,
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    )


def disc(radius_mm: float, side: int, step: float) -> np.ndarray:
    place = (np.arange(side) - (side - 1) / 2) * step
    return np.asarray(np.hypot(*np.meshgrid(place, place)) <= radius_mm)


def test_an_even_map_over_a_cylinder_has_the_shares_of_circles() -> None:
    side, step = 201, 0.5
    mask = np.repeat(disc(15, side, step)[np.newaxis], 5, axis=0)
    even = np.repeat(disc(40, side, step)[np.newaxis], 5, axis=0).astype(np.float32)
    shares = shares_of(even, even, mask, (2,), grid((step, step, 3.0), (side, side, 5)))
    assert shares is not None
    # Circles of 15, 25 and 40 mm.
    assert shares.roi == pytest.approx(15**2 / 40**2, rel=0.01)
    assert shares.rim == pytest.approx((25**2 - 15**2) / 40**2, rel=0.02)
    assert (shares.roi_area, shares.rim_area) == (shares.roi, shares.rim)
    assert shares.elsewhere == pytest.approx(1 - 25**2 / 40**2, rel=0.01)


def test_the_rim_reaches_10_mm_from_slice_to_slice() -> None:
    mask = np.zeros((9, 5, 5), dtype=bool)
    mask[4] = True
    heat = np.ones((9, 5, 5), dtype=np.float32)
    # Slices of 4 mm: two on each side lie within 10 mm, the third at 12 does not.
    shares = shares_of(heat, heat, mask, tuple(range(9)), grid((1.0, 1.0, 4.0), (5, 5, 9)))
    assert shares is not None
    assert (shares.roi, shares.rim) == pytest.approx((1 / 9, 4 / 9))


def test_a_map_by_which_all_speaks_for_the_tumor_is_told_from_its_area() -> None:
    mask = np.zeros((1, 40, 40), dtype=bool)
    mask[:, :10] = True
    heat, seen = mask.astype(np.float32), np.ones((1, 40, 40), dtype=np.float32)
    shares = shares_of(heat, seen, mask, (0,), grid((1.0, 1.0, 1.0), (40, 40, 1)))
    assert shares is not None
    assert (shares.roi, shares.rim, shares.elsewhere) == (1, 0, 0)
    assert (shares.roi_area, shares.rim_area) == (0.25, 0.25)


def test_slices_that_the_network_did_not_see_do_not_count() -> None:
    mask = np.zeros((3, 4, 4), dtype=bool)
    mask[0] = True
    heat = np.ones((3, 4, 4), dtype=np.float32)
    shares = shares_of(heat, heat, mask, (2,), grid((1.0, 1.0, 30.0), (4, 4, 3)))
    assert shares is not None
    assert (shares.roi, shares.rim, shares.elsewhere) == (0, 0, 1)


@pytest.mark.parametrize(("value", "drawn"), [(0.0, True), (1.0, False)], ids=["empty", "no ROI"])
def test_an_empty_map_and_a_missing_roi_have_no_shares(value: float, drawn: bool) -> None:
    mask = np.full((1, 4, 4), drawn)
    heat = np.full((1, 4, 4), value, dtype=np.float32)
    assert shares_of(heat, heat, mask, (0,), grid((1.0, 1.0, 1.0), (4, 4, 1))) is None
