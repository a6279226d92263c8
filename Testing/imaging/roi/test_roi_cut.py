"""An ROI that goes on where the image ends is told: at its borders and at the field of view's."""

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi_cut import cut_roi_warnings
from TACEResponseLib.imaging.volume import Volume
from Testing.storages import storages

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
GRID = Geometry(
    size_ijk=(40, 36, 12),
    spacing_mm=(2.0, 2.0, 4.0),
    origin_lps=(-40.0, -36.0, -24.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)
ROWS, COLUMNS = np.indices(GRID.shape_kji)[1:]
# A field of view of 15 pixels; its rim touches no side of the image.
ROUND = np.hypot(ROWS - 17.5, COLUMNS - 19.5) < 15


def hu() -> np.ndarray:
    """Tissue that fills the image."""
    return np.random.default_rng(2).normal(60, 12, GRID.shape_kji).round().astype(np.int16)


def block(k: slice, j: slice, i: slice) -> np.ndarray:
    labels = np.zeros(GRID.shape_kji, np.uint8)
    labels[k, j, i] = 1
    return labels


def cuts_in(labels: np.ndarray, voxels: np.ndarray | None = None) -> dict[str, str]:
    image = Volume(voxels=hu() if voxels is None else voxels, geometry=GRID)
    messages = {}
    for storage in list(storages())[::7]:
        there = storage.volume(image)
        said = cut_roi_warnings(there, CT, storage.voxels(labels))
        messages[repr(storage)] = {w.code: w.message for w in said}
    straight = {w.code: w.message for w in cut_roi_warnings(image, CT, labels)}
    assert all(one == straight for one in messages.values())
    return straight


MIDDLE = (slice(4, 8), slice(12, 20), slice(14, 24))


def test_an_roi_in_the_middle_needs_no_word() -> None:
    labels = block(*MIDDLE)
    assert cuts_in(labels) == {}
    labels[5, 0, 0] = 1  # a stray voxel is no tumor
    assert cuts_in(labels) == {}


@pytest.mark.parametrize(
    ("axis", "stretch", "side"),
    [
        (1, slice(0, 8), "anterior"),
        (1, slice(28, 36), "posterior"),
        (2, slice(0, 8), "right"),
        (2, slice(32, 40), "left"),
    ],
    ids=["anterior", "posterior", "right", "left"],
)
def test_an_roi_at_the_border_of_its_slices_is_told_with_the_side(
    axis: int, stretch: slice, side: str
) -> None:
    place = list(MIDDLE)
    place[axis] = stretch
    message = cuts_in(block(*place))["roi_cut_by_image"]
    assert f"The ROI reaches the {side} border of the arterial CT" in message
    near = list(MIDDLE)
    near[axis] = (
        slice(stretch.start + 2, stretch.stop + 2)
        if stretch.start == 0
        else slice(stretch.start - 2, stretch.stop - 2)
    )
    # Two voxels of 2 mm lie between.
    (message,) = cuts_in(block(*near)).values()
    assert f"ends 4 mm beside the ROI ({side})" in message


def test_an_image_that_was_cropped_round_the_roi_is_told_once() -> None:
    labels = block(slice(2, 10), slice(0, 36), slice(0, 40))
    assert list(cuts_in(labels)) == ["roi_cut_by_image"]
    labels = block(slice(2, 10), slice(1, 35), slice(1, 39))
    (message,) = cuts_in(labels).values()
    assert "ends 2 mm beside the ROI (anterior, posterior, right, left)" in message


@pytest.mark.parametrize("value", [-1024, -2000, -3024, 0], ids=str)
@pytest.mark.parametrize("inside", [True, False], ids=["reaches into it", "touches it"])
def test_an_roi_at_the_padding_round_the_field_of_view_is_told(value: int, inside: bool) -> None:
    voxels = np.where(ROUND, np.maximum(hu(), 1), value)
    labels = block(slice(4, 8), slice(14, 22), slice(28, 36))
    if not inside:
        labels[~ROUND] = 0
    message = cuts_in(labels, voxels.astype(np.int16))["roi_cut_by_padding"]
    assert f"padding of {value}" in message


def test_air_and_padding_elsewhere_need_no_word() -> None:
    voxels = np.where(ROUND, hu(), -1024).astype(np.int16)
    voxels[:, 11, 14:24] = -1024  # gas beside the tumor, with no way to a corner
    assert cuts_in(block(*MIDDLE), voxels) == {}
    assert cuts_in(block(*MIDDLE), np.where(ROUND, hu(), -1000 + hu() // 4).astype(np.int16)) == {}
