"""Tables without images, with features, several ROIs and readers, roles to be drawn; Excel."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from TACEResponseLib.basics.terms import Endpoint, ImageSequence
from TACEResponseLib.cohort.checking import check_files
from TACEResponseLib.cohort.columns import is_feature
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort

VOLUME = "original_shape_VoxelVolume"


def row(number: int, **changes: str) -> dict[str, str]:
    values = {
        "case_id": f"P{number}",
        "role": "training",
        "response": "responder",
        "response_reader1": "PR",
        "response_reader2": "SD",
        VOLUME: f"{1000 * number}.5",
        "cirrhosis": "yes",
    }
    return {**values, **changes}


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_excel(path: Path, rows: list[dict[str, str]]) -> Path:
    """The same table, all cells as texts."""
    book = Workbook()
    for line in (list(rows[0]), *(list(r.values()) for r in rows)):
        book.active.append(line)
    book.save(path)
    return path


def test_features_stand_in_for_images_and_roi(tmp_path: Path) -> None:
    first, _ = usable_cohort(write(tmp_path / "c.csv", [row(1), row(2)]))
    assert first.features == {VOLUME: 1000.5}
    assert first.images == {}
    assert first.roi is None
    assert check_files([first]).problems == ()


def test_readers_calls_are_kept_apart_from_what_models_read(tmp_path: Path) -> None:
    (first,) = usable_cohort(write(tmp_path / "c.csv", [row(1)]))
    assert first.readings == {"response_reader1": "PR", "response_reader2": "SD"}
    assert set(first.clinical.values) == {"cirrhosis"}
    assert not set(first.readings) & set(first.features)


def test_a_blank_role_is_to_be_drawn(tmp_path: Path) -> None:
    patients = usable_cohort(write(tmp_path / "c.csv", [row(1, role="")]))
    assert patients[0].role is None
    assert (
        "role to be drawn, positive"
        in describe_cohort(patients, Endpoint.OBJECTIVE_RESPONSE).header
    )


def test_each_sequence_may_have_an_roi_of_its_own(tmp_path: Path) -> None:
    names = {"mr_t2": "t2.nii", "roi_mr_t2": "roi_t2.nii", "roi_reader2": "roi2.nii"}
    for name in names.values():
        (tmp_path / name).write_text(name)
    (first,) = usable_cohort(write(tmp_path / "c.csv", [row(1, **names)]))
    assert first.sequence_rois == {ImageSequence.MR_T2: tmp_path / "roi_t2.nii"}
    assert first.roi_reader2 == tmp_path / "roi2.nii"
    assert first.roi is None


def test_check_opens_every_file(tmp_path: Path) -> None:
    names = {"ct_arterial": "ct.nii", "roi_ct_arterial": "a.nii", "roi_reader2": "b.nii"}
    for name in names.values():
        (tmp_path / name).write_text(name)
    problems = check_files(usable_cohort(write(tmp_path / "c.csv", [row(1, **names)]))).problems
    assert {p.column for p in problems} == set(names)
    assert all(p.row == 2 and p.remedy for p in problems)


def test_excel_says_the_same_as_csv(tmp_path: Path) -> None:
    rows = [row(1), row(2, response="", cirrhosis=""), row(3, role="external_test")]
    table = read_cohort(write(tmp_path / "c.csv", rows))
    assert read_cohort(write_excel(tmp_path / "c.xlsx", rows)).patients == table.patients
    assert len(table.patients) == 3


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({VOLUME: "big"}, VOLUME),
        ({VOLUME: "inf"}, VOLUME),
        ({"response_reader1": "good"}, "response_reader1"),
        ({"roi_reader2": "x"}, "roi_reader2"),
    ],
    ids=["a word", "no finite number", "an unknown call", "no such file"],
)
def test_bad_cells_are_named(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    (problem,) = read_cohort(write(tmp_path / "c.csv", [row(1, **changes)])).problems
    assert (problem.row, problem.column) == (2, column)


def test_a_patient_under_two_ids_is_known_by_the_features(tmp_path: Path) -> None:
    (problem,) = read_cohort(
        write(tmp_path / "c.csv", [row(1), row(2, **{VOLUME: "1000.5"})])
    ).problems
    assert "every feature of P1" in str(problem)


def test_an_image_without_its_tumor_is_told_where_the_table_has_the_column(tmp_path: Path) -> None:
    (tmp_path / "ct.nii").write_text("ct")
    (problem,) = read_cohort(
        write(tmp_path / "c.csv", [row(1, ct_arterial="ct.nii", roi="")])
    ).problems
    assert problem.column == "roi"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (VOLUME, True),
        ("mr_t2:original_glcm_Idm", True),
        ("reader2:original_firstorder_Mean", True),
        ("wavelet-LLH_glszm_ZoneEntropy", True),
        ("log-sigma-1-0-mm-3D_gldm_Idm", True),
        ("reader2:mr_t2:original_shape_Sphericity", True),
        ("n_lesions", True),
        ("pet:original_shape_Sphericity", False),
        ("original_shape", False),
        ("TTP", False),
        ("ct_early:original_shape_Sphericity", False),
    ],
)
def test_features_are_known_by_pyradiomics_names(column: str, *, expected: bool) -> None:
    assert is_feature(column) is expected
