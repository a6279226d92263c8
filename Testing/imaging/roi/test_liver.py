"""An ROI against a mask of the liver: told, or refused, and used for nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.liver import check_in_liver, liver_share
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.provenance import case_hashes
from Testing.storages import storages

CT, PORTAL = ImageSequence.CT_ARTERIAL, ImageSequence.CT_PORTAL_VENOUS
GRID = Geometry(
    size_ijk=(40, 40, 30),
    spacing_mm=(4.0, 4.0, 5.0),
    origin_lps=(-80.0, -80.0, -70.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)


def box(start: tuple[int, int, int], size: tuple[int, int, int], kind: str = "roi") -> Roi:
    """Voxels of 0.08 mL, (K, J, I)."""
    labels = np.zeros(GRID.shape_kji, dtype=np.uint8)
    labels[tuple(slice(s, s + n) for s, n in zip(start, size, strict=True))] = 1
    name = f"{kind}.nii.gz"
    return Roi(labels=labels, geometry=GRID, names=((1, "1"),), source=name, kind=kind)  # type: ignore[arg-type]


LIVER = box((5, 10, 10), (20, 20, 20), "liver")  # 8,000 voxels, 640 mL


def image(**known: str) -> Volume:
    hu = np.full(GRID.shape_kji, -1000.0)
    hu[:, 3:-3, 3:-3] = 90
    hu += np.random.default_rng(3).normal(0, 5, hu.shape)
    acquisition = Acquisition(modality="CT", description="arterial", has_contrast=True, **known)  # type: ignore[arg-type]
    return Volume(voxels=hu.round().astype(np.int16), geometry=GRID, acquisition=acquisition)


CT_IMAGE = image()


def case(roi: Roi, liver: Roi | None = LIVER, **parts: object) -> Case:
    values = {"case_id": "P1", "images": {CT: CT_IMAGE}, "roi": roi, "liver": liver, **parts}
    return Case(**values)  # type: ignore[arg-type]


def codes(made: Case) -> set[str]:
    return {warning.code for warning in made.warnings}


def test_a_tumor_in_the_liver_needs_no_word() -> None:
    tumor = box((8, 12, 12), (5, 10, 10))
    assert case(tumor).warnings == case(tumor, None).warnings


def test_share_and_what_lies_outside_are_counted_in_voxels() -> None:
    # 500 voxels of 8,000; of its ten rows four begin before the liver does.
    share = liver_share(box((8, 6, 12), (5, 10, 10)), LIVER)
    assert (share.of_volume, share.outside) == (500 / 8000, 0.4)


@pytest.mark.parametrize(("rows", "is_refused"), [(16, False), (17, True)], ids=["80 %", "85 %"])
def test_an_roi_of_more_than_four_fifths_of_the_liver_is_refused(
    rows: int, is_refused: bool
) -> None:
    drawn = box((5, 10, 10), (20, rows, 20))
    meant = replace(case(box((8, 12, 12), (5, 5, 5))).roi_choice, is_large_meant=True)
    if not is_refused:
        assert case(drawn, roi_choice=meant).liver is LIVER
        return
    rule = (
        r"^--roi roi\.nii\.gz: must have at most 80 % of the volume of the liver mask, got 85 % "
        r"\(544 mL of 640 mL\); choose the tumor alone, or give a mask of the whole liver"
    )
    # Nobody can say it away, and it is said before the question whether so much is tumor.
    for choice in (meant, replace(meant, is_large_meant=False)):
        with pytest.raises(InputError, match=rule):
            case(drawn, roi_choice=choice)


def test_a_share_that_breaks_the_rule_by_little_is_told_with_enough_digits() -> None:
    """Of 45,000 voxels of the liver 36,001 are drawn: 80.0022 %."""
    liver = LIVER
    marked = np.zeros(liver.labels.size, dtype=np.uint8)
    marked[:45_000] = 1
    drawn = np.zeros_like(marked)
    drawn[:36_001] = 1
    shape = liver.labels.shape
    with pytest.raises(InputError, match=r"at most 80 % .*, got 80\.002 % \("):
        check_in_liver(
            replace(liver, labels=drawn.reshape(shape)),
            replace(liver, labels=marked.reshape(shape)),
        )


def test_either_remedy_of_a_large_share_works() -> None:
    """The tumor alone; or a mask that no longer leaves the tumor out."""
    tumor = box((5, 10, 10), (20, 10, 15))
    rest = replace(LIVER, labels=np.where(tumor.mask, 0, LIVER.labels).astype(np.uint8))
    thin = replace(rest, labels=np.where(np.arange(40) < 22, rest.labels, 0).astype(np.uint8))
    with pytest.raises(InputError, match="80 %"):
        case(tumor, thin)
    assert "roi_outside_liver" not in codes(case(tumor, LIVER))
    assert case(box((6, 16, 11), (5, 8, 8)), thin).liver is thin


def test_an_roi_of_one_sequence_is_compared_too() -> None:
    small, large = box((8, 12, 12), (5, 5, 5)), box((5, 10, 10), (20, 18, 20))
    with pytest.raises(InputError, match="90 %"):
        case(small, sequence_rois={CT: large})


@pytest.mark.parametrize(("column", "is_told"), [(5, False), (4, True)], ids=["half", "60 %"])
def test_an_roi_that_lies_mostly_outside_the_liver_is_told(column: int, is_told: bool) -> None:
    # Ten columns wide; the liver begins at the tenth.
    made = case(box((8, 12, column), (5, 5, 10)))
    said = [w.message for w in made.warnings if w.code == "roi_outside_liver"]
    assert [text.partition(" of the ROI")[0] for text in said] == (["60 %"] if is_told else [])


def test_grids_of_roi_and_liver_need_not_agree() -> None:
    """Neither the way of storing nor a cut to the liver moves the numbers."""
    tumor = box((8, 6, 12), (5, 10, 10))
    right = liver_share(tumor, LIVER)
    cut = Roi(
        labels=LIVER.labels[4:27, 9:31, 8:32].copy(),
        geometry=GRID.cropped((8, 9, 4), (24, 22, 23)),
        names=((1, "1"),),
        kind="liver",
    )
    for storage in storages():
        stored = replace(
            cut, labels=storage.voxels(cut.labels), geometry=storage.geometry(cut.geometry)
        )
        assert liver_share(tumor, stored) == right


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (replace(LIVER, geometry=replace(GRID, origin_lps=(900.0, 0.0, 0.0))), "all of it outside"),
        (
            replace(
                LIVER,
                geometry=replace(GRID, spacing_mm=(1.0, 1.0, 1.0), origin_lps=(0.0, 0.0, 0.0)),
            ),
            "must have the geometry of the arterial CT",
        ),
        (
            replace(
                LIVER,
                acquisition=Acquisition(knows_position=False),
                geometry=replace(GRID, origin_lps=(0.0, 0.0, 0.0)),
            ),
            "its place in the patient",
        ),
        (
            replace(LIVER, geometry=replace(GRID, spacing_mm=(12.0, 12.0, 10.0))),
            "at most 10,000 mL",
        ),
    ],
    ids=["elsewhere", "no grid", "no position", "no liver is so large"],
)
def test_a_mask_that_can_not_be_of_this_liver_is_refused(mask: Roi, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        case(box((8, 12, 12), (5, 5, 5)), mask)
    assert caught.value.where == "--liver liver.nii.gz"


def test_a_mask_of_another_patient_is_refused() -> None:
    known = {"patient_digest": "a", "frame_of_reference": "1.2"}
    for other in ({"patient_digest": "b"}, {"frame_of_reference": "1.3"}):
        mask = replace(LIVER, acquisition=Acquisition(**(known | other)))  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"^--liver liver\.nii\.gz: must") as caught:
            case(box((8, 12, 12), (5, 5, 5)), mask, images={CT: image(**known)})
        assert "another" in caught.value.got


def test_a_mask_that_lies_mirrored_is_told_as_the_livers() -> None:
    turned = replace(
        GRID, direction_lps=(-1.0, 0, 0, 0, 1, 0, 0, 0, 1), origin_lps=(70.0, -80.0, -70.0)
    )
    made = case(box((8, 12, 12), (5, 5, 5)), replace(LIVER, geometry=turned))
    (text,) = [w.message for w in made.warnings if w.code == "liver_mirrored"]
    assert text.startswith("The liver mask has the size of the arterial CT")
    assert text.endswith("check that it lies on the liver.")


def test_the_record_says_which_share_of_which_liver_and_nothing_without_one() -> None:
    tumor = box((8, 6, 12), (5, 10, 10))
    hashes = case_hashes(case(tumor))
    assert hashes["liver"]["roi_share_of_volume"] == 0.0625
    assert hashes["liver"]["roi_share_outside"] == 0.4
    assert len(hashes["liver"]["sha256"]) == 64
    assert case_hashes(case(tumor, None)) == {k: v for k, v in hashes.items() if k != "liver"}
