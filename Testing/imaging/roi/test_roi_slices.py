"""A tumor of which slices were left out is told; lesions that lie near each other are not."""

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_slices import drawn_slices_warnings
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from Testing.storages import storages

GRID = Geometry(
    size_ijk=(40, 36, 30),
    spacing_mm=(2.0, 2.0, 3.0),
    origin_lps=(-40.0, -36.0, -24.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)
PLACE = np.indices(GRID.shape_kji)


def ball(k: int, j: int, i: int, mm: float, label: int = 1) -> np.ndarray:
    """Of a radius; 3 mm slices and pixels of 2 mm."""
    apart = [(PLACE[axis] - at) * size for axis, at, size in ((0, k, 3), (1, j, 2), (2, i, 2))]
    return np.where(sum(a**2 for a in apart) <= mm**2, label, 0).astype(np.uint8)


def only(labels: np.ndarray, *slices: int) -> np.ndarray:
    """The labels of some slices."""
    kept = np.zeros_like(labels)
    kept[list(slices)] = labels[list(slices)]
    return kept


def without(labels: np.ndarray, *slices: int) -> np.ndarray:
    return only(labels, *(k for k in range(len(labels)) if k not in slices))


def gaps_in(labels: np.ndarray, grid: Geometry = GRID) -> dict[str, str]:
    messages = []
    for storage in list(storages())[::11]:
        turned = Roi(
            labels=storage.voxels(labels), geometry=storage.geometry(grid), names=((1, "HCC"),)
        )
        lesions, indices = find_lesions(turned)
        said = drawn_slices_warnings(indices, turned.geometry, lesions)
        messages.append({w.code: w.message for w in said})
    assert all(one == messages[0] for one in messages)
    return messages[0]


TUMOR = ball(14, 18, 20, 21)
OBLONG = np.maximum.reduce([ball(k, 18, 14 + k // 2, 12) for k in range(8, 20)])


@pytest.mark.parametrize(
    ("labels", "count"),
    [
        (only(TUMOR, *range(0, 30, 2)), 6),
        (only(TUMOR, *range(0, 30, 3)), 6),
        (without(TUMOR, 14), 1),
        (without(TUMOR, 10), 1),
        (without(TUMOR, 13, 14), 2),
        (without(OBLONG, 12, 16), 2),
    ],
    ids=["every second", "every third", "middle one", "a lower one", "two", "of an oblong one"],
)
def test_slices_that_were_left_out_are_counted(labels: np.ndarray, count: int) -> None:
    plural = "" if count == 1 else "s"
    assert (
        f"leaves out {count} axial slice{plural} between" in gaps_in(labels)["roi_slices_missing"]
    )


@pytest.mark.parametrize("empty", range(1, 6))
def test_thin_slices_are_left_out_up_to_five_millimeters(empty: int) -> None:
    thin = Geometry(
        size_ijk=GRID.size_ijk,
        spacing_mm=(2.0, 2.0, 1.0),
        origin_lps=GRID.origin_lps,
        direction_lps=GRID.direction_lps,
    )
    assert "roi_slices_missing" in gaps_in(only(TUMOR, *range(0, 30, empty + 1)), thin)


@pytest.mark.parametrize(
    "labels",
    [
        TUMOR,
        OBLONG,
        ball(8, 18, 20, 15) | ball(20, 18, 20, 15),
        ball(9, 18, 20, 15) | ball(20, 18, 20, 15),
        ball(14, 18, 12, 12) | ball(14, 18, 30, 12),
        ball(8, 18, 10, 12) | ball(18, 18, 26, 15),
        np.where(ball(14, 18, 20, 9) > 0, 0, TUMOR),
        TUMOR | (only(ball(24, 18, 20, 4), 24) & 1),
    ],
    ids=[
        "whole",
        "oblong",
        "two apart",
        "two nearly touching",
        "side by side",
        "diagonal",
        "with a hole",
        "with a dot above",
    ],
)
def test_whole_tumors_and_neighbors_need_no_word(labels: np.ndarray) -> None:
    assert "roi_slices_missing" not in gaps_in(labels)


def test_two_labels_over_each_other_are_two_tumors() -> None:
    labels = without(TUMOR, 14)
    labels[15:] *= 2
    assert gaps_in(labels) == {}


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (only(TUMOR, 14), "The ROI is drawn on one axial slice of 3 mm"),
        (TUMOR | only(ball(3, 6, 6, 6), 3), "Lesion 2 of the ROI is drawn on one"),
        (only(TUMOR, 14) | only(ball(3, 6, 6, 6), 3), "Each of the ROI's 2 lesions is drawn on"),
        (TUMOR | only(ball(3, 6, 6, 6), 3) | only(ball(3, 6, 30, 8), 3), "Lesions 2, 3 of the ROI"),
    ],
    ids=["alone", "the second", "both", "two of three"],
)
def test_lesions_of_one_slice_are_named(labels: np.ndarray, says: str) -> None:
    assert gaps_in(labels)["roi_one_slice"].startswith(says)


def test_one_roi_of_two_images_is_remarked_on_once() -> None:
    draw = np.random.default_rng(4)
    image = {
        ImageSequence(sequence): Volume(
            voxels=np.where(PLACE[2] < 6, -1000, level).astype(np.int16)
            + draw.integers(-30, 30, GRID.shape_kji, np.int16),
            geometry=GRID,
        )
        for sequence, level in (("ct_arterial", 70), ("ct_portal_venous", 90))
    }
    roi = Roi(labels=only(TUMOR, *range(0, 30, 2)), geometry=GRID, names=((1, "HCC"),))
    codes = [w.code for w in Case(case_id="x", images=image, roi=roi).warnings]
    assert codes.count("roi_slices_missing") == codes.count("roi_one_slice") == 1
