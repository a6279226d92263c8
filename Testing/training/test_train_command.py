"""`train` on a table of features: interrupted, resumed, changed by options, refused."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.commands.cli import main
from TACEResponseLib.training.state import TrainingState, locked

pytestmark = pytest.mark.usefixtures("in_process", "cache_home")
WriteTable = Callable[..., Path]


@pytest.fixture
def words(recipe_file: Path, write_table: WriteTable) -> list[str]:
    """A training without its output."""
    return [
        "train",
        "--recipe",
        str(recipe_file),
        "--cohort",
        str(write_table()),
        "--seed",
        "2",
        "--jobs",
        "1",
    ]


@pytest.fixture
def expected(words: list[str], tmp_path: Path) -> str:
    """Hashes of an uninterrupted training called `mine`."""
    output = tmp_path / "whole" / "mine"
    assert main([*words, "--output", str(output)]) == 0
    return (output / "SHA256SUMS").read_text()


def line(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of a refusal."""
    (error_lines,) = capsys.readouterr().err.splitlines()
    return error_lines


def test_the_best_on_tuning_patients_is_kept_and_all_are_listed(
    words: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "mine"
    assert main([*words, "--output", str(output)]) == 0
    metadata = load_bundle(output).metadata
    assert [row.name for row in metadata.candidates] == ["size", "texture", "both"]
    assert metadata.candidates[0].paper == "Model 1"
    (kept,) = (row for row in metadata.candidates if row.chosen)
    assert metadata.branch_names == kept.branches
    tuning = [row.tuning.value for row in metadata.candidates if row.tuning]
    assert kept.tuning is not None
    assert kept.tuning.value == max(tuning)
    assert {role: c.n for role, c in metadata.cohorts.items()} == {
        CohortRole.TRAINING: 48,
        CohortRole.TUNING: 12,
        CohortRole.INTERNAL_TEST: 30,
    }
    with (tmp_path / "mine-log" / "candidates.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    # Test patients are asked about the one that is kept, and about no other.
    by_name = {name: ["training", "tuning"] for name in ("size", "texture", "both")}
    by_name[kept.name] = ["training", "tuning", "internal_test"]
    assert [(r["candidate"], r["cohort"]) for r in rows] == [
        (name, cohort) for name, cohorts in by_name.items() for cohort in cohorts
    ]
    assert sorted(p.name for p in tmp_path.glob("mine*")) == [
        "mine",
        "mine-log",
        "mine-training-patients.json",
    ]
    assert not list(tmp_path.glob(".*"))


def test_the_order_of_rows_means_nothing(
    words: list[str], expected: str, write_table: WriteTable, tmp_path: Path
) -> None:
    # Under the same name, since the card names the table.
    write_table(order=lambda rows: rows[::-1])
    assert main([*words, "--output", str(tmp_path / "mine")]) == 0
    assert (tmp_path / "mine" / "SHA256SUMS").read_text() == expected


STAGES = {
    "after the second fit": ("TACEResponseLib.training.state.TrainingState.save_logits", 2),
    "in the middle of a branch": ("TACEResponseLib.training.state.write_branch", 1),
    "while candidates are fused": ("TACEResponseLib.training.candidates.fit_fusion", 2),
    "while the log is written": ("TACEResponseLib.training.logs.log_folder.write_picture", 1),
    "while the bundle is saved": ("TACEResponseLib.bundle.writing.write_sums", 1),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_training_that_stops_anywhere_goes_on_to_the_same_bundle(
    stage: str, words: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "mine"
    with monkeypatch.context() as patch:
        stop_at(patch, *STAGES[stage])
        assert main([*words, "--output", str(output)]) != 0
    assert not output.exists()
    assert (tmp_path / ".mine-training").is_dir()
    assert main([*words, "--output", str(output)]) == 2
    assert main([*words, "--output", str(output), "--resume"]) == 0
    assert (output / "SHA256SUMS").read_text() == expected
    assert not (tmp_path / ".mine-training").exists()


def stop_at(patch: pytest.MonkeyPatch, name: str, call: int) -> None:
    """Interrupt the program at the n-th call of a function."""
    from importlib import import_module

    *path, last = name.split(".")
    owner: Any = import_module(".".join(path[:-1] if path[-1][0].isupper() else path))
    owner = getattr(owner, path[-1]) if path[-1][0].isupper() else owner
    real, calls = getattr(owner, last), []

    def stopping(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == call:
            raise RuntimeError("the power went off")
        return real(*given, **named)

    patch.setattr(owner, last, stopping)


def test_a_training_killed_after_the_move_only_cleans_up(
    words: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "mine"
    with monkeypatch.context() as patch:
        stop_at(patch, "TACEResponseLib.training.saving.replace", 1)
        assert main([*words, "--output", str(output)]) != 0
    assert output.exists()
    assert main([*words, "--output", str(output), "--resume"]) == 0
    assert (output / "SHA256SUMS").read_text() == expected
    assert not (tmp_path / ".mine-training").exists()


def killed_after_the_first(fits: Path, words: list[str]) -> int:
    """Start the program, kill it when a fit is there; how many there are then."""
    command = [sys.executable, "-m", "TACEResponseLib", *words]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not any(fits.glob("[a-z]*")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return len(list(fits.glob("[a-z]*")))


@pytest.mark.slow
def test_kill_9_after_the_first_fit_and_resume_give_the_same_bundle(
    words: list[str], expected: str, tmp_path: Path
) -> None:
    output, fits = tmp_path / "mine", tmp_path / ".mine-training" / "fits"
    # Fits take milliseconds, so a busy machine may look too late; then once more.
    for _ in range(5):
        finished = killed_after_the_first(fits, [*words, "--output", str(output)])
        if 0 < finished < 8:
            break
        assert finished or output.exists(), "it ended before its first fit"
        for folder in (output, fits.parent):
            shutil.rmtree(folder, ignore_errors=True)
    else:
        pytest.fail("the training was never killed between two fits")
    assert not output.exists()
    assert main([*words, "--output", str(output), "--resume"]) == 0
    assert (output / "SHA256SUMS").read_text() == expected


ENDED_AT = """
import os, signal, sys, time
from importlib import import_module
from TACEResponseLib.commands import cli
module, name = sys.argv[1].rsplit(".", 1)
module = import_module(module)
real = getattr(module, name)
def ending(*given, **named):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.1)
    done = real(*given, **named)
    os.kill(os.getpid(), signal.SIGTERM)
    return done
setattr(module, name, ending)
sys.exit(cli.main(sys.argv[2:], ends_process=True))
"""


@pytest.mark.parametrize(
    "place",
    [
        "TACEResponseLib.training.state.write_whole",
        "TACEResponseLib.training.run.locked",
        "TACEResponseLib.training.run.save_finished",
        "shutil.rmtree",
    ],
)
def test_an_ending_tells_of_the_work_folder_just_where_there_is_one(
    place: str, words: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "mine"
    done = subprocess.run(
        [sys.executable, "-c", ENDED_AT, place, *words, "--output", str(output)],
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    last = done.stderr.splitlines()[-1]
    assert ("--resume" in last) is (tmp_path / ".mine-training").exists(), last
    assert ("the result stands in" in last) <= output.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [(["--set", "folds=2"], "recipe"), (["--seed", "3"], "cohort and options"), ([], "cohort")],
)
def test_the_work_of_another_training_is_refused(
    change: list[str],
    says: str,
    words: list[str],
    write_table: WriteTable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "mine"
    with monkeypatch.context() as patch:
        stop_at(patch, *STAGES["after the second fit"])
        main([*words, "--output", str(output)])
    if not change:
        write_table(seed=5)
    capsys.readouterr()
    assert main([*words, *change, "--output", str(output), "--resume"]) == 2
    assert f".mine-training of other {says};" in line(capsys)


def test_permuted_labels_are_told_in_the_first_line_and_teach_nothing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "mine"
    assert main([*words, "--permute-labels", "--output", str(output)]) == 0
    assert "permuted labels" in capsys.readouterr().out.splitlines()[0]
    metadata = load_bundle(output).metadata
    assert metadata.permuted_labels
    (kept,) = (row for row in metadata.candidates if row.chosen)
    assert kept.training.low < 0.5 < kept.training.high


REFUSED = {
    "unknown key": (["--set", "texture.clasifier=knn"], "did you mean classifier?"),
    "unknown branch": (["--set", "textur.n_features=2"], "did you mean texture?"),
    "bad value": (["--set", "folds=1"], "folds: must be 2 or more, got 1; correct the value"),
    "no value": (["--set", "folds"], "must read KEY=VALUE"),
    "no epochs": (["--epochs", "2"], "--epochs: changes recipes"),
    "no jobs": (["--jobs", "0"], "--jobs: must be 1 to 256"),
    "no weights": (["--weights", "none.pt"], "--weights: must be a readable file"),
    "many folds": (["--set", "folds=20"], "at least 40 patients of each class"),
    "no second reader": (["--set", "texture.icc={minimum: 0.8}"], "column roi_reader2"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_one_line_and_leaves_nothing(
    name: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, says = REFUSED[name]
    assert main([*words, *change, "--output", str(tmp_path / "mine")]) == 2
    assert says in line(capsys)
    assert not list(tmp_path.glob("*mine*"))


def test_a_finished_bundle_of_another_recipe_is_not_gone_on_with(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "mine"
    shutil.copytree(resource_path("Bundles", "ct-volume-clinical"), output)
    before = load_bundle(output).sha256
    assert main([*words, "--output", str(output), "--resume"]) == 2
    assert "--output: must not exist yet" in line(capsys)
    assert load_bundle(output).sha256 == before


def one_class(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "response": "1"}


def constant(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "original_shape_MeshVolume": "1.0"}


@pytest.mark.parametrize(
    ("change", "says"),
    [(one_class, "at least 6 patients of each class"), (constant, "original_shape_MeshVolume")],
)
def test_patients_that_teach_nothing_are_refused(
    change: Callable[[dict[str, Any]], dict[str, Any]],
    says: str,
    words: list[str],
    write_table: WriteTable,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_table(change=change)
    assert main([*words, "--output", str(tmp_path / "mine")]) == 2
    assert says in line(capsys)
    assert not list(tmp_path.glob("*mine*"))


def test_blank_roles_are_drawn(words: list[str], write_table: WriteTable, tmp_path: Path) -> None:
    write_table(change=lambda row: {**row, "role": ""})
    assert main([*words, "--output", str(tmp_path / "mine")]) == 0
    cohorts = load_bundle(tmp_path / "mine").metadata.cohorts
    assert {role.value: c.n for role, c in cohorts.items()} == {
        "training": 54,
        "tuning": 18,
        "internal_test": 18,
    }


def test_a_training_that_is_running_is_no_other_s_to_go_on_with(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "mine"
    with monkeypatch.context() as patch:
        stop_at(patch, *STAGES["after the second fit"])
        main([*words, "--output", str(output)])
    capsys.readouterr()
    with locked(TrainingState(tmp_path / ".mine-training")):
        assert main([*words, "--output", str(output), "--resume"]) == 2
    assert "must have no training that is running now" in line(capsys)
    assert (tmp_path / ".mine-training").is_dir()


@pytest.mark.parametrize("name", ["mine", "mine-log"])
def test_a_folder_that_appears_meanwhile_is_kept_and_so_is_the_training(
    name: str,
    words: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from TACEResponseLib.training.logs import log_folder as training_files

    output, real = tmp_path / "mine", training_files.write_picture

    def appear(*given: Any) -> None:
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("mine")
        real(*given)

    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(training_files, "write_picture", appear)
        assert main([*words, "--output", str(output)]) == 2
    stderr = capsys.readouterr().err
    assert "must not appear while" in stderr
    assert "--resume" in stderr
    assert (tmp_path / name / "notes.txt").read_text() == "mine"
    shutil.rmtree(tmp_path / name)
    assert main([*words, "--output", str(output), "--resume"]) == 0
    assert (output / "SHA256SUMS").read_text() == expected
