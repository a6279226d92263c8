"""Segments on grids of their own become one ROI."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.segment_parts import SegmentPart, roi_from_parts, trimmed
from TACEResponseLib.imaging.geometry import Geometry

IMAGE = Geometry(
    size_ijk=(10, 8, 6),
    spacing_mm=(1.0, 2.0, 3.0),
    origin_lps=(5.0, -7.0, 11.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)


def part(name: str, start: tuple[int, int, int], size: tuple[int, int, int]) -> SegmentPart:
    """A full box of the image's grid."""
    return SegmentPart(
        name=name,
        mask=np.ones(size[::-1], dtype=np.bool_),
        geometry=IMAGE.cropped(start, size),
    )


def test_parts_of_an_image_s_grid_lie_there_voxel_for_voxel() -> None:
    roi, warnings = roi_from_parts(
        [part("a", (1, 2, 3), (2, 3, 1)), part("b", (5, 5, 0), (1, 1, 2))], [IMAGE], "drawn"
    )
    assert roi.geometry == IMAGE
    assert (roi.labels == 1).sum() == 6
    assert (roi.labels[3, 2:5, 1:3] == 1).all()
    assert (roi.labels[:2, 5, 5] == 2).all()
    assert roi.names == ((1, "a"), (2, "b"))
    assert warnings == ()


def test_a_voxel_in_two_segments_counts_for_the_first_and_is_said() -> None:
    roi, (warning,) = roi_from_parts(
        [part("a", (0, 0, 0), (4, 4, 1)), part("b", (2, 0, 0), (4, 4, 1))], [IMAGE], "drawn"
    )
    # Worked by hand: 16 voxels each, 8 shared, 24 in all.
    assert ((roi.labels == 1).sum(), (roi.labels == 2).sum()) == (16, 8)
    assert warning.message.startswith(
        "Segments of the ROI overlap in 8 voxels (33.3 % of it); each counts for"
    )


def test_a_segment_hidden_by_another_has_no_label() -> None:
    roi, _ = roi_from_parts(
        [part("a", (0, 0, 0), (4, 4, 1)), part("b", (1, 1, 0), (2, 2, 1))], [IMAGE], "drawn"
    )
    assert roi.names == ((1, "a"),)


def test_parts_off_every_image_grid_take_the_finest_of_their_own() -> None:
    fine = Geometry(
        size_ijk=(4, 4, 4),
        spacing_mm=(0.5, 0.5, 0.5),
        origin_lps=(6.1, -4.9, 12.3),
        direction_lps=IMAGE.direction_lps,
    )
    small = SegmentPart(name="fine", mask=np.ones((4, 4, 4), dtype=np.bool_), geometry=fine)
    coarse = part("coarse", (4, 3, 2), (2, 2, 2))
    roi, _ = roi_from_parts([coarse, small], [IMAGE], "drawn")
    assert roi.geometry.spacing_mm == pytest.approx(fine.spacing_mm)
    volume = roi.geometry.voxel_volume_mm3
    assert (roi.labels == 2).sum() * volume == pytest.approx(8.0)
    # 8 voxels of 6 mm3; nearest-neighbor edges may move by half a fine voxel.
    assert (roi.labels == 1).sum() * volume == pytest.approx(48.0, rel=0.35)


def test_trimming_keeps_the_place_of_every_voxel() -> None:
    mask = np.zeros(IMAGE.shape_kji, dtype=np.bool_)
    mask[4, 3, 7] = True
    cut = trimmed(SegmentPart(name="a", mask=mask, geometry=IMAGE), "drawn")
    assert cut.mask.shape == (1, 1, 1)
    assert cut.geometry.origin_lps == pytest.approx((5 + 7, -7 + 2 * 3, 11 + 3 * 4))


def test_nothing_chosen_or_nothing_marked_is_refused() -> None:
    with pytest.raises(InputError, match="at least one segment must be chosen"):
        roi_from_parts([], [IMAGE], "drawn")
    empty = SegmentPart(name="a", mask=np.zeros((2, 2, 2), dtype=np.bool_), geometry=IMAGE)
    with pytest.raises(InputError, match="drawn, segment a: must mark at least one voxel"):
        roi_from_parts([empty], [IMAGE], "drawn")
