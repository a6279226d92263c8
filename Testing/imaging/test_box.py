import numpy as np
import pytest

from TACEResponseLib.imaging.box import marked_box


def test_a_box_by_hand() -> None:
    labels = np.zeros((6, 8, 10), np.uint16)
    labels[2, 3, 9] = labels[4, 1, 5] = 7
    assert marked_box(labels) == (slice(2, 5), slice(1, 4), slice(5, 10))


@pytest.mark.parametrize("seed", range(5))
def test_the_box_is_that_of_the_marked_indices(seed: int) -> None:
    mask = np.random.default_rng(seed).random((7, 9, 11)) > 0.99
    mask[3, 4, 5] = True
    where = np.argwhere(mask)
    box = marked_box(mask)
    assert box is not None
    assert [s.start for s in box] == where.min(axis=0).tolist()
    assert [s.stop - 1 for s in box] == where.max(axis=0).tolist()


def test_nothing_marked_has_no_box() -> None:
    assert marked_box(np.zeros((2, 3, 4), bool)) is None


def test_what_is_not_three_dimensional_is_refused() -> None:
    with pytest.raises(ValueError, match="axis 2 is out of bounds"):
        marked_box(np.ones((2, 3)))
