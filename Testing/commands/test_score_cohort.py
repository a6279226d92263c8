"""`score --cohort`: in a table's words, in a table's order, every row told."""

import ast
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import TACEResponseLib
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind, spoken
from TACEResponseLib.cohort.header import column_kind
from TACEResponseLib.cohort.loading import COLUMNS
from TACEResponseLib.commands.cli import main
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings

SMALL = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3, 3, 6)))
OF_ONE_PATIENT = re.compile(
    r"--(image|roi|roi-label|roi-segment|large-roi|liver|clinical|context|case-id)(?![\w-])"
)
LIBRARY = Path(TACEResponseLib.__file__).parent
BUNDLE = "ct-radiomics-cnn-simulated"


class Run(NamedTuple):
    """What came of scoring one table."""

    status: int
    stderr: str
    lines: list[dict[str, str]]
    output: Path


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(n for r in rows for n in r)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Two small simulated patients with absolute paths."""
    table = write_cohort(SMALL, 2, 5, tmp_path_factory.mktemp("cohort"))
    kept = ("case_id", "role", "response", "ct_arterial", "roi", "roi_label")
    with table.open(newline="", encoding="utf-8") as file:
        return [
            {n: str(table.parent / r[n]) if n in ("ct_arterial", "roi") else r[n] for n in kept}
            for r in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def run(patients: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A table of good and bad rows, scored once."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "text.nii.gz").write_text("no image")
    (folder / "copy.nii.gz").write_text("no image either")
    good, other = patients
    rows = [
        {**other, "case_id": "OLD", "response": "PR", "age_years": "630"},
        {**good, "role": "internal_test", "response": "SD", "age_years": "63"},
        {"case_id": "NOTHING", "role": "training", "response": "CR"},
        {**other, "case_id": "TORN", "ct_arterial": str(folder / "text.nii.gz")},
        {**other, "case_id": "EMPTY", "roi": str(folder / "copy.nii.gz"), "role": "elsewhere"},
        {**other, "case_id": "OLD2", "response": "perhaps", "tumor_size_cm": "540"},
    ]
    table = write(folder / "c.csv", rows)
    output = folder / "out"
    with pytest.MonkeyPatch.context() as patch:
        messages: list[str] = []
        patch.setattr("sys.stderr.write", messages.append)
        words = ["score", "--bundle", BUNDLE, "--cohort", str(table), "--no-scene"]
        status = main([*words, "--output", str(output)])
    with (output / "predictions.csv").open(newline="", encoding="utf-8") as file:
        return Run(status, "".join(messages), list(csv.DictReader(file)), output)


def test_lines_stand_in_the_order_of_the_table(run: Run) -> None:
    ids = [line["case_id"] for line in run.lines]
    assert ids[0] == "OLD"
    assert ids[2:] == ["NOTHING", "TORN", "EMPTY", "OLD2"]


def test_a_refused_row_keeps_what_is_known_of_it(run: Run) -> None:
    by_id = {line["case_id"]: line for line in run.lines}
    assert (by_id["OLD"]["response"], by_id["OLD"]["outcome"]) == ("PR", "1")
    assert [by_id["NOTHING"][n] for n in ("role", "response", "outcome")] == ["training", "CR", "1"]


def test_what_may_be_anything_is_not_written(run: Run) -> None:
    by_id = {line["case_id"]: line for line in run.lines}
    assert by_id["EMPTY"]["role"] == ""
    assert by_id["OLD2"]["response"] == by_id["OLD2"]["outcome"] == ""


def test_every_row_has_a_probability_or_a_reason(run: Run) -> None:
    assert run.status == 2
    assert [bool(line["probability"]) for line in run.lines] == [False, True, *[False] * 4]
    assert all(bool(line["probability"]) != bool(line["problem"]) for line in run.lines)
    assert "5 of 6 not" in run.stderr


def test_each_reason_names_the_line_the_column_and_the_value(run: Run) -> None:
    expected = {
        "OLD": ("line 2, age_years:", "got 630"),
        "NOTHING": ("(line 4), ct_arterial:", "got a blank"),
        "TORN": ("(line 5), ct_arterial:", "got"),
        "EMPTY": ("line 6, role:", "got 'elsewhere'"),
        "OLD2": ("line 7, ", "got 'perhaps'"),
    }
    error_lines = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    for name, parts in expected.items():
        (line,) = [line for line in error_lines if line.startswith(f"error: {name} ")]
        assert all(part in line for part in parts), line


def test_a_cohort_is_not_told_options_of_one_patient(run: Run) -> None:
    assert not OF_ONE_PATIENT.search(run.stderr)
    assert not any(OF_ONE_PATIENT.search(line["problem"]) for line in run.lines)


def texts_of_errors() -> Iterator[str]:
    """Every constant part of what an `InputError` says in the library, its commands left out."""
    for path in sorted(LIBRARY.rglob("*.py")):
        if path.parent.name == "commands":
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "InputError":
                for node in ast.walk(call):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def test_no_error_of_a_case_spells_an_option_itself() -> None:
    texts = set(texts_of_errors())
    assert len(texts) > 100
    assert {text for text in texts if OF_ONE_PATIENT.search(text)} == set()


def test_a_table_s_words_are_no_options_of_one_patient() -> None:
    texts = [COLUMNS.subject(kind, name) for kind in SubjectKind for name in ("", "ct_arterial")]
    texts += [COLUMNS.image_file, COLUMNS.any_image_file, COLUMNS.roi_file, COLUMNS.unknown]
    assert [text for text in texts if OF_ONE_PATIENT.search(text)] == []


@pytest.mark.parametrize(
    ("kind", "name", "column"),
    [
        (SubjectKind.IMAGE, "ct_arterial", "ct_arterial"),
        (SubjectKind.ROI, "", "roi"),
        (SubjectKind.ROI, "mr_t2", "roi_mr_t2"),
        (SubjectKind.CASE_ID, "", "case_id"),
    ],
)
def test_the_place_of_an_option_is_its_column(kind: SubjectKind, name: str, column: str) -> None:
    with spoken(COLUMNS):
        assert InputError(Subject(kind, name), "x", got="y", remedy="z").where == column
    assert column_kind(column) == "ours"
    # Whoever reads the command's words reads them again.
    assert InputError(Subject(kind, name), "x", got="y", remedy="z").where.startswith("--")


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"albumin": "38"}, "albumin"), ({"ptient": "1"}, "ptient"), ({"Case": "P1"}, "Case")],
)
def test_a_header_that_can_not_be_read_stops_all(
    changes: dict[str, str],
    column: str,
    patients: list[dict[str, str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A misspelt column is of every patient: none is scored without it."""
    table = write(tmp_path / "c.csv", [{**patients[0], **changes}])
    words = ["score", "--bundle", BUNDLE, "--cohort", str(table), "--no-scene"]
    assert main([*words, "--output", str(tmp_path / "out")]) == 2
    assert f"{column}: must be a known column" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({"roi_label": "2"}, "roi_label"),
        ({"roi_segment": "T"}, "roi_segment"),
        ({"large_roi": "yes"}, "large_roi"),
        ({"roi_label": "all"}, "roi_label"),
    ],
)
def test_a_choice_in_a_row_without_an_roi_is_refused(
    said: dict[str, str], column: str, tmp_path: Path
) -> None:
    from TACEResponseLib.cohort.reading import read_cohort

    row = {"case_id": "P1", "role": "", "response": "", "age_years": "63", **said}
    (problem,) = read_cohort(write(tmp_path / "c.csv", [row])).problems
    assert (problem.row, problem.column) == (2, column)
    assert "leave it blank" in problem.remedy
    assert read_cohort(write(tmp_path / "d.csv", [{**row, column: ""}])).problems == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("cell", ["1,2", "1.2", "1 2", "1/2", "1+2"])
def test_several_labels_are_separated_as_it_says(cell: str, separator: str, tmp_path: Path) -> None:
    from TACEResponseLib.cohort.reading import read_cohort

    (tmp_path / "r.nrrd").write_text("x")

    def problems(label: str) -> Any:
        row = ["P1", "", "", "63", "r.nrrd", f'"{label}"']
        text = [separator.join(["case_id", "role", "response", "age_years", "roi", "roi_label"])]
        path = tmp_path / "c.csv"
        path.write_text("\n".join([*text, separator.join(row)]) + "\n")
        return read_cohort(path).problems

    (problem,) = problems(cell)
    assert problem.column == "roi_label"
    assert cell in problem.got
    written = re.search(r'"([^"]+)"', problem.remedy)
    assert written
    assert ";" in written[1]
    assert problems(written[1]) == ()


@pytest.mark.parametrize(("cell", "labels"), [("2.0", (2,)), ("1.0;2.0", (1, 2)), ("3", (3,))])
def test_a_label_may_be_written_as_pandas_does(
    cell: str, labels: tuple[int, ...], tmp_path: Path
) -> None:
    from TACEResponseLib.cohort.reading import read_cohort

    (tmp_path / "r.nrrd").write_text("x")
    row = {"case_id": "P1", "role": "", "response": "", "age_years": "63", "roi": "r.nrrd"}
    (patient,) = read_cohort(write(tmp_path / "c.csv", [{**row, "roi_label": cell}])).patients
    assert patient.roi_choice.labels == labels


def test_a_record_of_a_cohort_is_that_of_the_patient(run: Run) -> None:
    (scored,) = [line for line in run.lines if line["probability"]]
    record = json.loads((run.output / scored["case_id"] / "prediction.json").read_text())
    assert record["case_id"] == scored["case_id"]
    assert {p.name for p in run.output.iterdir()} == {"predictions.csv", scored["case_id"]}


def test_a_table_of_features_alone_is_refused_at_once_with_a_command_that_takes_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [{"case_id": f"P{n}", "original_shape_VoxelVolume": f"{n}"} for n in (1, 2)]
    table = write(tmp_path / "c.csv", rows)
    words = ["score", "--bundle", BUNDLE, "--cohort", str(table), "--output", str(tmp_path / "o")]
    assert main(words) == 2
    stderr = capsys.readouterr().err
    assert "error: --cohort c.csv: must name images" in stderr
    assert "got radiomics features alone" in stderr
    assert "validate scores features" in stderr
    assert not (tmp_path / "o").exists()
