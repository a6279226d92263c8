"""Told to end at any moment, the program ends at once, leaves nothing behind and says the truth."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from TACEResponseLib.basics.writing.drafts import sweep
from TACEResponseLib.basics.writing.own_files import foreign_files
from Testing.hardening.attempts import Attempt, Outcome, Tally
from Testing.hardening.conftest import LONG
from Testing.hardening.processes import Program
from Testing.training.conftest import FEATURES, recipe_content

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
Tries = Callable[[int], range]
SEED = 1906
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL)


def whole_cohort(folder: Path) -> bool:
    """Every file that the table names, and no other image."""
    with (folder / "cohort.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    named = {cell for row in rows for cell in row.values() if cell.endswith(".nii.gz")}
    return len(rows) == 2 and named == {f"images/{p.name}" for p in (folder / "images").iterdir()}


def whole_result(folder: Path) -> bool:
    """A scene is written last, but for the record that lists it."""
    return {p.name for p in folder.iterdir()} == {
        "overview.png",
        "prediction.json",
        "radiomics.csv",
        "saliency_ct_arterial.nii.gz",
        "scene.mrb",
    }


RUNS: dict[str, tuple[list[str], float, Callable[[Path], bool]]] = {
    "simulate": (
        ["simulate", "--patients", "2", "--seed", "1", "--output", "out"],
        1.5,
        whole_cohort,
    ),
    "demo": (["demo", "--output", "out"], 7.0, whole_result),
}


def judged(program: Program, number: int, is_whole: Callable[[Path], bool]) -> Attempt:
    """Ended well, and the output is whole or absent, as the last line says."""
    attempt_result = program.outcome(number)
    output = program.folder / "out"
    if attempt_result.outcome not in (Outcome.ACCEPTED, Outcome.REFUSED):
        return attempt_result
    if output.exists() and not is_whole(output):
        return Attempt(outcome=Outcome.FILE_LOST, words="half an output")
    if output.exists() != ("nothing was written" not in program.stderr) and number != 9:
        return Attempt(outcome=Outcome.FILE_LOST, words=program.stderr[-200:])
    return attempt_result


@pytest.mark.slow
@pytest.mark.parametrize(("run", "short"), [("simulate", 2), ("demo", 1)])
def test_a_kill_at_any_moment_leaves_the_output_whole_or_absent(
    run: str, short: int, tries: Tries, tally: Tally, tmp_path: Path
) -> None:
    words, seconds, is_whole = RUNS[run]
    for i in tries(short):
        rng = np.random.default_rng([SEED, i])
        number = SIGNALS[i % len(SIGNALS)]
        program = Program(words, tmp_path / str(i))
        program.end(number, float(rng.uniform(0, seconds)))
        tally.add(judged(program, number, is_whole), f"{run} {i} {number!r}")
        shutil.rmtree(tmp_path / str(i))
    assert tally.bad == []


@pytest.mark.slow
def test_a_signal_while_vtk_is_loaded_ends_the_program_and_crashes_nothing(
    tries: Tries, tally: Tally
) -> None:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    code = (
        "from TACEResponseLib.basics.process.endings import watched\n"
        "with watched():\n print(flush=True)\n import slicer\n slicer.vtkMRMLScene()\n"
    )
    for i in tries(2):
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(np.random.default_rng([SEED, i]).uniform(0, 0.8))
        except subprocess.TimeoutExpired:
            process.send_signal(SIGNALS[i % 4])
        stderr = process.communicate(timeout=60)[1].decode()
        good = process.returncode in (0, 128 + SIGNALS[i % 4]) and stderr.count("\n") <= 1
        tally.add(
            Attempt(
                outcome=Outcome.ACCEPTED if good else Outcome.CRASH,
                words=f"{process.returncode} {stderr}",
            ),
            f"{i}",
        )
    assert tally.bad == []


OVER_AND_OVER = """
import hashlib, json, sys
from pathlib import Path
from TACEResponseLib.basics.process.endings import watched
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.basics.writing.own_files import listed_files
with watched():
    for number in range(100_000):
        with new_folder(Path("out"), overwrite=True) as draft:
            (draft / "radiomics.csv").write_text(f"{number}\\n" * 1000)
            record = {"record_version": 1, "files": listed_files(draft)}
            (draft / "prediction.json").write_text(json.dumps(record))
        if number == 0:
            print(flush=True)
"""


@pytest.fixture(autouse=True)
def _empty_folders_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they would after a minute."""
    monkeypatch.setattr("TACEResponseLib.basics.writing.drafts.EMPTY_SECONDS", 0.0)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_earlier_result_is_there_whole_whenever_its_replacement_is_killed(
    number: int, tries: Tries, tally: Tally, tmp_path: Path
) -> None:
    for i in tries(1):
        process = subprocess.Popen(
            [sys.executable, "-c", OVER_AND_OVER],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(np.random.default_rng([SEED, i]).uniform(0, 0.1))
        process.send_signal(number)
        stderr = process.communicate(timeout=60)[1].decode()
        sweep(tmp_path)
        is_good = foreign_files(tmp_path / "out") == [] and len(list(tmp_path.iterdir())) == 1
        is_good &= stderr.count("\n") <= 1 and process.returncode in (128 + number, -signal.SIGKILL)
        tally.add(
            Attempt(
                outcome=Outcome.ACCEPTED if is_good else Outcome.FILE_LOST,
                words=f"{process.returncode} {stderr} {list(tmp_path.rglob('*'))}",
            ),
            f"{number!r} {i}",
        )
    assert tally.bad == []


def write_training(folder: Path) -> list[str]:
    """A table of features and a recipe whose fits take seconds; the words of the command."""
    folder.mkdir(parents=True)
    content = recipe_content(folds=5)
    (folder / "quick.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    labels = np.tile([0, 1], 60)
    values = np.random.default_rng(4).normal(size=(labels.size, len(FEATURES)))
    values[:, 1] += 1.5 * labels
    with (folder / "cohort.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["case_id", "role", "response", *FEATURES])
        for i, (label, row) in enumerate(zip(labels, values, strict=True)):
            writer.writerow([f"P{i:03d}", "training", label, *map(repr, row.tolist())])
    return [
        "train",
        "--recipe",
        "quick.yaml",
        "--cohort",
        "cohort.csv",
        "--jobs",
        "2",
        "--output",
        "out",
    ]


@pytest.mark.slow
def test_a_training_that_is_killed_takes_its_workers_along_and_names_the_way_on(
    tries: Tries, tally: Tally, tmp_path: Path
) -> None:
    for i in tries(2):
        folder = tmp_path / str(i)
        words = write_training(folder)
        number = (signal.SIGINT, signal.SIGKILL, *SIGNALS)[i % 7]
        program = Program(words, folder)
        program.end(number, float(np.random.default_rng([SEED, i]).uniform(0, 4.0)))
        attempt_result = program.outcome(number)
        is_kept = (folder / ".out-training").exists()
        if number != signal.SIGKILL and is_kept != ("--resume" in program.stderr):
            attempt_result = Attempt(outcome=Outcome.FILE_LOST, words=program.stderr[-300:])
        tally.add(attempt_result, f"{i} {number!r}")
        if LONG and is_kept:
            again = subprocess.run(
                [sys.executable, "-m", "TACEResponseLib", *words, "--resume"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ},
            )
            assert again.returncode == 0, again.stderr
        shutil.rmtree(folder)
    assert tally.bad == []
