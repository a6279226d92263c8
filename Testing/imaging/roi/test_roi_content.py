"""A mask that lies mirrored on its image has a header that fits; what it marks gives it away."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_content import content_warnings
from TACEResponseLib.imaging.roi.roi_placing import check_mask_grid
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.coarse_images import CT_GRID

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
GRID = Geometry(
    size_ijk=(60, 50, 12),
    spacing_mm=(3.0, 3.0, 4.0),
    origin_lps=(-90.0, -75.0, -24.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)
BODY = (slice(None), slice(8, 42), slice(6, 54))


def image(sequence: ImageSequence) -> Volume:
    """Air, fat to the right, tissue to the left; in MR fat and tissue over a noise of 4."""
    air, fat, tissue = (-1000, -100, 60) if sequence is CT else (0, 900, 300)
    values = np.full(GRID.shape_kji, float(air))
    values[BODY] = tissue
    values[:, 8:42, 6:20] = fat
    values += np.random.default_rng(3).normal(0, 4, values.shape)
    if sequence is MR:
        values = np.abs(values)
    return Volume(
        voxels=values.round().astype(np.int16),
        geometry=GRID,
        acquisition=Acquisition(modality=sequence.modality),
    )


def block(columns: slice) -> Roi:
    labels = np.zeros(GRID.shape_kji, np.uint8)
    labels[4:8, 20:30, columns] = 1
    return Roi(labels=labels, geometry=GRID, names=((1, "HCC"),), source="mask.nii.gz")


def said(sequence: ImageSequence, columns: slice) -> dict[str, str]:
    roi = block(columns)
    warnings = content_warnings(roi, image(sequence), sequence, roi.labels)
    return {w.code: w.message for w in warnings}


def test_a_tumor_in_tissue_needs_no_word() -> None:
    assert said(CT, slice(40, 50)) == {}
    assert said(MR, slice(40, 50)) == {}
    assert said(MR, slice(10, 20)) == {}  # bright in MR, as fat is


def test_an_roi_with_a_good_part_in_fat_is_told_with_its_shares() -> None:
    message = said(CT, slice(17, 27))["roi_not_in_tissue"]
    shares = "30 % of the ROI is as dark as fat, lung or air (below -30 HU; 0 % below -200 HU)"
    assert shares in message


def test_an_roi_largely_in_air_is_refused_with_its_share() -> None:
    # 5 of 8 columns of -1000 HU beside 3 of 60.
    with pytest.raises(
        InputError,
        match=r"--roi mask\.nii\.gz: must lie on tissue of the arterial CT, got a mean of -60\d HU "
        r"and 62 % of it below -200 HU \(lung or air\); check that the mask is of this patient",
    ):
        said(CT, slice(51, 59))


def test_an_roi_in_the_background_of_an_mr_is_told_with_its_share() -> None:
    assert "62 % of the ROI lies outside the body" in said(MR, slice(51, 59))["roi_not_in_body"]


@pytest.mark.parametrize("flipped", ["voxels", "header"])
def test_voxels_or_header_of_a_mask_flipped_alone_are_told_by_what_it_marks(flipped: str) -> None:
    """Both have the box of the image, which no header tells from another corner's."""
    drawn = block(slice(44, 54))
    x = GRID.origin_lps[0] + 3.0 * 59
    mirrored = replace(
        GRID, direction_lps=(-1, 0, 0, 0, 1, 0, 0, 0, 1), origin_lps=(x, *GRID.origin_lps[1:])
    )
    wrong = (
        replace(drawn, labels=drawn.labels[:, :, ::-1].copy())
        if flipped == "voxels"
        else replace(drawn, geometry=mirrored)
    )
    assert check_mask_grid(wrong, image(CT), CT) == ()
    right = Case(case_id="P1", images={CT: image(CT)}, roi=drawn)
    assert "roi_not_in_tissue" not in [w.code for w in right.warnings]
    (warnings,) = [
        w
        for w in Case(case_id="P1", images={CT: image(CT)}, roi=wrong).warnings
        if w.code == "roi_not_in_tissue"
    ]
    assert "100 % of the ROI" in warnings.message
    assert "mirrored" in warnings.message


def test_no_genuine_tumor_is_told_and_a_mirrored_liver_is(shared_data: Path) -> None:
    for path in sorted((shared_data / "sts").glob("*_image.nii.gz")):
        sequence = CT if "_CT" in path.name else MR
        roi, _ = read_roi(Path(str(path).replace("_image", "_mask")))
        volume, _ = read_image(path, sequence)
        assert content_warnings(roi, volume, sequence, roi.labels) == (), path.name
    folder = shared_data / "liver_ct"
    ct, _ = read_image(folder / "ct.nii.gz", CT)
    liver, _ = read_roi(folder / "organs.nii.gz", labels=(5,))
    assert content_warnings(liver, ct, CT, liver.labels) == ()
    (warnings,) = content_warnings(liver, ct, CT, liver.labels[:, :, ::-1])
    assert "42 % of the ROI is as dark as fat, lung or air" in warnings.message


def test_two_in_three_simulated_tumors_on_the_wrong_side_are_told() -> None:
    mirrored = right = 0
    for index in range(6):
        case = simulate_patient(SimulationSettings(grid=CT_GRID), 3, index).to_case()
        volume, labels = case.images[CT], case.lesion_labels[CT]
        right += bool(content_warnings(case.roi, volume, CT, labels))
        try:
            mirrored += bool(content_warnings(case.roi, volume, CT, labels[:, :, ::-1]))
        except InputError:
            mirrored += 1
    assert right == 0
    assert mirrored >= 4
