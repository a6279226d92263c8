from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.values.ct_look import Look
from TACEResponseLib.imaging.values.hounsfield import check_hounsfield
from TACEResponseLib.imaging.values.hounsfield_rules import REFUSALS
from TACEResponseLib.imaging.volume import Acquisition, Mask, Volume, Voxels

PATIENTS = ("002", "008", "012", "019", "024", "025", "041", "042")
CT = ImageSequence.CT_ARTERIAL
WHERE = "--image ct_arterial=ct.nii.gz"


def volume(voxels: Voxels, modality: str | None = None) -> Volume:
    size = (voxels.shape[2], voxels.shape[1], voxels.shape[0])
    geometry = Geometry(
        size_ijk=size,
        spacing_mm=(1.0, 1.0, 1.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    known = Acquisition(modality="MR" if modality == "MR" else None)
    return Volume(voxels=voxels, geometry=geometry, source="ct.nii.gz", acquisition=known)


SHAPE = (20, 60, 60)
ROI: Mask = np.zeros(SHAPE, bool)
ROI[8:12, 25:35, 25:35] = True


def abdomen() -> Voxels:
    """Air, fat, organs of 60 HU, some bone, a tumor of 100 HU, noise of 12 HU."""
    draw = np.random.default_rng(7)
    hu = np.full(SHAPE, -1000.0)
    hu[:, 8:52, 8:52] = -100
    hu[:, 12:48, 12:48] = 60
    hu[:, 44:48, 26:34] = 500
    hu[ROI] = 100
    return np.maximum(hu + draw.normal(0, 12, SHAPE), -1024).round().astype(np.int16)


def crop_of_liver() -> Voxels:
    """Organs and the tumor alone."""
    draw = np.random.default_rng(8)
    return (np.where(ROI, 100, 60) + draw.normal(0, 12, SHAPE)).round().astype(np.int16)


def codes(voxels: Voxels) -> list[str]:
    return [w.code for w in check_hounsfield(volume(voxels), CT, WHERE, ROI)]


def first_rule(voxels: Voxels) -> str | None:
    look = Look.of(volume(voxels), ROI)
    return next((rule.name for rule in REFUSALS if rule.applies(look)), None)


def windowed(hu: Voxels, top: float) -> Voxels:
    return np.clip((hu + 100) / 400, 0, 1) * top


def magnitude(organ: float, tumor: float) -> Voxels:
    """MR: no negative voxel, the air near 0, fat bright."""
    hu = abdomen()
    draw = np.random.default_rng(9)
    signal = np.select([ROI, hu > 300, hu > 0, hu > -300], [tumor, 20, organ, 900], 5.0)
    return np.abs(signal + draw.normal(0, 5, SHAPE)).astype(np.float32)


def test_a_ct_in_hu_passes_without_a_word() -> None:
    assert codes(abdomen()) == []


def test_a_crop_without_air_and_fat_is_taken_with_a_doubt() -> None:
    assert codes(crop_of_liver()) == ["hu_unverified"]


@pytest.mark.parametrize(
    ("voxels", "rule"),
    [
        (windowed(abdomen(), 1.0), "unit_scale"),
        (windowed(abdomen(), 1.0) * 2 - 1, "narrow"),
        ((abdomen() - 50.0) / 100, "narrow"),
        (windowed(abdomen(), 255.0).astype(np.uint8), "8_bit"),
        (np.interp(abdomen(), (-1024, 600), (0, 255)), "8_bit"),
        (abdomen() + 1024, "offset"),
        (abdomen() + 1000, "offset"),
        (np.where(abdomen() < -900, -2000, abdomen() + 1024), "offset"),
        (crop_of_liver() + 1024, "offset"),
        (abdomen() - 1024, "offset_twice"),
        (abdomen() + 8192, "roi_not_tissue"),
        (magnitude(organ=350, tumor=450), "roi_not_tissue"),
        (magnitude(organ=300, tumor=120), "wide_without_air"),
    ],
    ids=[
        "window to 0..1",
        "window to -1..1",
        "z-score",
        "window to 0..255",
        "all to 0..255",
        "offset 1024",
        "offset 1000",
        "offset and padding",
        "offset in a crop",
        "offset twice",
        "offset 8192",
        "MR, bright tumor",
        "MR, dark tumor",
    ],
)
def test_another_scale_is_refused_by_the_rule_that_names_it(voxels: Voxels, rule: str) -> None:
    assert first_rule(voxels) == rule
    reason = next(r.says for r in REFUSALS if r.name == rule)
    with pytest.raises(InputError, match="must be CT in Hounsfield units") as caught:
        codes(voxels)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_message_holds_range_mean_and_remedy() -> None:
    voxels = (abdomen() + 1024).astype(np.int16)
    mean = voxels[ROI].mean()
    with pytest.raises(InputError) as caught:
        codes(voxels)
    assert str(caught.value) == (
        f"{WHERE}: must be CT in Hounsfield units (HU), got values 0 to {voxels.max()}, "
        f"ROI mean {mean:.4g}: looks like CT stored with an offset of 1024, or like MR; export "
        "the CT with its rescale slope and intercept applied, or choose a bundle for MR"
    )


def test_a_file_that_says_mr_is_refused_whatever_its_values() -> None:
    with pytest.raises(InputError, match="got an MR image; give the CT"):
        check_hounsfield(volume(abdomen(), "MR"), CT, WHERE, ROI)


def test_a_clip_window_in_hu_is_told_with_its_share_of_the_roi() -> None:
    hu = abdomen()
    # 100 of the ROI's 400 voxels are made darker than the window.
    hu.ravel()[np.flatnonzero(ROI)[:100]] = -400
    (warning,) = check_hounsfield(volume(np.clip(hu, -200, 300)), CT, WHERE, ROI)
    assert warning.code == "hu_clipped"
    assert warning.message == (
        "The values of the arterial CT were clipped to -200 to 300 HU: 25 % of the ROI's voxels "
        "lie at these limits. Models are trained on values that are whole."
    )


@pytest.mark.parametrize(("share", "expected"), [(0.01, []), (0.05, ["suspected_lipiodol"])])
def test_dense_spots_in_the_roi_suggest_lipiodol(share: float, expected: list[str]) -> None:
    hu = abdomen()
    spots = np.flatnonzero(ROI)[: int(share * ROI.sum())]
    hu.ravel()[spots] = 900
    assert codes(hu) == expected


def test_an_roi_full_of_lipiodol_is_ct_all_the_same() -> None:
    hu = abdomen()
    hu[ROI] = np.random.default_rng(6).normal(700, 30, int(ROI.sum()))
    assert codes(hu) == ["hu_unverified", "suspected_lipiodol"]


def test_shares_come_from_a_sample_of_a_large_image() -> None:
    hu = abdomen()
    large = np.tile(hu, (9, 6, 6))
    roi = np.zeros(large.shape, bool)
    roi[:20, :60, :60] = ROI
    small, sampled = Look.of(volume(hu), ROI), Look.of(volume(large), roi)
    assert sampled.air_or_fat == pytest.approx(small.air_or_fat, abs=0.02)
    assert (sampled.low, sampled.high, sampled.roi_mean) == (small.low, small.high, small.roi_mean)


def real(folder: Path, patient: str, modality: str) -> tuple[Volume, Mask]:
    stem = folder / "sts" / f"STS_{patient}_{modality}"
    image = Volume.of(sitk.ReadImage(f"{stem}_image.nii.gz"), source="ct.nii.gz")
    return image, sitk.GetArrayFromImage(sitk.ReadImage(f"{stem}_mask.nii.gz")) > 0


@pytest.mark.parametrize("patient", PATIENTS)
def test_real_ct_passes_and_the_same_with_an_offset_does_not(
    shared_data: Path, patient: str
) -> None:
    ct, mask = real(shared_data, patient, "CT")
    assert check_hounsfield(ct, CT, WHERE, mask) == ()
    with pytest.raises(InputError, match="offset of 1024"):
        check_hounsfield(ct.with_voxels(ct.voxels + 1024), CT, WHERE, mask)
    with pytest.raises(InputError, match=r"scaled to 0\.\.255"):
        check_hounsfield(ct.with_voxels(windowed(ct.voxels, 255).astype(np.uint8)), CT, WHERE, mask)


@pytest.mark.parametrize("patient", PATIENTS)
def test_real_mr_given_as_ct_is_refused(shared_data: Path, patient: str) -> None:
    mr, mask = real(shared_data, patient, "MR_T1")
    with pytest.raises(InputError, match=r"ROI mean \d+.*: looks like MR"):
        check_hounsfield(mr, CT, WHERE, mask)


@pytest.mark.parametrize("level", [0.3, 0.5, 0.7, 0.9])
def test_a_real_abdominal_mr_is_refused_wherever_the_roi_lies(
    shared_data: Path, level: float
) -> None:
    mr = Volume.of(sitk.ReadImage(str(shared_data / "liver_ct" / "mr.nii.gz")))
    at = np.quantile(mr.voxels, level)
    with pytest.raises(InputError, match="looks like MR"):
        check_hounsfield(mr, CT, WHERE, np.abs(mr.voxels - at) < 15)


def test_a_real_abdominal_ct_passes_with_the_liver_as_roi(shared_data: Path) -> None:
    folder = shared_data / "liver_ct"
    ct = Volume.of(sitk.ReadImage(str(folder / "ct.nii.gz")))
    liver = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "organs.nii.gz"))) == 5
    assert check_hounsfield(ct, CT, WHERE, liver) == ()
