"""A case drawn otherwise is the case that a reader would have made of that drawing."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.contour_plans import ContourKind, ContourPlan
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume, Voxels
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.redrawing import Redrawing

ARTERIAL, PORTAL = ImageSequence.CT_ARTERIAL, ImageSequence.CT_PORTAL_VENOUS
AS_DRAWN = ContourPlan(kind=ContourKind.GROWN, amount=0.0)
GROWN = ContourPlan(kind=ContourKind.GROWN, amount=2.0)
SHIFTED = ContourPlan(kind=ContourKind.SHIFTED, amount=2.0, direction_lps=(1.0, 0.0, 0.0))


def whole_image(_extent_mm: float) -> None:
    """Nothing is cut off."""


def on_image(case: Case, sequence: ImageSequence, grid: Geometry) -> Voxels:
    """The lesions of an image, brought to another grid."""
    return resample_labels(case.lesion_labels[sequence], case.images[sequence].geometry, grid)


def test_an_roi_that_is_not_moved_is_the_case_as_it_was(ball_case: Case) -> None:
    case, dice = Redrawing(ball_case, lambda _extent: 5.0).drawn(AS_DRAWN)
    assert dice == 1.0
    image = ball_case.images[ARTERIAL]
    assert np.array_equal(
        on_image(case, ARTERIAL, image.geometry), ball_case.lesion_labels[ARTERIAL]
    )
    for now, before in zip(case.lesions, ball_case.lesions, strict=True):
        assert now.volume_ml == pytest.approx(before.volume_ml)
        assert now.center_lps == pytest.approx(before.center_lps)
        assert replace(now, center_lps=before.center_lps) == replace(
            before, volume_ml=now.volume_ml, largest_axial_area_mm2=now.largest_axial_area_mm2
        )


def test_a_case_drawn_otherwise_is_the_one_that_is_made_of_that_drawing(ball_case: Case) -> None:
    case, _ = Redrawing(ball_case, whole_image).drawn(GROWN)
    assert case.roi is not None
    anew = Case(case_id="anew", images=ball_case.images, roi=case.roi)
    assert np.array_equal(case.lesion_labels[ARTERIAL], anew.lesion_labels[ARTERIAL])
    assert [lesion.volume_ml for lesion in case.lesions] == [le.volume_ml for le in anew.lesions]
    assert case.lesions[0].volume_ml > ball_case.lesions[0].volume_ml


def test_images_are_cut_to_what_is_looked_at_and_no_further(ball_case: Case) -> None:
    image = ball_case.images[ARTERIAL]
    case, _ = Redrawing(ball_case, lambda _extent: 0.0).drawn(GROWN)
    cut = case.images[ARTERIAL]
    assert cut.geometry.size_ijk <= image.geometry.size_ijk
    start = np.rint(image.geometry.to_index(cut.geometry.origin_lps)).astype(int)
    k, j, i = (slice(s, s + n) for s, n in zip(start[::-1], cut.voxels.shape, strict=True))
    assert np.array_equal(image.voxels[k, j, i], cut.voxels)
    whole, _ = Redrawing(ball_case, whole_image).drawn(GROWN)
    assert whole.images[ARTERIAL] is image
    assert on_image(case, ARTERIAL, image.geometry).sum() == whole.lesion_labels[ARTERIAL].sum()


def test_a_drawing_on_another_sequence_is_moved_there(
    ball_case: Case, ball_geometry: Geometry
) -> None:
    rng = np.random.default_rng(8)
    arterial = ball_case.images[ARTERIAL]
    portal = arterial.with_voxels(arterial.voxels + rng.integers(-40, 40, arterial.voxels.shape))
    assert ball_case.roi is not None
    labels = np.roll(ball_case.roi.labels, 1, axis=1)
    own = Roi(labels=labels, geometry=ball_geometry, names=((1, "a"), (2, "b")))
    case = Case(
        case_id="two",
        images={ARTERIAL: arterial, PORTAL: portal},
        roi=ball_case.roi,
        sequence_rois={PORTAL: own},
    )
    redrawing = Redrawing(case, whole_image)
    still, _ = redrawing.drawn(AS_DRAWN)
    for sequence in (ARTERIAL, PORTAL):
        assert np.array_equal(still.lesion_labels[sequence], case.lesion_labels[sequence])
    moved, _ = redrawing.drawn(SHIFTED)
    for sequence in (ARTERIAL, PORTAL):
        expected = np.roll(case.lesion_labels[sequence], 1, axis=2)
        assert np.mean(moved.lesion_labels[sequence][expected > 0] > 0) > 0.97


def test_an_image_of_other_voxels_is_marked_as_the_roi_lies(ball_case: Case) -> None:
    fine = ball_case.images[ARTERIAL]
    coarse_grid = Geometry(
        size_ijk=(32, 26, 16),
        spacing_mm=(3.0, 3.0, 4.0),
        origin_lps=fine.geometry.origin_lps,
        direction_lps=fine.geometry.direction_lps,
    )
    k, j, i = np.indices(coarse_grid.shape_kji)
    hu = 60 + 40 * np.sin(i + 2.0 * j + 3.0 * k)
    hu[:, :4], hu[:, -4:] = -1000, -1000
    image = Volume(voxels=hu.astype(np.int16), geometry=coarse_grid, source="coarse.nii.gz")
    case = Case(case_id="coarse", images={ARTERIAL: image}, roi=ball_case.roi)
    still, _ = Redrawing(case, lambda _extent: 3.0).drawn(AS_DRAWN)
    assert np.array_equal(on_image(still, ARTERIAL, coarse_grid), case.lesion_labels[ARTERIAL])


def test_a_case_without_an_roi_is_refused(ball_case: Case) -> None:
    case = Case(case_id="none", images=ball_case.images)
    with pytest.raises(InputError, match="needs its ROI"):
        Redrawing(case, whole_image)
