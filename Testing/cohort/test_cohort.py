"""A cohort table: read, checked row by row and as a whole, described, trained on."""

import csv
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole, Endpoint, ImageSequence
from TACEResponseLib.cohort.checking import check_files
from TACEResponseLib.cohort.columns import FILES, clinical_column, column_meant
from TACEResponseLib.cohort.description import describe_cohort
from TACEResponseLib.cohort.loading import load_case, members
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.settings import SimulationSettings

SEQUENCE = ImageSequence.CT_ARTERIAL
HEADER = [
    "case_id",
    "role",
    "ct_arterial",
    "roi",
    "response",
    "albumin_g_per_l [g/dL]",
    "sex",
    "site",
]


def row(number: int, **changes: str) -> dict[str, str]:
    values = {
        "case_id": f"P{number}",
        "role": "training",
        "ct_arterial": f"ct{number}.nii.gz",
        "roi": f"roi{number}.nii.gz",
        "response": "PR",
        "albumin_g_per_l [g/dL]": "4.2",
        "sex": "m",
        "site": "A",
    }
    return {**values, **changes}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three patients with files that are there, but hold no images."""
    for number in (1, 2, 3):
        (tmp_path / f"ct{number}.nii.gz").write_text(f"image {number}")
        (tmp_path / f"roi{number}.nii.gz").write_text(f"roi {number}")
    return write(tmp_path / "cohort.csv", [row(1), row(2, response="SD"), row(3, response="")])


def write(path: Path, rows: list[dict[str, str]], header: list[str] | None = None) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_rows_become_patients_with_values_in_storage_units(table: Path) -> None:
    first, *_ = usable_cohort(table)
    assert first.case_id == "P1"
    assert first.images == {SEQUENCE: table.parent / "ct1.nii.gz"}
    assert first.clinical.values == {"albumin_g_per_l": pytest.approx(42.0), "sex": "M"}
    assert first.other == {"site": "A"}


@pytest.mark.parametrize(
    ("response", "objective", "control"),
    [
        ("CR", 1, 1),
        ("PR", 1, 1),
        ("SD", 0, 1),
        ("PD", 0, 0),
        ("1", 1, 1),
        ("0", 0, 0),
        ("responder", 1, 1),
        ("", None, None),
    ],
)
def test_labels_follow_the_endpoint(
    response: str, objective: int | None, control: int | None, table: Path
) -> None:
    patient = usable_cohort(write(table, [row(1, response=response)]))[0]
    assert patient.label(Endpoint.OBJECTIVE_RESPONSE) == objective
    assert patient.label(Endpoint.DISEASE_CONTROL) == control


def test_every_problem_of_every_row_is_found_at_once(table: Path) -> None:
    rows = [
        row(1, role="train", response="partial"),
        row(2, **{"albumin_g_per_l [g/dL]": "42"}),
        row(3, ct_arterial="gone.nii.gz", sex="x"),
        row(1, case_id="", roi=""),
    ]
    problems = read_cohort(write(table, rows)).problems
    cells = {(p.row, p.column) for p in problems}
    assert cells == {
        (2, "role"),
        (2, "response"),
        (3, "albumin_g_per_l [g/dL]"),
        (4, "ct_arterial"),
        (4, "sex"),
        (5, "case_id"),
        (5, "roi"),
    }
    assert all(p.remedy for p in problems)


def test_a_patient_in_two_roles_is_refused(table: Path) -> None:
    write(table, [row(1), row(1, role="external_test", ct_arterial="ct2.nii.gz")])
    (problem,) = read_cohort(table).problems
    assert "P1 in two roles" in str(problem)


def test_one_image_under_two_ids_is_refused_even_as_a_copy(table: Path) -> None:
    (table.parent / "ct2.nii.gz").write_text("image 1")
    (problem,) = read_cohort(write(table, [row(1), row(2)])).problems
    assert problem.row == 3
    assert "the image of P1" in problem.got


def test_an_image_that_is_given_as_another_patient_s_mask_is_called_an_image(table: Path) -> None:
    (table.parent / "roi2.nii.gz").write_text("image 1")
    (problem,) = read_cohort(write(table, [row(1), row(2)])).problems
    assert (problem.column, problem.got) == ("roi", "the image of P1")
    assert "must be this patient's own mask" in str(problem)


def test_unknown_columns_are_answered_with_the_nearest(table: Path) -> None:
    rows = [{**row(1), "albumin_g_per_L": "40", "rresponse": "PR"}]
    problems = read_cohort(write(table, rows)).problems
    assert [p.remedy for p in problems] == [
        "did you mean albumin_g_per_l, in g/L? for g/dL write albumin_g_per_l [g/dL]",
        "did you mean response?",
    ]


def test_missing_columns_are_named(table: Path) -> None:
    problems = read_cohort(write(table, [row(1)], header=["case_id", "site"])).problems
    assert {p.column for p in problems if p.row == 1} == {"role", "response", "images"}


def test_what_only_a_simulation_knows_is_never_an_input() -> None:
    for column in ("true_probability", "latent_rim"):
        assert clinical_column(column) is None
        assert column not in column_meant(column)


@pytest.mark.parametrize("content", [b"", b"case_id\n", b"\xff\xfe\x00", b'a,b\n"x'])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cohort.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match="must"):
        read_cohort(path)


def test_the_order_of_rows_changes_nothing(table: Path) -> None:
    rows = [row(1), row(2, response="SD"), row(3)]
    first = members(
        usable_cohort(write(table, rows)),
        CohortRole.TRAINING,
        Endpoint.OBJECTIVE_RESPONSE,
        [SEQUENCE],
    )
    second = members(
        usable_cohort(write(table, rows[::-1])),
        CohortRole.TRAINING,
        Endpoint.OBJECTIVE_RESPONSE,
        [SEQUENCE],
    )
    assert {m.case_id: m.label for m in first} == {m.case_id: m.label for m in second}


def test_patients_without_a_response_are_counted_but_not_trained_on(table: Path) -> None:
    patients = usable_cohort(table)
    members_read = members(patients, CohortRole.TRAINING, Endpoint.OBJECTIVE_RESPONSE, [SEQUENCE])
    assert [m.case_id for m in members_read] == ["P1", "P2"]
    described = describe_cohort(patients, Endpoint.OBJECTIVE_RESPONSE)
    assert described.header == (
        "",
        "training, positive",
        "training, negative",
        "training, no response read",
    )
    assert described.rows[0] == ("patients", "1", "1", "1")


def test_table_one_is_right_by_hand(table: Path) -> None:
    values = ("3.0", "4.0", "")
    rows = [row(n, **{"albumin_g_per_l [g/dL]": v}) for n, v in enumerate(values, start=1)]
    described = describe_cohort(usable_cohort(write(table, rows)), Endpoint.OBJECTIVE_RESPONSE)
    cells = {cells[0]: cells[1] for cells in described.rows}
    # Quartiles of 30 and 40 are 32.5 and 37.5.
    assert cells["albumin, g/L, median (quartiles)"] == "35 (32.5 to 37.5); 1 missing"
    assert cells["sex: M"] == "3 (100 %)"
    assert "sex: F" not in cells


def test_large_numbers_of_table_one_have_no_exponent(table: Path) -> None:
    rows = [row(1, afp_ng_per_ml="23456.7")]
    described = describe_cohort(usable_cohort(write(table, rows)), Endpoint.OBJECTIVE_RESPONSE)
    cells = {cells[0]: cells[1] for cells in described.rows}
    assert cells["alpha-fetoprotein, ng/mL, median (quartiles)"] == "23457 (23457 to 23457)"


def test_check_reads_the_files_too(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "check", str(table), "--table-only"]) == 0
    assert "3 patients, no problem" in capsys.readouterr().out
    assert main(["cohort", "check", str(table)]) == 2
    printed = capsys.readouterr()
    assert printed.out.count("ct_arterial") == 3
    # Three images and three masks: a case that can't be read hides none of its files.
    assert "must have no problem, got 6" in printed.err


def test_train_refuses_what_it_can_not_split(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--recipe", "ct-radiomics-cnn-demo", "--cohort", str(table)]
    assert main([*words, "--output", str(table.parent / "bundle")]) == 2
    assert "at least 10 patients of each class" in capsys.readouterr().err
    assert not (table.parent / "bundle").exists()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    return write_cohort(SimulationSettings(), 3, 6, folder)


def test_a_simulated_cohort_is_read_as_it_was_written(simulated: Path) -> None:
    patients: tuple[CohortPatient, ...] = usable_cohort(simulated)
    assert check_files(patients).problems == ()
    case = load_case(patients[0])
    assert case.case_id == patients[0].case_id
    assert np.asarray(case.images[SEQUENCE].voxels).ndim == 3


def test_a_cohort_is_scored_and_a_failing_patient_is_reported(
    simulated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = read_rows(simulated)[:2]
    for entry in rows:
        for column in [name for name in FILES if entry.get(name)]:
            entry[column] = str(simulated.parent / entry[column])
    broken = tmp_path / "broken.nii.gz"
    broken.write_text("no image")
    table = write(tmp_path / "cohort.csv", [rows[0], {**rows[1], "ct_arterial": str(broken)}])
    out = tmp_path / "out"
    words = ["score", "--bundle", "ct-radiomics-cnn-simulated", "--cohort", str(table)]
    assert main([*words, "--output", str(out), "--no-scene"]) == 2
    assert "1 of 2 not" in capsys.readouterr().err
    first, second = read_rows(out / "predictions.csv")
    assert 0 < float(first["low_90"]) <= float(first["probability"]) < 1
    assert first["outcome"] == str(int(rows[0]["response"] in ("1", "CR", "PR")))
    assert (out / first["case_id"] / "prediction.json").is_file()
    assert second["probability"] == ""
    assert "(line 3), ct_arterial: must be a whole" in second["problem"]
    assert "broken" not in second["problem"]


@pytest.mark.parametrize("words", [[], ["--roi", "r.nrrd"], ["--cohort", "c.csv", "--roi", "r"]])
def test_score_wants_one_patient_or_a_table(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", "--bundle", "x", "--output", str(tmp_path / "o"), *words]) == 2
    assert "needs --image and --roi, or --cohort alone" in capsys.readouterr().err
