"""A liver lies round its tumor; two lesions side by side don't lie round each other."""

import numpy as np
import pytest

from TACEResponseLib.imaging.roi.enclosure import Marked, find_enclosure
from TACEResponseLib.imaging.volume import Mask

GRID = np.indices((40, 60, 60))


def ball(k: float, j: float, i: float, radius: float) -> Mask:
    return np.asarray((GRID[0] - k) ** 2 + (GRID[1] - j) ** 2 + (GRID[2] - i) ** 2 <= radius**2)


def block(*ranges: tuple[int, int]) -> Mask:
    mask = np.zeros(GRID[0].shape, dtype=np.bool_)
    mask[tuple(slice(*r) for r in ranges)] = True
    return mask


def marked(mask: Mask) -> Marked:
    k, j, i = (slice(int(f.min()), int(f.max()) + 1) for f in np.nonzero(mask))
    return Marked(box=(k, j, i), mask=mask[k, j, i])


LIVER = block((5, 35), (5, 55), (5, 50))


def without(mask: Mask, other: Mask) -> Mask:
    return np.asarray(mask & ~other)


def in_the_liver(tumor: Mask) -> tuple[Mask, Mask]:
    """As the Decathlon numbers them: liver without its tumor, tumor."""
    return without(LIVER, tumor), tumor & LIVER


ENCLOSED = {
    "a tumor inside the liver": in_the_liver(ball(20, 30, 30, 8)),
    "many tumors": in_the_liver(ball(12, 15, 15, 4) | ball(25, 40, 40, 6) | ball(20, 20, 44, 4)),
    "a tumor cut by the liver's flat rim": in_the_liver(ball(20, 30, 49, 9)),
    "a tumor at an edge of the liver": in_the_liver(ball(20, 54, 49, 10)),
    "a tumor bulging out of the liver": (
        without(LIVER, ball(20, 30, 51, 7)),
        ball(20, 30, 51, 7),
    ),
    "a segment of the whole liver, drawn over its tumor": (LIVER, ball(20, 30, 30, 8)),
    "a tumor with a gap round it": (without(LIVER, ball(20, 30, 30, 10)), ball(20, 30, 30, 8)),
    "more tumor than liver": in_the_liver(ball(20, 30, 28, 21)),
    "necrosis in a tumor": (
        without(ball(20, 30, 30, 12), ball(20, 30, 30, 6)),
        ball(20, 30, 30, 6),
    ),
    "a tumor through the first slice": in_the_liver(block((5, 12), (20, 30), (20, 30))),
}
APART = {
    "two lesions far apart": (ball(10, 15, 15, 6), ball(28, 45, 45, 8)),
    "two lesions that touch": (
        ball(20, 20, 30, 8),
        without(ball(20, 34, 30, 8), ball(20, 20, 30, 8)),
    ),
    "a satellite at a large lesion": (
        ball(20, 25, 30, 14),
        without(ball(20, 41, 30, 5), ball(20, 25, 30, 14)),
    ),
    "one tumor cut in two by a plane": (
        ball(20, 30, 30, 12) & (GRID[1] < 30),
        ball(20, 30, 30, 12) & (GRID[1] >= 30),
    ),
    "a lesion between two of another label": (
        ball(20, 12, 30, 6) | ball(20, 48, 30, 6),
        ball(20, 30, 30, 5),
    ),
    "spleen and liver": (LIVER & (GRID[2] < 35), block((10, 30), (20, 50), (40, 58))),
}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("name", ENCLOSED)
def test_a_label_round_another_is_found_whichever_comes_first(name: str, order: int) -> None:
    enclosure = find_enclosure([marked(mask) for mask in ENCLOSED[name][::order]])
    assert enclosure is not None
    assert set(enclosure) == {0, 1}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("name", APART)
def test_lesions_beside_each_other_are_no_enclosure(name: str, order: int) -> None:
    assert find_enclosure([marked(mask) for mask in APART[name][::order]]) is None


def test_the_pair_is_found_among_others() -> None:
    masks = [ball(3, 3, 3, 2), *in_the_liver(ball(20, 30, 30, 8)), ball(36, 57, 57, 2)]
    assert find_enclosure([marked(mask) for mask in masks]) == (1, 2)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_the_axes_of_the_file_don_t_matter(axes: tuple[int, int, int]) -> None:
    for cases, expected in ((ENCLOSED, True), (APART, False)):
        for name, masks in cases.items():
            turned = [marked(mask.transpose(axes)[::-1]) for mask in masks]
            assert (find_enclosure(turned) is not None) is expected, name
