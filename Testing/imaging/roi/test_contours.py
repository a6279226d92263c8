"""Contours as another reader might draw them: how large, where, how unlike, and never lost."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.contour_plans import (
    LEAST_DICE,
    ContourKind,
    ContourPlan,
    contour_seed,
    plan_contours,
)
from TACEResponseLib.imaging.roi.contours import Contour, Outlines
from TACEResponseLib.imaging.volume import Voxels

STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
OBLIQUE = (0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0)
BALL, RADIUS = (60.0, 62.0, 58.0), 12.0


def grid(
    spacing: tuple[float, float, float] = (1.0, 1.0, 3.0), direction: tuple[float, ...] = STRAIGHT
) -> Geometry:
    """A cube of 120 mm."""
    i, j, k = (round(120 / mm) for mm in spacing)
    return Geometry(
        size_ijk=(i, j, k), spacing_mm=spacing, origin_lps=(0.0, 0.0, 0.0), direction_lps=direction
    )


def balls(geometry: Geometry, *parts: tuple[tuple[float, float, float], float]) -> Voxels:
    """Balls numbered from 1, by their centers in mm along the grid's axes and their radii."""
    i, j, k = geometry.size_ijk
    index = np.stack(np.meshgrid(*(np.arange(n) for n in (k, j, i)), indexing="ij")[::-1], axis=-1)
    place = index * np.array(geometry.spacing_mm)
    indices = np.zeros(geometry.shape_kji, dtype=np.uint16)
    for number, (center, radius) in enumerate(parts, start=1):
        indices[np.linalg.norm(place - center, axis=-1) < radius] = number
    return indices


def drawn_as(plan: ContourPlan, indices: Voxels, geometry: Geometry) -> Contour:
    """One contour of everything marked."""
    numbers = range(1, int(indices.max()) + 1)
    return Outlines(indices, geometry, geometry, numbers).drawn(plan)


def volume_mm3(contour: Contour, number: int = 1) -> float:
    return float(np.count_nonzero(contour.indices == number)) * contour.geometry.voxel_volume_mm3


def centroid_lps(indices: Voxels, geometry: Geometry) -> np.ndarray:
    return geometry.to_lps(np.argwhere(indices == 1).mean(axis=0)[::-1])


def dice_of(contour: Contour, indices: Voxels, geometry: Geometry, number: int) -> float:
    """Dice of one lesion, both on the contour's grid."""
    start = np.rint(geometry.to_index(contour.geometry.origin_lps)).astype(int)
    place = tuple(slice(s, s + n) for s, n in zip(start[::-1], contour.indices.shape, strict=True))
    one, two = contour.indices == number, indices[place] == number
    return float(2 * (one & two).sum() / (one.sum() + two.sum()))


@pytest.mark.parametrize(("kind", "sign"), [(ContourKind.GROWN, 1), (ContourKind.SHRUNK, -1)])
@pytest.mark.parametrize("mm", [1.0, 2.0])
def test_a_ball_has_the_volume_that_it_must(kind: ContourKind, sign: int, mm: float) -> None:
    geometry = grid((0.8, 0.8, 1.0))
    contour = drawn_as(ContourPlan(kind=kind, amount=mm), balls(geometry, (BALL, RADIUS)), geometry)
    expected = 4 / 3 * np.pi * (RADIUS + sign * mm) ** 3
    # A quarter of a millimeter more or less.
    assert volume_mm3(contour) == pytest.approx(expected, rel=0.07)


@pytest.mark.parametrize("direction", [STRAIGHT, OBLIQUE], ids=["straight", "oblique"])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.8, 0.8, 2.5)], ids=str)
def test_a_shift_moves_the_center_in_the_patient_and_keeps_the_volume(
    direction: tuple[float, ...], spacing: tuple[float, float, float]
) -> None:
    geometry = grid(spacing, direction)
    indices = balls(geometry, (BALL, RADIUS))
    way = (0.6, 0.0, -0.8)
    contour = drawn_as(
        ContourPlan(kind=ContourKind.SHIFTED, amount=1.5, direction_lps=way), indices, geometry
    )
    moved = centroid_lps(contour.indices, contour.geometry) - centroid_lps(indices, geometry)
    # A ball on voxels moves in steps, by a little more or less than it is told.
    assert moved == pytest.approx(1.5 * np.array(way), abs=0.15 + 0.1 * max(spacing))
    assert volume_mm3(contour) == pytest.approx(4 / 3 * np.pi * RADIUS**3, rel=0.04)


@pytest.mark.parametrize("dice", [0.75, 0.8, 0.85, 0.9])
def test_a_deformation_has_the_dice_that_was_aimed_at(dice: float) -> None:
    geometry = grid()
    indices = balls(geometry, (BALL, RADIUS))
    for seed in range(4):
        plan = ContourPlan(kind=ContourKind.DEFORMED, amount=dice, seed=seed)
        contour = drawn_as(plan, indices, geometry)
        assert contour.dice == pytest.approx(dice, abs=0.02)
        assert contour.dice == pytest.approx(dice_of(contour, indices, geometry, 1))


def test_a_contour_that_is_not_moved_is_the_roi() -> None:
    geometry = grid()
    indices = balls(geometry, (BALL, RADIUS), ((90.0, 60.0, 60.0), 8.0))
    contour = drawn_as(ContourPlan(kind=ContourKind.GROWN, amount=0.0), indices, geometry)
    assert contour.dice == 1.0
    assert [volume_mm3(contour, n) for n in (1, 2)] == [
        np.count_nonzero(indices == n) * geometry.voxel_volume_mm3 for n in (1, 2)
    ]


@pytest.mark.parametrize("radius", [3.0, 5.0, 9.0])
def test_a_small_lesion_is_changed_by_less_and_never_lost(radius: float) -> None:
    geometry = grid((0.8, 0.8, 2.5))
    indices = balls(geometry, (BALL, radius))
    outlines = Outlines(indices, geometry, geometry, [1])
    for plan in plan_contours(3):
        contour = outlines.drawn(plan)
        assert LEAST_DICE <= contour.dice <= 1
        assert np.count_nonzero(contour.indices) >= 8
        assert ndimage.label(contour.indices, np.ones((3, 3, 3)))[1] == 1


def test_a_lesion_of_eight_voxels_stays_one() -> None:
    geometry = grid()
    indices = np.zeros(geometry.shape_kji, dtype=np.uint16)
    indices[20:22, 40:42, 50:52] = 1
    shrunk = drawn_as(ContourPlan(kind=ContourKind.SHRUNK, amount=2.0), indices, geometry)
    assert np.count_nonzero(shrunk.indices) == 8


def test_what_would_fall_apart_stays_in_one_piece() -> None:
    geometry = grid((1.0, 1.0, 1.0))
    indices = balls(geometry, ((50.0, 60.0, 60.0), 8.0)) | balls(
        geometry, ((68.0, 60.0, 60.0), 8.0)
    )
    indices[60:62, 60:62, 55:64] = 1
    shrunk = drawn_as(ContourPlan(kind=ContourKind.SHRUNK, amount=2.0), indices, geometry)
    assert ndimage.label(shrunk.indices, np.ones((3, 3, 3)))[1] == 1
    assert shrunk.dice >= LEAST_DICE


def test_lesions_side_by_side_keep_their_numbers_and_their_voxels() -> None:
    geometry = grid((1.0, 1.0, 1.0))
    indices = balls(geometry, ((50.0, 60.0, 60.0), 10.0), ((71.0, 60.0, 60.0), 10.5))
    outlines = Outlines(indices, geometry, geometry, [1, 2])
    for plan in plan_contours(5):
        contour = outlines.drawn(plan)
        for number in (1, 2):
            assert dice_of(contour, indices, geometry, number) >= LEAST_DICE
    grown = outlines.drawn(ContourPlan(kind=ContourKind.GROWN, amount=2.0))
    start = np.rint(geometry.to_index(grown.geometry.origin_lps)).astype(int)[::-1]
    place = tuple(slice(s, s + n) for s, n in zip(start, grown.indices.shape, strict=True))
    was = indices[place]
    assert np.array_equal(grown.indices[was > 0], was[was > 0])


def test_lesions_that_are_not_redrawn_stay() -> None:
    geometry = grid()
    indices = balls(geometry, (BALL, RADIUS), ((90.0, 60.0, 60.0), 8.0))
    contour = Outlines(indices, geometry, geometry, [1]).drawn(
        ContourPlan(kind=ContourKind.GROWN, amount=2.0)
    )
    assert dice_of(contour, indices, geometry, 2) == 1.0
    assert dice_of(contour, indices, geometry, 1) < 1.0


def test_nothing_leaves_the_image() -> None:
    geometry = grid((1.0, 1.0, 1.0))
    indices = balls(geometry, ((4.0, 60.0, 60.0), 10.0))
    outlines = Outlines(indices, geometry, geometry, [1])
    for plan in plan_contours(1):
        contour = outlines.drawn(plan)
        place = geometry.to_index(contour.geometry.to_lps(np.argwhere(contour.indices)[:, ::-1]))
        assert (place > -0.5).all()
        assert (place < np.array(geometry.size_ijk) - 0.5).all()


def test_a_grid_that_ends_at_the_lesion_gives_the_same_contours() -> None:
    """Slicer hands segments over cut to what they fill."""
    geometry = grid()
    indices = balls(geometry, (BALL, RADIUS))
    k, j, i = ndimage.find_objects(indices)[0]
    cut = geometry.cropped((i.start, j.start, k.start), indices[k, j, i].shape[::-1])
    assert contour_seed(indices, geometry) == contour_seed(indices[k, j, i], cut)
    for plan in plan_contours(2, 8):
        whole = Outlines(indices, geometry, geometry, [1]).drawn(plan)
        tight = Outlines(indices[k, j, i], cut, geometry, [1]).drawn(plan)
        assert np.array_equal(whole.indices, tight.indices)
        assert whole.geometry.same_grid(tight.geometry)


@pytest.mark.parametrize("n", [5, 20, 200])
def test_contours_are_of_every_kind_and_as_many_as_asked_for(n: int) -> None:
    plans = plan_contours(11, n)
    counts = {kind: sum(plan.kind is kind for plan in plans) for kind in ContourKind}
    assert sum(counts.values()) == n
    assert counts[ContourKind.GROWN] == counts[ContourKind.SHRUNK] == 2
    assert counts[ContourKind.DEFORMED] >= 1
    shifts = [plan for plan in plans if plan.kind is ContourKind.SHIFTED]
    assert all(0.5 <= plan.amount <= 2.0 for plan in shifts)
    assert [np.linalg.norm(plan.direction_lps) for plan in shifts] == pytest.approx(
        [1] * len(shifts)
    )
    if n == 20:
        assert counts[ContourKind.SHIFTED] == 6
        assert np.sum([plan.direction_lps for plan in shifts], axis=0) == pytest.approx([0] * 3)


def test_deformations_lie_round_what_readers_differ_by_and_never_below_the_least() -> None:
    aims = [p.amount for p in plan_contours(1, 20, 0.9) if p.kind is ContourKind.DEFORMED]
    assert np.mean(aims) == pytest.approx(0.9)
    assert (min(aims), max(aims)) == pytest.approx((0.85, 0.95))
    low = [p.amount for p in plan_contours(1, 20, 0.6) if p.kind is ContourKind.DEFORMED]
    assert set(low) == {LEAST_DICE}


def test_the_same_drawing_gives_the_same_contours_and_another_one_others() -> None:
    geometry = grid()
    indices = balls(geometry, (BALL, RADIUS))
    seed = contour_seed(indices, geometry)
    elsewhere = replace(geometry, origin_lps=(5.0, -3.0, 100.0))
    assert contour_seed(np.roll(indices, 3, axis=1), elsewhere) == seed
    assert plan_contours(seed) == plan_contours(seed)
    other = indices.copy()
    other[tuple(np.argwhere(indices)[0])] = 0
    assert contour_seed(other, geometry) != seed
    assert contour_seed(indices, replace(geometry, spacing_mm=(1.0, 1.0, 2.0))) != seed


@pytest.mark.parametrize("n", [4, 201])
def test_too_few_or_too_many_contours_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"n must be 5 to 200, got {n}"):
        plan_contours(1, n)


def test_an_empty_roi_has_no_contours() -> None:
    geometry = grid()
    with pytest.raises(ValueError, match="must mark at least one voxel"):
        Outlines(np.zeros(geometry.shape_kji, dtype=np.uint16), geometry, geometry, [1])
