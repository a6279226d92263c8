import numpy as np
import pytest

from TACEResponseLib.imaging.one_image import are_one_image


@pytest.mark.parametrize(
    ("b", "expected"),
    [
        ([0, 0, 5, 6, 7], True),
        ([0, 0, 5, 6, 9], False),
        ([0, 0, 5, 6], False),
    ],
    ids=["the same", "two of three tissue voxels", "another shape"],
)
def test_equal_tissue_makes_one_image_and_padding_counts_nothing(
    b: list[int], expected: bool
) -> None:
    a = np.array([0, 0, 5, 6, 7]).reshape(1, 1, 5)
    assert are_one_image(a, np.array(b).reshape(1, 1, -1)) is expected
