"""What a table says of each patient as the options of `score` do: its ROI, dates and treatment."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole, Endpoint, ImageSequence
from TACEResponseLib.cohort.checking import check_files
from TACEResponseLib.cohort.loading import load_case, members
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.imaging.roi.roi_choice import COLUMNS, RoiChoice
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import BclcStage, CaseContext, Treatment
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings
from TACEResponseLib.training.preparation.cache import content_of

CT = ImageSequence.CT_ARTERIAL
SMALL = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3, 3, 6)))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small simulated patients."""
    return write_cohort(SMALL, 2, 5, tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def rows(simulated: Path) -> list[dict[str, str]]:
    """Their rows, with absolute paths and without clinical values."""
    with simulated.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    kept = ("case_id", "role", "response", "ct_arterial", "roi", "roi_label")
    return [
        {n: str(simulated.parent / r[n]) if n in ("ct_arterial", "roi") else r[n] for n in kept}
        for r in lines
    ]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def with_liver(row: dict[str, str], folder: Path) -> dict[str, str]:
    """The tumor as label 2 inside a liver of label 1, as the Decathlon has it."""
    image = sitk.ReadImage(row["roi"])
    tumor = sitk.GetArrayFromImage(image) > 0
    k, j, i = (slice(max(f.min() - 3, 0), f.max() + 4) for f in np.nonzero(tumor))
    labels = np.zeros(tumor.shape, dtype=np.uint8)
    labels[k, j, i] = 1
    labels[tumor] = 2
    changed = sitk.GetImageFromArray(labels)
    changed.CopyInformation(image)
    path = folder / f"{row['case_id']}_labels.nii.gz"
    sitk.WriteImage(changed, str(path))
    return {**row, "roi": str(path)}


def test_the_label_of_each_patient_is_used(rows: list[dict[str, str]], tmp_path: Path) -> None:
    chosen = {**with_liver(rows[0], tmp_path), "roi_label": "2"}
    case = load_case(usable_cohort(write(tmp_path / "c.csv", [chosen]))[0])
    alone = load_case(usable_cohort(write(tmp_path / "d.csv", rows[:1]))[0])
    assert case.lesions[0].volume_ml == pytest.approx(alone.lesions[0].volume_ml)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "has several labels; say which are the tumor"),
        ("all", "one label lies round another"),
        ("7", "must be a label of"),
        ("2;all", "takes all alone"),
        ("tumor", "must be whole numbers from 1 up, or all"),
    ],
)
def test_without_a_choice_that_can_be_followed_the_row_is_refused(
    said: str, problem: str, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    table = read_cohort(
        write(tmp_path / "c.csv", [{**with_liver(rows[0], tmp_path), "roi_label": said}])
    )
    (problems,) = table.problems or check_files(table.patients).problems
    assert problem in problems.rule
    assert "--roi" not in str(problems)
    if not said:
        assert problems.remedy == "write in column roi_label N, or all if each is a tumor"


def liver_mask(row: dict[str, str], path: Path, grown: int) -> str:
    """The tumor of a row and so many voxels round it."""
    mask = sitk.BinaryDilate(sitk.ReadImage(row["roi"]) > 0, [grown] * 3)
    sitk.WriteImage(mask, str(path))
    return str(path)


def test_a_liver_mask_of_a_row_is_compared_with_its_roi(
    rows: list[dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Relative to the table, by `cohort check` and `score --cohort`, and in the cache's key."""
    liver_mask(rows[0], tmp_path / "wide.nii.gz", 8)
    liver_mask(rows[1], tmp_path / "tight.nii.gz", 0)
    good, bad = {**rows[0], "liver": "wide.nii.gz"}, {**rows[1], "liver": "tight.nii.gz"}
    table = write(tmp_path / "c.csv", [good, bad])
    first, second = usable_cohort(table)
    assert load_case(first).liver is not None
    with pytest.raises(InputError, match=r"\(line 3\), roi: must have at most 80 %"):
        load_case(second)
    assert main(["cohort", "check", str(table)]) == 2
    stdout = capsys.readouterr().out
    assert "got 100 %" in stdout or "100 % (" in stdout
    words = ["score", "--bundle", "ct-radiomics-cnn-simulated", "--cohort", str(table)]
    assert main([*words, "--no-scene", "--output", str(tmp_path / "out")]) == 2
    with (tmp_path / "out" / "predictions.csv").open(newline="") as file:
        scored, refused = csv.DictReader(file)
    assert scored["probability"]
    assert "must have at most 80 % of the volume of the liver mask" in refused["problem"]
    role = CohortRole.TRAINING
    without = usable_cohort(write(tmp_path / "d.csv", [rows[0]]))
    keys = {
        content_of(members(p, role, Endpoint.OBJECTIVE_RESPONSE, [CT])[0])
        for p in ([first], without)
    }
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"liver": "nowhere.nii.gz"}, "must be there"),
        ({"liver": "roi"}, "must be another file than roi"),
        (
            {
                "liver": "mine.nii.gz",
                "roi": "",
                "ct_arterial": "",
                "roi_label": "",
                "age_years": "60",
            },
            "is compared with the ROI, and the row has none",
        ),
    ],
)
def test_a_liver_mask_that_can_do_nothing_is_a_problem_of_its_column(
    changes: dict[str, str], problem: str, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    liver_mask(rows[0], tmp_path / "mine.nii.gz", 8)
    row = {**rows[0], **changes}
    row["liver"] = rows[0]["roi"] if row["liver"] == "roi" else row["liver"]
    (problems, *_) = [
        p for p in read_cohort(write(tmp_path / "c.csv", [row])).problems if p.column == "liver"
    ]
    assert problems.rule == problem


def test_what_is_wrong_with_a_liver_mask_is_told_of_its_column(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    labels = with_liver(rows[0], tmp_path)["roi"]
    table = write(tmp_path / "c.csv", [{**rows[0], "liver": labels}])
    (problems,) = check_files(read_cohort(table).patients).problems
    assert (problems.column, problems.rule[:25]) == ("liver", "must mark the liver alone")
    assert "--" not in str(problems)


def test_one_liver_mask_of_two_patients_is_refused_however_it_was_saved(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    path = liver_mask(rows[0], tmp_path / "one.nii.gz", 8)
    image = sitk.Cast(sitk.ReadImage(path), sitk.sitkInt16) * 3
    sitk.WriteImage(image, str(tmp_path / "two.nrrd"))
    same = [{**row, "liver": "one.nii.gz"} for row in rows]
    (problem,) = read_cohort(write(tmp_path / "c.csv", same)).problems
    assert (problem.column, problem.got) == ("liver", f"the mask of {rows[0]['case_id']}")
    same[1]["liver"] = "two.nrrd"
    (problem,) = check_files(read_cohort(write(tmp_path / "d.csv", same)).patients).problems
    assert (problem.column, problem.got) == ("liver", f"the mask of {rows[0]['case_id']}")


def test_choice_and_size_are_read_from_the_row(rows: list[dict[str, str]], tmp_path: Path) -> None:
    row = {
        **rows[0],
        "roi_label": "1; 2",
        "roi_segment": "Tumor;Satellite, left",
        "large_roi": "yes",
    }
    (patient,) = usable_cohort(write(tmp_path / "c.csv", [row]))
    assert patient.roi_choice == RoiChoice(
        labels=(1, 2), segments=("Tumor", "Satellite, left"), is_large_meant=True, words=COLUMNS
    )


def test_another_choice_is_prepared_anew(rows: list[dict[str, str]], tmp_path: Path) -> None:
    """A cache must not give the liver for the tumor of the same file."""
    keys = set()
    for said in ("1", "2", "1;2", "all"):
        patients = usable_cohort(write(tmp_path / "c.csv", [{**rows[0], "roi_label": said}]))
        role = CohortRole.TRAINING
        (member,) = members(patients, role, Endpoint.OBJECTIVE_RESPONSE, [CT])
        keys.add(content_of(member))
    assert len(keys) == 4


CONTEXT = {
    "image_date": "2026-03-01",
    "treatment_date": "2026-03-20",
    "planned_treatment": "cTACE",
    "is_first_treatment": "yes",
    "bclc_stage": "B",
}


def test_the_context_of_each_patient_reaches_its_case(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    first, second = usable_cohort(
        write(
            tmp_path / "c.csv", [{**rows[0], **CONTEXT}, {**rows[1], **dict.fromkeys(CONTEXT, "")}]
        )
    )
    assert load_case(first).context == CaseContext(
        image_date=date(2026, 3, 1),
        treatment_date=date(2026, 3, 20),
        planned_treatment=Treatment.CTACE,
        is_first_treatment=True,
        bclc_stage=BclcStage.B,
    )
    assert second.context == CaseContext()
    (unasked,) = usable_cohort(write(tmp_path / "d.csv", rows[:1]))
    assert unasked.context is None


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"image_date": "2026-03-21"}, "image_date"),
        ({"image_date": "2999-01-01"}, "image_date"),
        ({"image_date": "21.03.2026"}, "image_date"),
        ({"treatment_date": "soon"}, "treatment_date"),
        ({"planned_treatment": "TACE"}, "planned_treatment"),
        ({"is_first_treatment": "2"}, "is_first_treatment"),
        ({"bclc_stage": "E"}, "bclc_stage"),
        ({"large_roi": "large"}, "large_roi"),
    ],
)
def test_a_wrong_answer_is_a_problem_of_its_column(
    changes: dict[str, str], column: str, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    row = {**rows[0], **CONTEXT, "large_roi": "", **changes}
    (problem,) = read_cohort(write(tmp_path / "c.csv", [row])).problems
    assert problem.column == column
    assert problem.remedy
    assert "true" not in str(problem)


def test_an_image_after_treatment_is_not_scored_in_a_cohort_either(
    rows: list[dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = {**rows[0], **CONTEXT, "image_date": "2026-03-21"}
    earlier = {**rows[1], **CONTEXT, "is_first_treatment": "no"}
    table = write(tmp_path / "c.csv", [late, earlier])
    words = ["score", "--bundle", "ct-radiomics-cnn-simulated", "--cohort", str(table)]
    assert main([*words, "--no-scene", "--output", str(tmp_path / "out")]) == 2
    assert "2 of 2 not" in capsys.readouterr().err
    with (tmp_path / "out" / "predictions.csv").open(newline="") as file:
        lines = {row["case_id"]: row for row in csv.DictReader(file)}
    assert {row["probability"] for row in lines.values()} == {""}
    assert "must not be after treatment" in lines[late["case_id"]]["problem"]
    assert "must be the first" in lines[earlier["case_id"]]["problem"]


def test_patients_without_role_and_response_are_scored(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    bare = [{n: row[n] for n in ("case_id", "ct_arterial", "roi", "roi_label")} for row in rows[:1]]
    table = write(tmp_path / "c.csv", bare)
    words = ["score", "--bundle", "ct-radiomics-cnn-simulated", "--cohort", str(table)]
    assert main([*words, "--no-scene", "--output", str(tmp_path / "out")]) == 0
    with pytest.raises(InputError, match="response: must be a column"):
        usable_cohort(table)


def test_one_mask_of_two_patients_is_refused_however_it_was_saved(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    image = sitk.ReadImage(rows[0]["roi"])
    other = tmp_path / "other.nrrd"
    sitk.WriteImage(sitk.Cast(image > 0, sitk.sitkInt16) * 3, str(other))
    same = write(tmp_path / "same.csv", [rows[0], {**rows[1], "roi": rows[0]["roi"]}])
    (problem,) = read_cohort(same).problems
    assert (problem.column, problem.got) == ("roi", f"the mask of {rows[0]['case_id']}")
    again = read_cohort(write(tmp_path / "again.csv", [rows[0], {**rows[1], "roi": str(other)}]))
    assert again.problems == ()
    (problem,) = check_files(again.patients).problems
    assert (problem.column, problem.got) == ("roi", f"the mask of {rows[0]['case_id']}")


def test_one_file_is_not_two_sequences_nor_two_readers(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    row = {
        **rows[0],
        "ct_portal_venous": rows[0]["ct_arterial"],
        "roi_reader2": rows[0]["roi"],
        "roi_ct_portal_venous": rows[0]["roi"],
    }
    problems = read_cohort(write(tmp_path / "c.csv", [row])).problems
    assert [(p.column, p.rule) for p in problems] == [
        ("ct_portal_venous", "must be another file than ct_arterial"),
        ("roi_reader2", "must be another file than roi_ct_portal_venous"),
    ]


def test_one_image_of_two_patients_is_refused_however_it_was_saved(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    other = tmp_path / "other.mha"
    sitk.WriteImage(sitk.Cast(sitk.ReadImage(rows[0]["ct_arterial"]), sitk.sitkFloat32), str(other))
    table = read_cohort(
        write(tmp_path / "c.csv", [rows[0], {**rows[1], "ct_arterial": str(other)}])
    )
    problems = check_files(table.patients).problems
    assert [(p.column, p.got) for p in problems] == [
        ("ct_arterial", f"the image of {rows[0]['case_id']}")
    ]


def test_facts_of_the_table_are_compared_with_the_roi(
    rows: list[dict[str, str]], tmp_path: Path
) -> None:
    case: Case = load_case(usable_cohort(write(tmp_path / "a.csv", rows[:1]))[0])
    right = case.lesions[0].longest_axial_diameter_mm / 10
    count = sum(not lesion.is_speck for lesion in case.lesions)
    facts = {"tumor_size_cm": f"{right:.1f}", "tumor_number": str(count)}
    agreeing = usable_cohort(write(tmp_path / "b.csv", [{**rows[0], **facts}]))
    assert check_files(agreeing).remarks == ()
    facts = {"tumor_size_cm": f"{2 * right:.1f}", "tumor_number": str(count + 1)}
    other = check_files(usable_cohort(write(tmp_path / "c.csv", [{**rows[0], **facts}])))
    assert other.problems == ()
    size, number = other.remarks
    assert f"typed as {2 * right:.1f} cm; the ROI's largest lesion measures {right:.1f} cm" in size
    assert f"{count + 1} tumors; the ROI holds {count}" in number


@pytest.mark.parametrize(
    ("column", "values", "unit"),
    [
        ("bilirubin_umol_per_l", ("3.2", "4.1", "5.5"), "mg/dL"),
        ("albumin_g_per_l", ("11", "12", "13"), "g/dL"),
        ("tumor_size_cm", ("38", "26", "30"), "mm"),
        ("afp_ng_per_ml", ("0.8", "1.9", "2.6"), "a logarithm"),
    ],
)
def test_a_column_that_no_cohort_has_is_remarked(
    column: str, values: tuple[str, ...], unit: str, tmp_path: Path
) -> None:
    rows = [
        {"case_id": f"P{n}", "role": "", "response": "", column: value}
        for n, value in enumerate(values)
    ]
    (remark,) = read_cohort(write(tmp_path / "c.csv", rows)).remarks
    assert remark.startswith(column)
    assert unit in remark


def test_usual_columns_are_not_remarked(tmp_path: Path) -> None:
    usual = {
        "bilirubin_umol_per_l": ("14", "17", "40"),
        "albumin_g_per_l [g/dL]": ("3.2", "3.8", "4.4"),
        "afp_ng_per_ml": ("5", "120", "60000"),
        "tumor_size_cm": ("2.5", "6", "13"),
        "hemoglobin_g_per_l": ("95", "120", "140"),
        "creatinine_mg_per_dl": ("0.6", "0.9", "1.4"),
        "platelets_1e9_per_l": ("60", "140", "260"),
    }
    rows = [
        {"case_id": f"P{n}", "role": "", "response": "", **{c: v[n] for c, v in usual.items()}}
        for n in range(3)
    ]
    assert read_cohort(write(tmp_path / "c.csv", rows)).remarks == ()
