from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.phase import (
    ARTERIAL,
    DELAYED,
    DUAL_ECHO,
    PORTAL_VENOUS,
    T1,
    T2,
    WITHOUT_CONTRAST,
    named_kinds,
    phase_warnings,
)
from TACEResponseLib.imaging.volume import Acquisition, Mask, Volume

ROI: Mask = np.zeros((4, 6, 6), bool)
ROI[1:3, 2:5, 2:5] = True


def image(description: str = "", has_contrast: bool | None = None, roi_hu: float = 90) -> Volume:
    geometry = Geometry(
        size_ijk=(6, 6, 4),
        spacing_mm=(1.0, 1.0, 1.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    return Volume(
        voxels=np.where(ROI, roi_hu, 50),
        geometry=geometry,
        source="ct.nii.gz",
        acquisition=Acquisition(description=description, has_contrast=has_contrast),
    )


def codes(
    sequence: str, description: str = "", has_contrast: bool | None = None, roi_hu: float = 90
) -> list[str]:
    volume = image(description, has_contrast, roi_hu)
    return [w.code for w in phase_warnings(volume, ImageSequence(sequence), ROI)]


@pytest.mark.parametrize(
    ("description", "kinds"),
    [
        ("LIVER LATE ARTERIAL 1.0 I30f", {ARTERIAL}),
        ("Leber_art_1.5", {ARTERIAL}),
        ("Abdomen arterielle Phase", {ARTERIAL}),
        ("PORTAL VENOUS 5mm", {PORTAL_VENOUS}),
        ("Leber PV", {PORTAL_VENOUS}),
        ("Abdomen portalvenös", {PORTAL_VENOUS}),
        ("LIVER DELAYED", {DELAYED}),
        ("Leber spät", {DELAYED}),
        ("t1_vibe_fs_tra_art", {ARTERIAL, T1}),
        ("T2 HASTE cor", {T2}),
        ("t1_fl2d_opp-phase", {T1, DUAL_ECHO}),
        ("in/out of phase", {DUAL_ECHO}),
        ("Abdomen nativ", {WITHOUT_CONTRAST}),
        ("LIVER W/O CONTRAST", {WITHOUT_CONTRAST}),
        ("non-contrast 5.0", {WITHOUT_CONTRAST}),
        ("3-PHASE LIVER W/WO", set()),
        ("LIVER WITH AND WITHOUT", set()),
        ("CT CHEST AP", set()),
        ("hepatic artery planning, support table, parts", set()),
        ("", set()),
    ],
)
def test_words_of_a_header_name_what_they_name_to_a_radiographer(
    description: str, kinds: set[str]
) -> None:
    assert named_kinds(description) == kinds


def test_a_header_that_names_the_phase_is_believed() -> None:
    assert codes("ct_arterial", "late arterial", True) == []
    assert codes("mr_arterial", "t1_vibe_dixon_art") == []
    assert codes("mr_dual_echo", "t1 dual without contrast", False) == []


@pytest.mark.parametrize(
    ("sequence", "description", "has_contrast"),
    [
        ("ct_arterial", "portal venous", True),
        ("ct_arterial", "arterial", False),
        ("ct_arterial", "", False),
        ("ct_arterial", "Abdomen nativ", None),
        ("ct_portal_venous", "late arterial", True),
        ("ct_delayed", "pv", True),
        ("mr_arterial", "T2 HASTE", None),
        ("mr_t2", "t1_vibe_art", True),
        ("mr_dual_echo", "T2 fs", None),
    ],
)
def test_a_header_that_names_something_else_contradicts(
    sequence: str, description: str, has_contrast: bool | None
) -> None:
    assert codes(sequence, description, has_contrast) == ["phase_contradicted"]


@pytest.mark.parametrize("sequence", list(ImageSequence))
def test_a_file_without_words_leaves_the_phase_unverified(sequence: str) -> None:
    assert codes(sequence) == ["phase_unverified"]


def test_a_protocol_of_several_phases_verifies_none() -> None:
    assert codes("ct_arterial", "Leber nativ/art/pv", True) == ["phase_unverified"]


@pytest.mark.parametrize(("median_hu", "is_enhanced"), [(59, False), (60, True)])
def test_an_roi_below_60_hu_shows_no_arterial_enhancement(
    median_hu: float, is_enhanced: bool
) -> None:
    expected = [] if is_enhanced else ["roi_not_enhanced"]
    assert codes("ct_arterial", "arterial", True, roi_hu=median_hu) == expected
    assert codes("ct_delayed", "delayed", True, roi_hu=median_hu) == []


def test_messages_name_phase_and_value_but_no_file() -> None:
    warnings = phase_warnings(image("portal venous", roi_hu=41), ImageSequence.CT_ARTERIAL, ROI)
    assert [w.message for w in warnings] == [
        "The image given as arterial-phase CT has a header that says portal venous-phase.",
        "The ROI's median of 41 HU in the arterial CT shows no arterial enhancement: no contrast "
        "agent, another phase, or a hypovascular or necrotic tumor.",
    ]


@pytest.mark.parametrize("patient", ["002", "008", "012", "019", "024", "025", "041", "042"])
def test_real_contrast_free_tumors_are_seen_as_not_enhanced(
    shared_data: Path, patient: str
) -> None:
    stem = shared_data / "sts" / f"STS_{patient}_CT"
    ct = Volume.of(sitk.ReadImage(f"{stem}_image.nii.gz"))
    mask = sitk.GetArrayFromImage(sitk.ReadImage(f"{stem}_mask.nii.gz")) > 0
    warnings = phase_warnings(ct, ImageSequence.CT_ARTERIAL, mask)
    assert [w.code for w in warnings] == ["phase_unverified", "roi_not_enhanced"]


def test_what_is_no_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="'ct_native' is not a valid ImageSequence"):
        codes("ct_native")
