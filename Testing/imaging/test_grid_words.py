"""Two grids that differ are never called by the same words."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.grid_words import grid_difference


def grid(**changes: Any) -> Geometry:
    values: dict[str, Any] = {
        "size_ijk": (512, 512, 60),
        "spacing_mm": (0.9765625, 0.9765625, 2.5),
        "origin_lps": (-250.0, -250.0, 10.0),
        "direction_lps": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    }
    return Geometry(**(values | changes))


def turned(degrees: float) -> tuple[float, ...]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (c, -s, 0, s, c, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"spacing_mm": (0.9766, 0.9766, 2.5)},
            "0.9766 x 0.9766 x 2.5 mm for 0.97656 x 0.97656 x 2.5 mm",
        ),
        ({"spacing_mm": (0.977, 0.977, 2.5)}, "0.977 x 0.977 x 2.5 mm for 0.9766 x 0.9766 x"),
        ({"spacing_mm": (2.0, 2.0, 2.5)}, "2 x 2 x 2.5 mm for 0.977 x 0.977 x 2.5 mm"),
        ({"origin_lps": (-250.0, -250.0, 11.5)}, "first voxels 1.5 mm apart"),
        ({"direction_lps": turned(3)}, "axes turned by up to 3 degrees"),
        ({"direction_lps": turned(0.05)}, "axes turned by up to 0.05 degrees"),
        ({"size_ijk": (512, 512, 59)}, "512 x 512 x 59 voxels for 512 x 512 x 60"),
        (
            {"size_ijk": (512, 512, 59), "origin_lps": (-250.0, -250.0, 12.5)},
            "512 x 512 x 59 voxels for 512 x 512 x 60; first voxels 2.5 mm apart",
        ),
        ({"direction_lps": (-1, 0, 0, 0, -1, 0, 0, 0, 1)}, "axes turned by up to 180 degrees"),
    ],
)
def test_what_differs_is_told(changes: dict[str, Any], words: str) -> None:
    assert grid_difference(grid(**changes), grid()).startswith(words)


def test_no_two_values_of_a_difference_look_alike() -> None:
    """Any two grids that are not one, by 1e-2 voxels at the last or much more."""
    draw = np.random.default_rng(11)
    for _ in range(300):
        size = tuple(draw.integers(2, 600, 3).tolist())
        share = 10 ** draw.uniform(-5, 0)
        spacing = tuple((np.array([0.9765625, 0.7, 2.5]) * (1 + share * draw.random(3))).tolist())
        mine, theirs = grid(size_ijk=size, spacing_mm=spacing), grid(size_ijk=size)
        if not mine.same_grid(theirs):
            one, other = grid_difference(mine, theirs).split(" mm for ")
            assert one != other.removesuffix(" mm")
