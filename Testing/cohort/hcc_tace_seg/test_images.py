"""The collection's images: the segmented series by its path, the tumor's union as a mask."""

import csv
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from openpyxl import Workbook
from pydicom.uid import MRImageStorage

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.cohort.checking import check_files
from TACEResponseLib.cohort.hcc_tace_seg.columns import needed_columns
from TACEResponseLib.cohort.hcc_tace_seg.images import ImportedImages, import_images
from TACEResponseLib.cohort.loading import load_case
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.evidence.clinical.measures import measure_roi
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from Testing.cohort.tace_seg_download import (
    SHAPE,
    VOXEL_ML,
    two_masses,
    write_patient,
    write_segmentation,
    write_series,
)

ARTERIAL = ImageSequence.CT_ARTERIAL
MARKED = 2 * 3 * 2 + 2 * 4


def imported(download: Path, output: Path, *ids: str) -> ImportedImages:
    output.mkdir()
    return import_images(download, ids or ("HCC_001",), output, output)


def problem(download: Path, output: Path) -> str:
    """What is said of the one patient; nothing of it is written."""
    cohort = imported(download, output)
    assert not cohort.cells
    assert not list((output / "masks").iterdir())
    return str(cohort.problems["HCC_001"])


@pytest.mark.parametrize("head_first", [False, True], ids=["foot first", "head first"])
def test_the_mask_is_the_union_of_all_masses_on_the_slices_it_was_drawn_on(
    head_first: bool, tmp_path: Path
) -> None:
    write_patient(tmp_path / "in", "HCC_001", head_first=head_first)
    cells = imported(tmp_path / "in", tmp_path / "out").cells["HCC_001"]
    volume, _ = read_image(tmp_path / "out" / cells["ct_arterial"], ARTERIAL)
    roi, _ = read_roi(tmp_path / "out" / cells["roi"])
    assert roi.geometry.same_grid(volume.geometry)
    assert np.array_equal(roi.mask, two_masses() > 0)
    # Voxels hold 20 k + row: those marked are of the slices and rows that were drawn.
    assert set(volume.voxels[roi.mask].tolist()) == {
        *(20 * k + row for k in (1, 2) for row in (2, 3, 4)),
        108,
        109,
    }
    (log_volume,) = measure_roi(roi, ["log_volume_ml"]).values()
    assert log_volume == pytest.approx(np.log10(MARKED * VOXEL_ML), abs=1e-6)


def test_masses_in_several_segments_and_gaps_between_slices_are_one_mask(tmp_path: Path) -> None:
    first, second = two_masses(), two_masses()
    first[5], second[1:3] = 0, 0
    masks = {"mass 1": first, "Mass_2": second, "Massive artery": np.ones(SHAPE, dtype=np.uint8)}
    write_patient(tmp_path / "in", "HCC_001", masks=masks)
    cells = imported(tmp_path / "in", tmp_path / "out").cells["HCC_001"]
    roi, _ = read_roi(tmp_path / "out" / cells["roi"])
    assert np.array_equal(roi.mask, two_masses() > 0)


def test_a_mass_alone_lies_right_though_slices_without_it_were_never_stored(tmp_path: Path) -> None:
    write_patient(tmp_path / "in", "HCC_001", masks={"Mass": two_masses()})
    cells = imported(tmp_path / "in", tmp_path / "out").cells["HCC_001"]
    roi, _ = read_roi(tmp_path / "out" / cells["roi"])
    assert np.array_equal(roi.mask, two_masses() > 0)


def test_the_series_is_the_one_that_is_referred_to_though_both_lie_in_one_folder(
    tmp_path: Path,
) -> None:
    study = write_patient(tmp_path / "in", "HCC_001", description="ARTERIAL")
    for path in (study / "2.000000-SCOUT-00001").iterdir():
        path.rename(study / "4.000000-LIVER-00002" / path.name)
    cells = imported(tmp_path / "in", tmp_path / "out").cells["HCC_001"]
    image = tmp_path / "out" / cells["ct_arterial"]
    assert image.is_file()
    volume, _ = read_image(image, ARTERIAL)
    assert volume.acquisition.description == "ARTERIAL"


def test_the_segmentation_before_treatment_counts(tmp_path: Path) -> None:
    study = write_patient(tmp_path / "in", "HCC_001")
    later = study.with_name("06-10-1998-NA-CT ABDOMEN-20000")
    slices = write_series(later / "4.000000-LIVER-00002", "HCC_001", "later")
    write_segmentation(
        later / "300.000000-Segmentation-1",
        slices,
        {"Mass": np.ones(SHAPE, dtype=np.uint8)},
        study_date="19980610",
    )
    cells = imported(tmp_path / "in", tmp_path / "out").cells["HCC_001"]
    assert "02-10-1998" in cells["ct_arterial"]
    roi, _ = read_roi(tmp_path / "out" / cells["roi"])
    assert roi.mask.sum() == MARKED


@pytest.mark.parametrize(
    ("description", "phase", "column"),
    [
        ("LIVER ARTERIAL PHASE", "arterial", "ct_arterial"),
        ("Recon 2: PORTAL VENOUS", "portal venous", "ct_portal_venous"),
        ("DELAYED 5 MIN", "delayed", "ct_delayed"),
        ("3 PHASE LIVER (AP)", "", "ct_arterial"),
        ("ARTERIAL AND DELAYED", "", "ct_arterial"),
        ("ABDOMEN NON CONTRAST", "contrast-free", None),
    ],
)
def test_the_phase_is_what_the_header_says_and_blank_where_it_says_nothing(
    description: str, phase: str, column: str | None, tmp_path: Path
) -> None:
    write_patient(tmp_path / "in", "HCC_001", description=description)
    cells = imported(tmp_path / "in", tmp_path / "out").cells["HCC_001"]
    assert cells["phase"] == phase
    assert [name for name in cells if name.startswith("ct_") and cells[name]] == (
        [column] if column else []
    )
    assert cells["roi"]


def test_a_segmentation_without_a_mass_is_told_by_patient_and_rule(tmp_path: Path) -> None:
    liver = np.ones(SHAPE, dtype=np.uint8)
    write_patient(tmp_path / "in", "HCC_001", masks={"Liver": liver, "Portal vein": two_masses()})
    write_patient(tmp_path / "in", "HCC_002")
    cohort = imported(tmp_path / "in", tmp_path / "out", "HCC_001", "HCC_002", "HCC_003")
    assert str(cohort.problems["HCC_001"]).startswith(
        'HCC_001, segmentation 1-1.dcm: must have a segment "Mass", got Liver, Portal vein; '
    )
    assert list(cohort.cells) == ["HCC_002"]
    assert cohort.absent == 1
    assert [p.name for p in (tmp_path / "out" / "masks").iterdir()] == ["HCC_002.nii.gz"]


def without(part: str, study: Path) -> None:
    (folder,) = study.glob(f"*{part}*")
    shutil.rmtree(folder)


def cut_short(study: Path) -> None:
    (study / "4.000000-LIVER-00002" / "1-06l.dcm").unlink()
    (study / "4.000000-LIVER-00002" / "1-07l.dcm").unlink()


def with_a_hole(study: Path) -> None:
    (study / "4.000000-LIVER-00002" / "1-04l.dcm").unlink()


def twice(study: Path) -> None:
    shutil.copytree(study.parent, study.parents[3] / "copy" / "HCC_001")


def segmented_twice(study: Path) -> None:
    (segmentation,) = study.glob("300*")
    shutil.copytree(segmentation, study / "301.000000-Segmentation-9")


def of_another_kind(study: Path) -> None:
    for path in (study / "4.000000-LIVER-00002").iterdir():
        slice_ = pydicom.dcmread(path)
        slice_.Modality, slice_.SOPClassUID = "MR", MRImageStorage
        slice_.file_meta.MediaStorageSOPClassUID = MRImageStorage
        slice_.save_as(path)


def without_reference(study: Path) -> None:
    (path,) = study.glob("300*/*.dcm")
    segmentation = pydicom.dcmread(path)
    del segmentation.ReferencedSeriesSequence
    segmentation.save_as(path)


SPOILED: dict[str, tuple[Callable[[Path], None], str]] = {
    "no segmentation": (partial(without, "Segmentation"), "a DICOM SEG must be there, got 14"),
    "no series": (partial(without, "LIVER"), "must be there, got no file of it"),
    "end of the series": (
        cut_short,
        "that it refers to, got another grid",
    ),
    "hole in the series": (with_a_hole, "slices must be evenly spaced"),
    "two folders": (twice, "must hold one folder of a patient, got 2"),
    "two segmentations": (segmented_twice, "the earliest study must have one DICOM SEG, got 2"),
    "another modality": (of_another_kind, "must be CT, got MR"),
    "no reference": (without_reference, "must refer to one series, got 0"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_wrong_with_one_patient_is_told_in_a_line(name: str, tmp_path: Path) -> None:
    spoil, says = SPOILED[name]
    spoil(write_patient(tmp_path / "in", "HCC_001"))
    refusal_line = problem(tmp_path / "in", tmp_path / "out")
    assert refusal_line.startswith("HCC_001, ")
    assert says in refusal_line


@pytest.mark.parametrize(("make", "says"), [(False, "must be a folder"), (True, "a folder a")])
def test_a_download_without_patients_is_refused(make: bool, says: str, tmp_path: Path) -> None:
    if make:
        (tmp_path / "in" / "other").mkdir(parents=True)
    with pytest.raises(InputError, match=says):
        imported(tmp_path / "in", tmp_path / "out")


def clinical_table(path: Path, *ids: str) -> Path:
    """The collection's workbook with these patients, all alike."""
    values = {
        "age": 71,
        "Sex": 2,
        "Diabetes": 0,
        "Evidence_of_cirh": 1,
        "CPS": "B",
        "BCLC": "Stage-C",
        "tumor_nodul": "multinodular",
        "T_involvment": "< or = 50%",
        "Portal Vein Thrombosis": 1,
        "Vascular invasion": 0,
        "Metastasis": 0,
        "chemotherapy": "doxorubicin LC beads",
    }
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(needed_columns())
    for case_id in ids:
        sheet.append([{"TCIA_ID": case_id, **values}.get(name, 1) for name in needed_columns()])
    book.save(path)
    return path


def test_the_command_writes_a_table_whose_images_and_masks_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = clinical_table(tmp_path / "t.xlsx", "HCC_001", "HCC_002", "HCC_003")
    write_patient(tmp_path / "in", "HCC_001")
    write_patient(tmp_path / "in", "HCC_002", masks={"Liver": two_masses()})
    words = ["cohort", "import", "hcc-tace-seg", str(table), "--images", str(tmp_path / "in")]
    assert main([*words, "--output", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith(
        "3 patients, 3 read by three readers, 3 responders, 1 with a mask\n"
    )
    first, last = printed.err.splitlines()
    assert first.startswith("error: HCC_002, segmentation 1-1.dcm: must have a segment")
    assert last.startswith("error: --images: every patient's images must be whole, got 1 not;")
    one, *others = usable_cohort(tmp_path / "out" / "cohort.csv")
    assert load_case(one).mask(ARTERIAL, 1, 2).sum() == MARKED
    assert not any(p.images or p.roi for p in others)
    assert check_files([one, *others]).problems == ()
    notes = (tmp_path / "out" / "NOTES.md").read_text(encoding="utf-8")
    assert "with a mask: 1; without a folder: 1; with images that could not be taken: 1." in notes
    assert "not named 1" in notes
    assert "HCC_0" not in notes


def test_the_same_download_gives_the_same_bytes(tmp_path: Path) -> None:
    write_patient(tmp_path / "in", "HCC_001")
    for name in ("a", "b"):
        imported(tmp_path / "in", tmp_path / name)
    first, second = (tmp_path / name / "masks" / "HCC_001.nii.gz" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert sitk.ReadImage(str(first)).GetPixelID() == sitk.sitkUInt8


def test_without_images_the_table_has_no_column_of_them(tmp_path: Path) -> None:
    table = clinical_table(tmp_path / "t.xlsx", "HCC_001")
    words = ["cohort", "import", "hcc-tace-seg", str(table), "--output", str(tmp_path / "out")]
    assert main(words) == 0
    with (tmp_path / "out" / "cohort.csv").open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    assert not {"roi", "ct_arterial", "phase"} & set(header)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["NOTES.md", "cohort.csv"]
