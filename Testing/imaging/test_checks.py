from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.checks import (
    check_intensities,
    check_roi_fits,
    check_same_patient,
    check_voxels,
    lost_lesion_warnings,
    registration_warnings,
)
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2


def grid(**changes: Any) -> Geometry:
    values: dict[str, Any] = {
        "size_ijk": (20, 20, 10),
        "spacing_mm": (2.0, 2.0, 4.0),
        "origin_lps": (0.0, 0.0, 0.0),
        "direction_lps": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    }
    return Geometry(**(values | changes))


def image(geometry: Geometry | None = None, **known: Any) -> Volume:
    geometry = geometry or grid()
    draw = np.random.default_rng(0)
    return Volume(
        voxels=draw.normal(60, 20, geometry.shape_kji).astype(np.float32),
        geometry=geometry,
        source="a.nii.gz",
        acquisition=Acquisition(**known),
    )


def cube(geometry: Geometry | None = None, side: int = 6) -> Roi:
    """A cube of voxels (8, 8, 2) and on."""
    geometry = geometry or grid()
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[2 : 2 + side, 8 : 8 + side, 8 : 8 + side] = 1
    return Roi(labels=labels, geometry=geometry, names=((1, "HCC"),), source="roi.nii.gz")


def fit(roi: Roi, volume: Volume) -> list[str]:
    """Check as the case does; codes of the warnings."""
    lesions, indices = find_lesions(roi)
    labels = resample_labels(indices, roi.geometry, volume.geometry)
    warnings = check_roi_fits(roi, volume, CT, labels)
    return [w.code for w in (*warnings, *lost_lesion_warnings(lesions, CT, labels))]


@pytest.mark.parametrize("value", [3e38, -1e30])
def test_values_of_no_scanner_are_refused(value: float) -> None:
    volume = image()
    volume.voxels.ravel()[0] = value
    with pytest.raises(InputError, match=r"must hold values within 1e\+12, got .*e\+3"):
        check_voxels(volume, CT)


def test_a_sound_image_passes() -> None:
    check_voxels(image(), CT)


@pytest.mark.parametrize(
    ("value", "count"), [(np.nan, 1), (np.inf, 3), (-np.inf, 2)], ids=["nan", "inf", "-inf"]
)
def test_voxels_that_are_not_numbers_are_counted_and_refused(value: float, count: int) -> None:
    volume = image()
    volume.voxels.ravel()[:count] = value
    message = rf"^--image ct_arterial=a.nii.gz: must hold finite .*got {count} NaN or infinite"
    with pytest.raises(InputError, match=message):
        check_voxels(volume, CT)


def test_voxels_without_a_value_pass_once_they_are_filled_as_the_refusal_says() -> None:
    volume = image()
    volume.voxels[:, :, :3] = np.nan  # outside the field of view
    with pytest.raises(InputError, match=r"outside the field of view that of air \(-1000 in CT"):
        check_voxels(volume, CT)
    check_voxels(volume.with_voxels(np.nan_to_num(volume.voxels, nan=-1000)), CT)


def test_a_constant_image_is_refused() -> None:
    with pytest.raises(InputError, match="must not be constant, got 7 in every voxel"):
        check_voxels(image().with_voxels(np.full((10, 20, 20), 7, np.int16)), CT)


def test_a_single_slice_is_refused() -> None:
    with pytest.raises(InputError, match=r"must be 3D .*got 20 x 20 x 1; give the whole volume"):
        check_voxels(image(grid(size_ijk=(20, 20, 1))), CT)


@pytest.mark.parametrize(("spacing_mm", "passes"), [(20.0, True), (20.5, False)])
def test_spacing_above_20_mm_is_refused(spacing_mm: float, passes: bool) -> None:
    volume = image(grid(spacing_mm=(1.0, 1.0, spacing_mm)))
    if passes:
        check_voxels(volume, CT)
        return
    with pytest.raises(InputError, match=r"spacing must be <= 20 mm .*got 1 x 1 x 20.5 mm"):
        check_voxels(volume, CT)


def test_two_patients_are_told_apart_without_naming_them() -> None:
    images = {CT: image(patient_digest="aaa"), MR: image(patient_digest="bbb")}
    with pytest.raises(InputError, match=r"mr_t2=.*patient of the arterial CT,") as caught:
        check_same_patient(images)
    assert "aaa" not in str(caught.value)
    assert "bbb" not in str(caught.value)


@pytest.mark.parametrize("digests", [("aaa", "aaa"), ("aaa", None), (None, None)])
def test_the_same_or_an_unknown_patient_passes(digests: tuple[str | None, str | None]) -> None:
    first, second = (image(patient_digest=digest) for digest in digests)
    check_same_patient({CT: first, MR: second.with_voxels(second.voxels[::-1])})


@pytest.mark.parametrize(("changed", "is_refused"), [(0.0, True), (0.05, True), (0.2, False)])
def test_one_image_as_two_sequences_is_refused(changed: float, is_refused: bool) -> None:
    first = image()
    voxels = first.voxels.copy()
    voxels[np.random.default_rng(1).random(voxels.shape) < changed] += 1
    images = {CT: first, MR: first.with_voxels(voxels)}
    if not is_refused:
        check_same_patient(images)
        return
    with pytest.raises(InputError, match=r"mr_t2=.*another image than the arterial CT"):
        check_same_patient(images)


def test_images_that_share_no_space_are_refused() -> None:
    far = image(grid(origin_lps=(0.0, 0.0, 500.0)))
    with pytest.raises(InputError, match="in the same position, got no overlap in patient space"):
        check_same_patient({CT: image(), MR: far})


@pytest.mark.parametrize(
    ("frames", "count"),
    [(("1", "2"), 1), (("1", "1"), 0), (("1", None), 0)],
    ids=["other", "same", "unknown"],
)
def test_another_frame_of_reference_is_worth_a_warning(
    frames: tuple[str, str | None], count: int
) -> None:
    images = {CT: image(frame_of_reference=frames[0]), MR: image(frame_of_reference=frames[1])}
    assert [w.code for w in registration_warnings(images)] == ["frames_differ"] * count


def test_an_roi_on_the_images_grid_passes_without_a_word() -> None:
    assert fit(cube(), image()) == []


def test_another_grid_is_worth_a_warning_with_both_spacings() -> None:
    finer = image(grid(size_ijk=(40, 40, 20), spacing_mm=(1.0, 1.0, 2.0)))
    roi = cube()
    labels = resample_labels(roi.labels, roi.geometry, finer.geometry)
    (warning,) = check_roi_fits(roi, finer, CT, labels)
    assert warning.code == "roi_resampled"
    assert "2 x 2 x 4 mm" in warning.message
    assert "1 x 1 x 2 mm" in warning.message


def test_the_share_outside_is_stated_and_the_rest_is_kept() -> None:
    # 2 of the cube's 6 layers lie below the image.
    cut = image(grid(origin_lps=(0.0, 0.0, 16.0)))
    assert fit(cube(), cut) == ["roi_partly_outside", "roi_shifted", "roi_cut_by_scan"]
    roi = cube()
    labels = resample_labels(roi.labels, roi.geometry, cut.geometry)
    assert check_roi_fits(roi, cut, CT, labels)[0].message.startswith("33 % of the ROI")


def test_an_roi_mostly_outside_is_refused() -> None:
    with pytest.raises(InputError, match=r"^--roi roi.nii.gz: must lie inside .*got 67 % of it"):
        fit(cube(), image(grid(origin_lps=(0.0, 0.0, 24.0))))


def test_an_roi_in_another_patients_frame_is_refused() -> None:
    with pytest.raises(InputError, match="same patient's frame, got 100 % of it outside"):
        fit(cube(), image(grid(origin_lps=(900.0, 0.0, 0.0))))


def test_an_roi_between_the_voxels_of_the_image_is_refused() -> None:
    fine = grid(size_ijk=(40, 40, 40), spacing_mm=(0.5, 0.5, 0.5), origin_lps=(1.2, 1.2, 1.2))
    coarse = image(grid(size_ijk=(5, 5, 5), spacing_mm=(10.0, 10.0, 10.0)))
    with pytest.raises(InputError, match="its largest lesion must cover the center of a voxel"):
        fit(cube(fine, side=6), coarse)


def test_a_smaller_lesion_that_is_lost_is_named() -> None:
    fine = grid(size_ijk=(80, 80, 20), spacing_mm=(0.5, 0.5, 4.0))
    labels = np.zeros(fine.shape_kji, np.uint8)
    labels[2:6, 20:60, 20:60] = 1
    labels[10, 2:8, 2:9] = 1  # from 1 to 4 mm: between the centers at 0 and 10
    roi = Roi(labels=labels, geometry=fine, names=((1, "HCC"),))
    coarse = image(grid(size_ijk=(4, 4, 20), spacing_mm=(10.0, 10.0, 4.0)))
    assert fit(roi, coarse) == ["roi_resampled", "lesion_lost"]


@pytest.mark.parametrize(("side", "passes"), [(50, True), (51, False)])
def test_more_than_half_of_the_image_is_an_inverted_roi(side: int, passes: bool) -> None:
    geometry = grid(size_ijk=(10, 10, 100))
    labels = np.zeros(geometry.shape_kji, np.uint8)
    labels[:side] = 1
    roi = Roi(labels=labels, geometry=geometry, names=((1, "HCC"),), source="roi.nii.gz")
    if passes:
        assert fit(roi, image(geometry)) == ["roi_cut_by_scan", "roi_cut_by_image"]
        return
    with pytest.raises(InputError, match=r"at most 50 % of the arterial CT, got 51 %"):
        fit(roi, image(geometry))


def test_ct_given_for_mr_and_mr_given_for_ct_are_refused() -> None:
    mask = cube().mask
    with pytest.raises(InputError, match=r"mr_t2=a.nii.gz: must be MR, got a CT image"):
        check_intensities(image(modality="CT"), MR, mask)
    with pytest.raises(InputError, match=r"ct_arterial=a.nii.gz: must be CT .*got an MR image"):
        check_intensities(image(modality="MR"), CT, mask)


def test_an_mr_is_never_asked_for_hounsfield_units() -> None:
    mr = image(modality="MR", description="T2 HASTE").with_voxels(
        np.random.default_rng(1).uniform(0, 1200, (10, 20, 20)).astype(np.float32)
    )
    assert check_intensities(mr, MR, cube().mask) == ()
