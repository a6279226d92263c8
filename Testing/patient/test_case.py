from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case

CT, PORTAL, MR = ImageSequence.CT_ARTERIAL, ImageSequence.CT_PORTAL_VENOUS, ImageSequence.MR_T2


def grid(**changes: Any) -> Geometry:
    values: dict[str, Any] = {
        "size_ijk": (48, 40, 16),
        "spacing_mm": (2.0, 2.0, 4.0),
        "origin_lps": (-60.0, -35.0, 110.0),
        "direction_lps": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    }
    return Geometry(**(values | changes))


def balls(geometry: Geometry) -> Roi:
    """A lesion of 24 mm, another of 14 mm, and a speck."""
    k, j, i = np.indices(geometry.shape_kji)
    position = geometry.to_lps(np.stack([i, j, k], axis=-1))
    labels = np.zeros(geometry.shape_kji, np.uint8)
    for label, center, radius in [(1, (-4, 8, 142), 12), (2, (-32, 2, 142), 7)]:
        labels[np.linalg.norm(position - np.array(center), axis=-1) < radius] = label
    labels[1, 1, 1] = 2
    return Roi(
        labels=labels,
        geometry=geometry,
        names=((1, "Tumor"), (2, "Satellite")),
        source="roi.nii.gz",
    )


def image(geometry: Geometry | None = None, **known: Any) -> Volume:
    """Air and a body of 90 HU with noise."""
    geometry = geometry or grid()
    known = {"modality": "CT", "description": "arterial", "has_contrast": True} | known
    draw = np.random.default_rng(3 if known["description"] == "arterial" else 4)
    hu = np.full(geometry.shape_kji, -1000.0)
    hu[:, 4:-4, 4:-4] = 90
    return Volume(
        voxels=(hu + draw.normal(0, 5, hu.shape)).round().astype(np.int16),
        geometry=geometry,
        source="ct.nii.gz",
        acquisition=Acquisition(**known),
    )


def case(images: dict[ImageSequence, Volume] | None = None, roi: Roi | None = None) -> Case:
    return Case(case_id="P1", images=images or {CT: image()}, roi=roi or balls(grid()))


def codes(of: Case) -> list[str]:
    return [warning.code for warning in of.warnings]


def test_a_sound_case_numbers_its_lesions_and_has_no_warning() -> None:
    sound = case()
    assert sound.warnings == ()
    assert [(x.index, x.label, x.is_speck) for x in sound.lesions] == [
        (1, 1, False),
        (2, 2, False),
        (3, 2, True),
    ]
    assert sound.largest_lesion is sound.lesions[0]


def test_masks_are_of_the_lesions_asked_for() -> None:
    sound = case()
    assert np.array_equal(sound.mask(CT, 1), sound.roi.labels == 1)
    assert np.array_equal(sound.mask(CT, 1, 2, 3), sound.roi.mask)
    assert not sound.mask(CT, 9).any()


def test_an_roi_drawn_on_another_grid_has_the_same_volume_in_mm() -> None:
    fine = grid(size_ijk=(120, 100, 80), spacing_mm=(0.8, 0.8, 0.8))
    drawn_elsewhere = case(roi=balls(fine))
    assert codes(drawn_elsewhere) == ["roi_resampled"]
    voxels = [int(drawn_elsewhere.mask(CT, n).sum()) for n in (1, 2)]
    volumes = [n * grid().voxel_volume_mm3 / 1000 for n in voxels]
    analytic = [4 / 3 * np.pi * r**3 / 1000 for r in (12, 7)]
    assert [x.volume_ml for x in drawn_elsewhere.lesions[:2]] == pytest.approx(analytic, rel=0.02)
    assert volumes == pytest.approx(analytic, rel=0.08)


def test_each_image_has_the_lesions_on_its_own_grid() -> None:
    coarse = grid(size_ijk=(24, 20, 16), spacing_mm=(4.0, 4.0, 4.0))
    both = case({CT: image(), PORTAL: image(coarse, description="portal venous")})
    assert both.lesion_labels[PORTAL].shape == coarse.shape_kji
    expected = resample_labels(both.lesion_labels[CT], grid(), coarse)
    assert np.array_equal(both.lesion_labels[PORTAL], expected)


def test_warnings_of_readers_come_first() -> None:
    remark = CaseWarning(code="read", message="Read with a remark.")
    made = Case(
        case_id="P1",
        images={CT: image(has_contrast=False)},
        roi=balls(grid()),
        reading_warnings=(remark,),
    )
    assert codes(made) == ["read", "phase_contradicted"]


def test_images_of_two_frames_of_reference_are_worth_a_warning() -> None:
    pair = {
        CT: image(frame_of_reference="1"),
        PORTAL: image(frame_of_reference="2", description="portal venous"),
    }
    assert codes(case(pair)) == ["frames_differ"]


def broken(kind: str) -> dict[ImageSequence, Volume]:
    """Images of a case with one fault."""
    ct = image()
    if kind == "nan":
        voxels = ct.voxels.astype(np.float32)
        voxels[0, 0, 0] = np.nan
        return {CT: ct.with_voxels(voxels)}
    faults = {
        "constant": ct.with_voxels(np.zeros_like(ct.voxels)),
        "offset": ct.with_voxels(ct.voxels + 1024),
        "elsewhere": image(grid(origin_lps=(900.0, 0.0, 0.0))),
        "mr": image(modality="MR"),
    }
    if kind == "apart":
        return {CT: ct, PORTAL: faults["elsewhere"]}
    if kind == "patients":
        return {CT: image(patient_digest="aaa"), PORTAL: image(patient_digest="bbb")}
    return {CT: faults[kind]}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("nan", "^--image ct_arterial=ct.nii.gz: must hold finite numbers only, got 1 NaN"),
        ("constant", "^--image ct_arterial=ct.nii.gz: must not be constant, got 0"),
        (
            "offset",
            "^--image ct_arterial=ct.nii.gz: must be CT in Hounsfield .*offset of 1024",
        ),
        ("mr", "^--image ct_arterial=ct.nii.gz: must be CT in Hounsfield units.*an MR image"),
        (
            "elsewhere",
            "^--roi roi.nii.gz: must lie inside the arterial CT, in the same patient's frame",
        ),
        ("apart", "^--image ct_portal_venous=ct.nii.gz: must show the patient of .*no overlap"),
        ("patients", "^--image ct_portal_venous=ct.nii.gz: must show .*another patient's DICOM id"),
    ],
)
def test_a_case_with_one_fault_is_refused_in_one_line(kind: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        case(broken(kind))
    assert "\n" not in str(caught.value)


def test_a_case_without_images_is_refused() -> None:
    with pytest.raises(InputError, match="at least one image is needed, got none"):
        Case(case_id="P1", images={}, roi=balls(grid()))


def test_an_empty_roi_is_refused() -> None:
    empty = Roi(
        labels=np.zeros(grid().shape_kji, np.uint8), geometry=grid(), names=(), source="roi.nii.gz"
    )
    with pytest.raises(InputError, match=r"^--roi roi.nii.gz: must hold a lesion .*got 0 voxels"):
        case(roi=empty)


def test_an_inverted_roi_is_refused() -> None:
    labels = (balls(grid()).labels == 0).astype(np.uint8)
    inverted = Roi(labels=labels, geometry=grid(), names=((1, "Tumor"),), source="roi.nii.gz")
    with pytest.raises(InputError, match=r"must fill at most 50 % .*tumor and background"):
        case(roi=inverted)


def drawn_again(shift_mm: float = 0.0, **changes: Any) -> Roi:
    """The lesions as drawn on another series, without the speck."""
    geometry = grid()
    k, j, i = np.indices(geometry.shape_kji)
    position = geometry.to_lps(np.stack([i, j, k], axis=-1))
    labels = np.zeros(geometry.shape_kji, np.uint8)
    # The smaller lesion has the lower label here, and the larger one less area.
    for label, center, radius in [(1, (-32, 2, 142), 9), (2, (-4, 8, 142), 8)]:
        moved = np.add(center, (0.0, 0.0, shift_mm))
        labels[np.linalg.norm(position - moved, axis=-1) < radius] = label
    return Roi(labels=labels, geometry=geometry, names=((1, "B"), (2, "A")), **changes)


def test_lesions_drawn_on_a_sequence_keep_the_numbers_of_the_main_roi() -> None:
    images = {CT: image(), PORTAL: image(description="portal venous")}
    two = Case(
        case_id="P1", images=images, roi=balls(grid()), sequence_rois={PORTAL: drawn_again()}
    )
    assert [lesion.index for lesion in two.lesions] == [1, 2, 3]
    assert np.array_equal(two.mask(CT, 1), balls(grid()).labels == 1)
    assert np.array_equal(two.mask(PORTAL, 1), drawn_again().labels == 2)
    assert np.array_equal(two.mask(PORTAL, 2), drawn_again().labels == 1)


def test_the_first_drawn_sequence_stands_in_for_a_missing_roi() -> None:
    images = {CT: image(), PORTAL: image(description="portal venous")}
    two = Case(case_id="P1", images=images, sequence_rois={PORTAL: drawn_again()})
    assert two.roi is two.sequence_rois[PORTAL]
    assert np.array_equal(two.mask(CT, 1), two.mask(PORTAL, 1))


def test_an_roi_of_an_image_that_is_not_given_is_refused() -> None:
    with pytest.raises(InputError, match="--roi ct_portal_venous: must belong to an image"):
        Case(case_id="P1", images={CT: image()}, sequence_rois={PORTAL: drawn_again()})


def test_a_case_without_an_roi_has_no_lesions_and_says_so_when_asked() -> None:
    bare = Case(case_id="P1", images={CT: image()})
    assert bare.lesions == ()
    assert bare.lesion_labels == {}
    assert "suspected_lipiodol" not in codes(bare)
    for ask in (lambda: bare.largest_lesion, lambda: bare.mask(CT, 1)):
        with pytest.raises(InputError, match="--roi: this model looks at the tumor"):
            ask()


def test_an_mr_given_as_ct_is_refused_without_an_roi_too() -> None:
    offset = image()
    moved = Volume(
        voxels=offset.voxels + np.int16(1024),
        geometry=offset.geometry,
        source="ct.nii.gz",
        acquisition=offset.acquisition,
    )
    with pytest.raises(InputError, match="Hounsfield"):
        Case(case_id="P1", images={CT: moved})
