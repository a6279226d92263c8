"""What two drawings share: worked by hand, on one grid and on two."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.overlap import dice
from TACEResponseLib.imaging.roi.roi import Roi

GRID = Geometry(
    size_ijk=(20, 16, 8),
    spacing_mm=(1.0, 1.0, 2.0),
    origin_lps=(0.0, 0.0, 0.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)


def box(first: int, last: int, label: int = 1) -> Roi:
    """4 rows of 2 slices, from one column to another."""
    labels = np.zeros(GRID.shape_kji, dtype=np.uint8)
    labels[2:4, 4:8, first:last] = label
    return Roi(labels=labels, geometry=GRID, names=((label, "a"),))


def test_half_of_each_is_a_dice_of_a_half() -> None:
    # 8 columns each, of which 4 are shared: 2 * 4 / (8 + 8).
    assert dice(box(2, 10), box(6, 14)) == pytest.approx(0.5)


def test_a_drawing_is_itself_whatever_its_label_and_a_stranger_shares_nothing() -> None:
    assert dice(box(2, 10), box(2, 10, label=3)) == 1.0
    assert dice(box(2, 6), box(10, 14)) == 0.0


def test_a_grid_that_ends_at_the_drawing_changes_nothing() -> None:
    one, other = box(2, 10), box(6, 14)
    cut = Roi(
        labels=other.labels[2:4, 4:8, 6:14],
        geometry=GRID.cropped((6, 4, 2), (8, 4, 2)),
        names=other.names,
    )
    assert dice(one, cut) == pytest.approx(0.5)
    assert dice(cut, one) == pytest.approx(0.5)


def test_a_finer_grid_has_the_same_dice() -> None:
    one, other = box(2, 10), box(6, 14)
    fine = replace(
        other,
        labels=np.repeat(other.labels, 2, axis=2),
        geometry=replace(
            GRID, size_ijk=(40, 16, 8), spacing_mm=(0.5, 1.0, 2.0), origin_lps=(-0.25, 0.0, 0.0)
        ),
    )
    assert dice(one, fine) == pytest.approx(0.5)
