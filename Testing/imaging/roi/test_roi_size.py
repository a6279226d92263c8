"""How large an ROI may be, when it is asked for, and in whose words."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import COLUMNS, RoiChoice
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case

CT = ImageSequence.CT_ARTERIAL
GRID = Geometry(
    size_ijk=(60, 60, 60),
    spacing_mm=(6.0, 6.0, 6.0),
    origin_lps=(0.0, 0.0, 0.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)


def box(k: int, j: int, i: int) -> Roi:
    """So many voxels of 0.216 mL along each axis."""
    labels = np.zeros(GRID.shape_kji, dtype=np.uint8)
    labels[2 : 2 + k, 8 : 8 + j, 8 : 8 + i] = 1
    return Roi(labels=labels, geometry=GRID, names=((1, "label 1"),), source="roi.nii.gz")


def case(roi: Roi, choice: RoiChoice | None = None) -> Case:
    draw = np.random.default_rng(3)
    hu = np.full(GRID.shape_kji, -1000.0)
    hu[:, 4:-4, 4:-4] = 90
    image = Volume(
        voxels=(hu + draw.normal(0, 5, hu.shape)).round().astype(np.int16),
        geometry=GRID,
        source="ct.nii.gz",
        acquisition=Acquisition(modality="CT", description="arterial", has_contrast=True),
    )
    return Case(case_id="P1", images={CT: image}, roi=roi, roi_choice=choice or RoiChoice())


def test_a_tumor_of_usual_size_is_taken_without_a_word() -> None:
    # 13 x 13 x 13 x 0.216 mL = 475 mL.
    assert "roi_large" not in {w.code for w in case(box(13, 13, 13)).warnings}


@pytest.mark.parametrize(
    ("choice", "remedy"),
    [(RoiChoice(), "add --large-roi"), (RoiChoice(words=COLUMNS), "write yes in column large_roi")],
    ids=["options", "columns"],
)
def test_beyond_500_ml_the_user_is_asked(choice: RoiChoice, remedy: str) -> None:
    # 14 x 14 x 14 x 0.216 mL = 593 mL.
    with pytest.raises(InputError) as caught:
        case(box(14, 14, 14), choice)
    # The longest outline of an axial slice: 84 mm by 13 x 6 mm between centers.
    assert "got 593 mL, 115 mm across" in str(caught.value)
    assert str(caught.value).endswith(remedy)
    meant = RoiChoice(words=choice.words, is_large_meant=True)
    (warning,) = [w for w in case(box(14, 14, 14), meant).warnings if w.code == "roi_large"]
    assert "593 mL" in warning.message


@pytest.mark.parametrize("shape", [(23, 23, 23), (5, 5, 42)], ids=["2,628 mL", "254 mm"])
def test_beyond_any_tumor_nothing_helps(shape: tuple[int, int, int]) -> None:
    for choice in (RoiChoice(), RoiChoice(is_large_meant=True)):
        with pytest.raises(InputError, match="at most 2,500 mL and 250 mm across"):
            case(box(*shape), choice)


def test_the_largest_real_tumor_can_be_scored() -> None:
    # 19 x 19 x 19 x 0.216 mL = 1,482 mL; the largest of HCC-TACE-Seg has 1,450 mL.
    codes = {w.code for w in case(box(19, 19, 19), RoiChoice(is_large_meant=True)).warnings}
    assert "roi_large" in codes


def test_an_roi_of_one_sequence_is_measured_too() -> None:
    whole = case(box(5, 5, 5))
    with pytest.raises(InputError, match=r"roi\.nii\.gz: may hold more than 500 mL only if"):
        Case(case_id="P1", images=whole.images, roi=whole.roi, sequence_rois={CT: box(14, 14, 14)})
