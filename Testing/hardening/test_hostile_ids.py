"""Ids of tables that are paths, devices, formulas: refused in words, and nothing written elsewhere.

Every command that makes a file or a folder of an id gets each of them.
"""

import csv
import hashlib
import shutil
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
import SimpleITK as sitk

from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.simulation.cohort import write_patient
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings
from Testing.basics.test_ids import BAD
from Testing.in_process import stay_in_process

BUNDLE = "ct-volume-clinical"
PLACES = ("../../x", "../x", "{here}/x")
"""Paths that lead to a file of the user's."""
WriteTable = Callable[[list[dict[str, str]]], Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Two images and an ROI."""
    settings = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3, 3, 6)))
    folder = tmp_path_factory.mktemp("patient")
    paths = write_patient(simulate_patient(settings, 5, 0), folder)
    other = folder / "other.nii.gz"
    sitk.WriteImage(sitk.ReadImage(str(paths.image)) + 1, str(other))
    return paths.image, other, paths.roi


@pytest.fixture
def write(files: tuple[Path, Path, Path], tmp_path: Path) -> WriteTable:
    """A cohort table beside files of the user's that bad ids lead to."""
    home = tmp_path / "home"
    home.mkdir()
    for folder in (home, tmp_path):
        for name in ("x", "x.png"):
            (folder / name).write_bytes(b"mine")

    def table(rows: list[dict[str, str]]) -> Path:
        path = home / "cohort.csv"
        images = cycle(files[:2])
        full = [
            {
                "response": "1",
                "ct_arterial": str(next(images)),
                "roi": str(files[2]),
                "role": "external_test",
                **row,
            }
            for row in rows
        ]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(full[0]))
            writer.writeheader()
            writer.writerows(full)
        return path

    return table


def state_of(folder: Path) -> dict[str, str]:
    """Every file with its digest."""
    return {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


def bad_ids(folder: Path) -> list[str]:
    """As a table can hold them: cells are stripped, and a blank one has its own message."""
    named = [place.format(here=folder) for place in PLACES]
    return [*named, *(name for name in BAD if name.strip() == name and name and "\x00" not in name)]


def test_a_check_tells_each_as_a_problem_of_its_row(write: WriteTable, tmp_path: Path) -> None:
    for name in bad_ids(tmp_path):
        table = read_cohort(write([{"case_id": name}]))
        assert table.patients == ()
        (problem,) = table.problems
        assert (problem.row, problem.column) == (2, "case_id"), name
        assert str(problem).isascii()


def test_scoring_a_cohort_writes_nothing_outside_its_output(
    write: WriteTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = bad_ids(tmp_path)
    cohort = write([{"case_id": name} for name in names])
    output = tmp_path / "home" / "out"
    before = state_of(tmp_path)
    words = ["score", "--bundle", BUNDLE, "--cohort", str(cohort), "--output", str(output)]
    assert main([*words, "--no-scene"]) == 2
    stderr = capsys.readouterr().err
    assert [p.name for p in output.iterdir()] == ["predictions.csv"]
    with (output / "predictions.csv").open(newline="") as file:
        problems = [row["problem"] for row in csv.DictReader(file)]
    for number, problem in enumerate(problems, start=2):
        assert problem.startswith(f"line {number}, case_id: must")
        # The file tells no value that was typed; the terminal does.
        assert problem.partition("; ")[0] in stderr
    assert len(problems) == len(names)
    shutil.rmtree(output)
    assert state_of(tmp_path) == before


def test_a_validation_writes_nothing_outside_its_output(
    write: WriteTable,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stay_in_process(monkeypatch)
    output = tmp_path / "home" / "out"
    for name in (place.format(here=tmp_path) for place in PLACES):
        cohort = write([{"case_id": name}, {"case_id": "P2", "response": "0"}])
        before = state_of(tmp_path)
        words = ["validate", "--bundle", BUNDLE, "--cohort", str(cohort), "--output", str(output)]
        assert main(words) == 2, name
        assert "case_id: must" in capsys.readouterr().err
        assert state_of(tmp_path) == before, name


def test_predictions_readers_and_groups_with_such_ids_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "predictions.csv"
    for name in bad_ids(tmp_path):
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [("case_id", "outcome", "model"), (name, 1, 0.5), ("P2", 0, 0.4)]
            )
        before = state_of(tmp_path)
        words = ["validate", "--predictions", str(table), "--output", str(tmp_path / "out")]
        assert main(words) == 2, name
        (line,) = capsys.readouterr().err.splitlines()
        assert "case_id, row 1: must" in line
        assert state_of(tmp_path) == before


def test_two_ids_that_differ_in_capitals_alone_are_one_patient_too_many(
    write: WriteTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = write([{"case_id": "P1"}, {"case_id": "p1"}])
    output = tmp_path / "home" / "out"
    words = ["score", "--bundle", BUNDLE, "--cohort", str(cohort), "--output", str(output)]
    assert main([*words, "--no-scene"]) == 2
    assert "line 3, case_id: must name each patient once, got p1 beside P1" in (
        capsys.readouterr().err
    )
    with (output / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case_id"] for row in rows] == ["P1", "p1"]
    assert not (output / "p1").exists()


def test_a_patient_called_as_the_table_of_all_is_told(
    write: WriteTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = write([{"case_id": "Predictions.csv"}])
    output = tmp_path / "home" / "out"
    words = ["score", "--bundle", BUNDLE, "--cohort", str(cohort), "--output", str(output)]
    assert main([*words, "--no-scene"]) == 2
    assert "another name than that of the table" in capsys.readouterr().err
    assert (output / "predictions.csv").is_file()


@pytest.mark.parametrize("name", ["My Model", "con", "x" * 65, "=1"])
def test_a_bundle_s_folder_is_an_id_too_and_refused_before_the_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["train", "--recipe", "x.yaml"],
        ["recalibrate", "--bundle", BUNDLE, "--method", "slope"],
    ):
        assert main([*words, "--cohort", "c.csv", "--output", str(tmp_path / name)]) == 2
        assert "--output: must" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["con", "../x", "a/b", "X", "x" * 65])
def test_a_recipe_s_name_is_an_id_too(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["recipe", "new", name, "--from", "ct-radiomics-cnn"]) == 2
    assert "NAME: must" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
