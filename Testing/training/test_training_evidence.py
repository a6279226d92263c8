"""Patients without images and features are left out, told, counted, and leave no trace else."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole, ImageSequence
from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.cohort.hcc_tace_seg.importing import ImportRequest, import_hcc_tace_seg
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.members import members_by_role
from TACEResponseLib.training.usable import left_out_of, usable_for

pytestmark = pytest.mark.usefixtures("in_process", "cache_home")
WriteTable = Callable[..., Path]
Row = dict[str, Any]
FEATURE = "original_glcm_Contrast"


def blank(*ids: str) -> Callable[[Row], Row]:
    """These patients without one feature that the recipe reads."""
    return lambda row: {**row, FEATURE: ""} if row["case_id"] in ids else row


@pytest.fixture
def words(recipe_file: Path, tmp_path: Path) -> list[str]:
    return [
        "train",
        "--recipe",
        str(recipe_file),
        "--cohort",
        str(tmp_path / "cohort.csv"),
        "--seed",
        "2",
        "--jobs",
        "1",
    ]


def test_who_lacks_evidence_is_left_out_told_and_counted(
    words: list[str], write_table: WriteTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(change=blank("P001", "P004", "P013"))
    assert main([*words, "--output", str(tmp_path / "mine")]) == 0
    reason = "no image ct_arterial and no features in its place"
    # P000 stands in line 2 of the table.
    assert capsys.readouterr().err.splitlines() == [
        f"warning: P001 (line 3) is left out: {reason}",
        f"warning: P004 (line 6) is left out: {reason}",
        f"warning: P013 (line 15) is left out: {reason}",
    ]
    bundle = load_bundle(tmp_path / "mine")
    cohorts = bundle.metadata.cohorts
    # Of 60 and 30; the fourth of six in turn is a training patient, the fifth one to test.
    assert cohorts[CohortRole.TRAINING].n + cohorts[CohortRole.TUNING].n == 60 - 2
    assert cohorts[CohortRole.INTERNAL_TEST].n == 30 - 1
    assert cohorts[CohortRole.TRAINING].source == (
        f"the author's own table; left out: 2 with {reason}"
    )
    assert f"left out: 1 with {reason}" in bundle.card
    with (tmp_path / "mine-log" / "left-out.csv").open(newline="") as file:
        rows = [(row["case_id"], row["role"]) for row in csv.DictReader(file)]
    assert rows == [("P001", "training"), ("P004", "internal_test"), ("P013", "training")]
    assert "P001" not in bundle.card
    # A table that never had them gives the same numbers.
    gone = ("P001", "P004", "P013")
    write_table(order=lambda rows: [row for row in rows if row["case_id"] not in gone])
    assert main([*words, "--output", str(tmp_path / "again" / "mine")]) == 0
    again = load_bundle(tmp_path / "again" / "mine").metadata
    assert bundle.metadata.model_copy(update={"cohorts": again.cohorts}) == again
    models = [model_sums(tmp_path / "mine"), model_sums(tmp_path / "again" / "mine")]
    assert models[0] == models[1] != []
    assert not (tmp_path / "again" / "mine-log" / "left-out.csv").exists()


def model_sums(bundle: Path) -> list[str]:
    """Hashes of the classifiers."""
    return [line for line in (bundle / "SHA256SUMS").read_text().splitlines() if "models/" in line]


def test_blank_roles_are_drawn_among_those_who_are_left(
    make_recipe: Callable[..., Recipe],
) -> None:
    both = [patient(f"P{n}", given=n >= 2, response=r) for r in ("CR", "PD") for n in range(12)]
    named = [replace(p, case_id=f"{p.case_id}{p.response}") for p in both]
    recipe = make_recipe(folds=2)
    members_read = members_by_role(recipe, usable_for(recipe, named), 1)
    # 60, 20 and 20 % of ten patients of each class.
    assert {role.value: len(some) for role, some in members_read.items()} == {
        "training": 12,
        "tuning": 4,
        "internal_test": 4,
    }


REFUSED = {
    "more than a fifth": (
        [f"P{n:03d}" for n in range(19)],
        r"at most 20 % of the patients with a response may be left out, got 19 of 90 "
        r"(19 with no image",
    ),
    "a class lost": (
        [f"P{n:03d}" for n in range(4, 90, 6)],
        "internal_test patients need both classes, got 15 of one; 15 left out;",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_too_many_left_out_or_a_class_lost_is_refused_in_one_line(
    name: str,
    words: list[str],
    write_table: WriteTable,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ids, says = REFUSED[name]
    write_table(change=blank(*ids))
    assert main([*words, "--output", str(tmp_path / "mine")]) == 2
    *warnings, last = capsys.readouterr().err.splitlines()
    assert says in last
    assert all(line.startswith("warning: ") for line in warnings)
    assert not list(tmp_path.glob("*mine*"))


def test_a_fifth_may_be_left_out_and_no_more(make_recipe: Callable[..., Recipe]) -> None:
    def cohort(n: int) -> list[CohortPatient]:
        return [patient(f"P{i}", given=i >= n) for i in range(10)]

    assert len(usable_for(make_recipe(), cohort(2)).patients) == 8
    with pytest.raises(InputError, match=r"got 3 of 10 \(3 with no image"):
        usable_for(make_recipe(), cohort(3))


def patient(case_id: str, *, given: bool = True, **changes: Any) -> CohortPatient:
    """A patient with every feature, or none."""
    names = (
        "original_shape_MeshVolume",
        "original_firstorder_Mean",
        "original_firstorder_Entropy",
        FEATURE,
    )
    values: dict[str, Any] = {
        "row": 2,
        "case_id": case_id,
        "role": None,
        "clinical": ClinicalRecord(),
        "response": "CR",
        "features": dict.fromkeys(names, 1.0) if given else {},
    }
    return CohortPatient(**(values | changes))


CT = {ImageSequence.CT_ARTERIAL: Path("ct.nii.gz")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["no image ct_arterial and no features in its place"]),
        ({"images": CT}, ["no ROI"]),
        ({"images": CT, "roi": Path("roi.nii.gz")}, []),
        ({"images": CT, "sequence_rois": CT}, []),
        (
            {"images": {ImageSequence.CT_DELAYED: Path("ct.nii.gz")}, "roi": Path("roi.nii.gz")},
            ["no image ct_arterial and no features in its place"],
        ),
        ({"response": ""}, []),
    ],
    ids=["nothing", "no ROI", "image and ROI", "own ROI", "another phase", "never read"],
)
def test_the_reason_is_what_the_first_branch_lacks(
    changes: dict[str, Any], expected: list[str], make_recipe: Callable[..., Recipe]
) -> None:
    left = left_out_of(make_recipe(), [patient("P1", given=False, **changes), patient("P2")])
    assert [one.reason for one in left] == expected


def test_whole_slices_need_no_roi_and_clinical_variables_no_image() -> None:
    slices = read_recipe(find_recipe("mr-inceptionv4-haic"))
    images = {sequence: Path("mr.nii.gz") for sequence in slices.sequences}
    assert not left_out_of(slices, [patient("P1", given=False, images=images)])
    assert left_out_of(slices, [patient("P1", given=False)])[0].reason.startswith("no image mr_")


def test_the_check_tells_beforehand_whom_training_leaves_out(
    recipe_file: Path, write_table: WriteTable, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(change=blank("P001"))
    words = ["cohort", "check", str(table)]
    assert main([*words, "--recipe", str(recipe_file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: P001 (line 3) is left out: no image ct_arterial and no features in its place",
        "90 patients, no problem",
    ]
    # Without a recipe nobody can say that one feature is needed; a patient without any is told.
    assert main(words) == 0
    assert capsys.readouterr().out == "90 patients, no problem\n"
    features = [
        name
        for name in table.read_text().splitlines()[0].split(",")
        if name.startswith("original_")
    ]
    write_table(change=lambda r: r | dict.fromkeys(features, "") if r["case_id"] == "P001" else r)
    assert main(words) == 0
    assert "P001 (line 3) has neither images nor features" in capsys.readouterr().out
    write_table(change=blank(*(f"P{n:03d}" for n in range(19))))
    assert main([*words, "--recipe", str(recipe_file)]) == 2
    assert "got 19 of 90" in capsys.readouterr().err


def test_the_real_cohort_loses_the_one_patient_without_features(
    shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "hcc_tace_seg"
    import_hcc_tace_seg(
        ImportRequest(
            table=source / "clinical.xlsx",
            output=tmp_path / "real",
            features=source / "tumour_features.csv",
        )
    )
    recipe = read_recipe(find_recipe("ct-volume-clinical"))
    usable = usable_for(recipe, usable_cohort(tmp_path / "real" / "cohort.csv"))
    assert [one.case_id for one in usable.left_out] == ["HCC_089"]
    assert sum(p.label(recipe.endpoint) is not None for p in usable.patients) == 91
