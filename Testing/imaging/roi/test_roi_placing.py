"""A mask whose header was lost or belongs to another is told, or refused."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.checks import check_intensities, check_roi_fits
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case
from Testing.storages import storages

CT, MR, PORTAL = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2, ImageSequence.CT_PORTAL_VENOUS
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
GRID = Geometry(
    size_ijk=(20, 16, 12),
    spacing_mm=(2.0, 2.0, 4.0),
    origin_lps=(-20.0, -16.0, -24.0),
    direction_lps=IDENTITY,
)


def hu(geometry: Geometry = GRID) -> np.ndarray:
    """Air round tissue of 60 HU, with a scanner's noise."""
    values = np.random.default_rng(5).normal(-1000.0, 12.0, geometry.shape_kji)
    values[:, 2:-2, 2:-2] += 1060
    return values.round().astype(np.int16)


def volume(geometry: Geometry = GRID, **known: object) -> Volume:
    acquisition = Acquisition(description="arterial", **known)  # type: ignore[arg-type]
    return Volume(voxels=hu(geometry), geometry=geometry, source="ct", acquisition=acquisition)


def roi(geometry: Geometry = GRID, slices: slice = slice(4, 8), **known: object) -> Roi:
    labels = np.zeros(geometry.shape_kji, dtype=np.uint8)
    labels[slices, 5:11, 6:13] = 1
    acquisition = Acquisition(**known)  # type: ignore[arg-type]
    return Roi(
        labels=labels,
        geometry=geometry,
        names=((1, "HCC"),),
        source="mask",
        acquisition=acquisition,
    )


def codes(drawn: Roi, image: Volume) -> list[str]:
    labels = resample_labels(drawn.labels, drawn.geometry, image.geometry)
    return [w.code for w in check_roi_fits(drawn, image, CT, labels)]


def test_a_mask_on_the_images_grid_needs_no_word() -> None:
    assert codes(roi(), volume()) == []


@pytest.mark.parametrize(
    "lost",
    [{"spacing_mm": (1.0, 1.0, 1.0), "origin_lps": (0.0, 0.0, 0.0)}, {"spacing_mm": (1.0,) * 3}],
    ids=["identity", "spacing 1"],
)
def test_a_mask_without_a_geometry_is_refused(lost: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(
        InputError, match="must have the geometry of the arterial CT, whose size it has"
    ):
        codes(roi(replace(GRID, **lost)), volume())  # type: ignore[arg-type]


def test_a_mirrored_mask_of_the_images_size_is_told() -> None:
    mirrored = replace(GRID, direction_lps=(-1.0, *IDENTITY[1:]), origin_lps=(14.0, -16.0, -24.0))
    assert "roi_mirrored" in codes(roi(mirrored), volume())


def test_a_shifted_mask_of_the_images_size_is_told_in_mm() -> None:
    shifted = roi(replace(GRID, origin_lps=(-17.0, -16.0, -24.0)))
    labels = resample_labels(shifted.labels, shifted.geometry, GRID)
    text = {w.code: w.message for w in check_roi_fits(shifted, volume(), CT, labels)}
    assert "corners up to 3.0 mm away" in text["roi_shifted"]


def test_the_same_voxels_counted_from_another_corner_are_no_other_place() -> None:
    """What a program writes that stores right to left."""
    turned = replace(GRID, direction_lps=(-1.0, *IDENTITY[1:]), origin_lps=(18.0, -16.0, -24.0))
    drawn = replace(roi(), labels=roi().labels[:, :, ::-1].copy(), geometry=turned)
    assert codes(drawn, volume()) == []


def test_a_mask_cut_to_the_tumor_on_the_images_own_voxels_needs_no_word() -> None:
    """Slicer and DICOM SEG write it so, in any order of the axes."""
    whole = roi()
    for start, size in (((6, 5, 4), (7, 6, 4)), ((3, 2, 4), (12, 10, 4)), ((0, 0, 2), (20, 16, 8))):
        i, j, k = (slice(s, s + n) for s, n in zip(start, size, strict=True))
        cut = replace(
            whole, labels=whole.labels[k, j, i].copy(), geometry=GRID.cropped(start, size)
        )
        for storage in storages():
            stored = replace(
                cut, labels=storage.voxels(cut.labels), geometry=storage.geometry(cut.geometry)
            )
            labels = resample_labels(stored.labels, stored.geometry, GRID)
            assert np.array_equal(labels, whole.labels)
            assert codes(stored, volume()) == []


@pytest.mark.parametrize(
    ("mm", "says"),
    [
        (0.03, []),
        (0.15, []),
        (0.3, ["roi_resampled", "roi_shifted"]),
        (1.2, ["roi_resampled", "roi_shifted"]),
        (2.0, ["roi_shifted"]),
    ],
)
def test_a_header_is_another_place_from_a_tenth_of_a_voxel_on(mm: float, says: list[str]) -> None:
    moved = roi(replace(GRID, origin_lps=(-20.0 + mm, -16.0, -24.0)))
    labels = resample_labels(moved.labels, moved.geometry, GRID)
    text = {w.code: w.message for w in check_roi_fits(moved, volume(), CT, labels)}
    assert list(text) == says
    assert np.array_equal(labels, roi().labels) == (mm < 1)
    assert not says or f"{mm:.1f} mm away" in text["roi_shifted"]


def test_a_mask_on_every_second_slice_of_the_grid_was_drawn_on_another_grid() -> None:
    thick = roi(replace(GRID, size_ijk=(20, 16, 6), spacing_mm=(2.0, 2.0, 8.0)), slice(2, 4))
    assert codes(thick, volume()) == ["roi_resampled"]


def test_what_lies_outside_is_told_of_the_images_own_voxels_too() -> None:
    lower = replace(GRID, origin_lps=(-20.0, -16.0, -48.0))
    assert codes(roi(slices=slice(5, 9)), volume()) == []
    warning_codes = codes(roi(lower, slice(4, 9)), volume())
    assert warning_codes[:1] == ["roi_partly_outside"]
    assert "roi_resampled" not in warning_codes


@pytest.mark.parametrize(
    ("slices", "says"),
    [(slice(0, 4), ["roi_cut_by_scan"]), (slice(8, 12), ["roi_cut_by_scan"]), (slice(1, 11), [])],
    ids=["lowest", "highest", "inside"],
)
def test_an_roi_of_a_part_of_the_tumor_is_told(slices: slice, says: list[str]) -> None:
    assert codes(roi(slices=slices), volume()) == says


def test_an_image_that_lost_its_geometry_is_told() -> None:
    lost = replace(GRID, spacing_mm=(1.0, 1.0, 1.0), origin_lps=(0.0, 0.0, 0.0))
    mask = roi(lost).mask
    warnings = [w.code for w in check_intensities(volume(lost, modality="CT"), CT, mask)]
    assert "geometry_missing" in warnings
    assert codes(roi(lost), volume(lost)) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda v: v / 10, "divided by 10"),
        (lambda v: v + 150, "air does not lie near -1000"),
        (lambda v: v - 110, "air does not lie near -1000"),
        (lambda v: v, None),
    ],
    ids=["tenth", "brighter", "darker", "as it is"],
)
def test_values_that_are_hu_no_more_are_told(change, says: str | None) -> None:  # type: ignore[no-untyped-def]
    image = volume(modality="CT")
    image = image.with_voxels(change(image.voxels.astype(np.float32)).astype(np.float32))
    text = " ".join(w.message for w in check_intensities(image, CT, roi().mask))
    assert (says in text) if says else ("can't be verified" not in text)


def test_a_ct_given_as_mr_is_told() -> None:
    warnings = [w.code for w in check_intensities(volume(), MR, roi().mask)]
    assert "looks_like_ct" in warnings
    mr = volume().with_voxels(np.abs(hu()).astype(np.int16))
    assert "looks_like_ct" not in [w.code for w in check_intensities(mr, MR, roi().mask)]


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"patient_digest": "b"}, "patient of the images, got another patient's DICOM id"),
        ({"frame_of_reference": "1.9"}, "frame of reference of an image"),
    ],
    ids=["patient", "frame"],
)
def test_a_segmentation_of_another_is_refused(known: dict[str, str], says: str) -> None:
    image = volume(modality="CT", patient_digest="a", frame_of_reference="1.1")
    with pytest.raises(InputError, match=says):
        Case(case_id="P1", images={CT: image}, roi=roi(**known))


def test_a_segmentation_of_one_of_two_frames_is_taken() -> None:
    later = volume(modality="CT", frame_of_reference="1.2")
    images = {
        CT: volume(modality="CT", frame_of_reference="1.1"),
        PORTAL: replace(later, voxels=later.voxels[::-1].copy()),
    }
    case = Case(case_id="P1", images=images, roi=roi(frame_of_reference="1.2"))
    assert "frames_differ" in [w.code for w in case.warnings]
