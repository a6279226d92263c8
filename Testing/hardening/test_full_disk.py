"""A disk that is full, read-only or takes no such name: one line, status 2, nothing left."""

import io
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.commands.cli import main
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from Testing.hardening.attempts import Attempt, Outcome, Tally, attempt
from Testing.hardening.test_kills import write_training
from Testing.in_process import stay_in_process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
Tries = Callable[[int], range]
SEED = 1812
NOBODY = 65534
BUNDLE = "ct-volume-clinical"


@pytest.fixture(scope="module", autouse=True)
def _loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the commands import, so that a forked process needn't."""
    folder = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", io.StringIO())
        assert main(["demo", "--no-scene", "--output", str(folder / "out")]) == 0


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Inputs of every command, in a folder that every user may read."""
    folder = tmp_path / "work"
    write_training(folder)
    rng = np.random.default_rng(3)
    rows = [f"C{i},{i % 2},{rng.uniform():.4f}" for i in range(60)]
    (folder / "predictions.csv").write_text("case_id,outcome,model\n" + "\n".join(rows))
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    return folder


COMMANDS: dict[str, list[str]] = {
    "score": [
        "score",
        "--bundle",
        BUNDLE,
        "--image",
        "ct_arterial=x.nii",
        "--roi",
        "y.nii",
        "--no-scene",
    ],
    "score a cohort": ["score", "--bundle", BUNDLE, "--cohort", "cohort.csv", "--no-scene"],
    "demo": ["demo", "--no-scene"],
    "validate": ["validate", "--predictions", "predictions.csv", "--resamples", "200"],
    "train": ["train", "--recipe", "quick.yaml", "--cohort", "cohort.csv", "--jobs", "1"],
    "simulate": ["simulate", "--patients", "1", "--seed", "1"],
    "import": ["cohort", "import", "hcc-tace-seg", "table.xlsx"],
    "recalibrate": [
        "recalibrate",
        "--bundle",
        BUNDLE,
        "--cohort",
        "cohort.csv",
        "--method",
        "slope",
    ],
    "biology": ["biology", "--expression", "e.csv", "--groups", "g.csv", "--gene-sets", "s.gmt"],
    "compare": ["compare", "one", "two"],
}


def words_for(command: str, output: Path) -> list[str]:
    """A command line that writes to a place; `recipe new` writes to the working folder."""
    if command == "recipe new":
        return ["recipe", "new", output.name, "--from", "ct-radiomics-cnn"]
    return [*COMMANDS[command], "--output", str(output)]


def command_line(words: Sequence[str], folder: Path) -> None:
    """The command in this process; refuses by InputError what it refuses in one line."""
    os.chdir(folder)
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    stream = io.StringIO()
    sys.stdout, sys.stderr = io.StringIO(), stream
    status = main(words)
    if status == 0 and not stream.getvalue():
        return
    if status != 2 or stream.getvalue().count("\n") != 1:
        raise RuntimeError(f"status {status}: {stream.getvalue()[-300:]}")
    raise InputError("command", "was refused", got=stream.getvalue(), remedy="as it says")


def with_files_up_to(size: int, words: Sequence[str], folder: Path) -> Attempt:
    """Every file of more bytes meets the end of the disk."""

    def job() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        command_line(words, folder)

    return attempt(job, seconds=60)


def whole_or_absent(attempt_result: Attempt, output: Path) -> Attempt:
    """Nothing is left of what was refused but the state of a training, which is told."""
    left = {p.name for p in output.parent.iterdir() if p.name.startswith((".", output.name))}
    if "--resume" in attempt_result.words:
        left.discard(f".{output.name}-training")
    if attempt_result.outcome is Outcome.REFUSED and left:
        return Attempt(outcome=Outcome.FILE_LOST, words=f"left: {left}")
    return attempt_result


@pytest.mark.parametrize(
    ("command", "short", "largest"),
    [
        ("demo", 2, 120_000),
        ("simulate", 1, 8_000_000),
        ("validate", 1, 60_000),
        ("train", 2, 30_000),
        ("recipe new", 1, 3_000),
    ],
)
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    command: str,
    short: int,
    largest: int,
    tries: Tries,
    tally: Tally,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stay_in_process(monkeypatch)
    for i in tries(short):
        size = int(np.exp(np.random.default_rng([SEED, i]).uniform(np.log(20), np.log(largest))))
        attempt_result = with_files_up_to(size, words_for(command, work / "out"), work)
        attempt_result = whole_or_absent(attempt_result, work / "out")
        tally.add(attempt_result, f"{command} {i}, {size} bytes")
        for path in work.glob("*out*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in work.glob(".out*"):
            shutil.rmtree(path)
    assert tally.bad == []


def test_a_training_that_finds_its_patients_cached_leaves_nothing_on_a_full_disk(
    tally: Tally, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the key of its state is what it writes first."""
    stay_in_process(monkeypatch)
    for size in (3_000, 92):
        attempt_result = with_files_up_to(size, words_for("train", work / "out"), work)
        tally.add(whole_or_absent(attempt_result, work / "out"), f"{size} bytes")
        shutil.rmtree(work / ".out-training", ignore_errors=True)
    assert tally.bad == []


def test_a_bundle_on_a_full_disk_is_no_bundle(tries: Tries, tally: Tally, work: Path) -> None:
    bundle = load_bundle(resource_path("Bundles", "ct-radiomics-cnn-simulated"))
    for i in tries(3):
        size = int(np.exp(np.random.default_rng([SEED, i]).uniform(np.log(20), np.log(100_000))))

        def job(size: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            save_bundle(bundle, work / "out")

        tally.add(whole_or_absent(attempt(job), work / "out"), f"{i}, {size} bytes")
    assert tally.bad == []


def test_a_scene_on_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    ball_case: Case,
    make_prediction: Callable[..., Prediction],
    tries: Tries,
    tally: Tally,
    tmp_path: Path,
) -> None:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    from TACEResponseLib.scene.mrb import write_scene

    prediction = make_prediction(ball_case)
    for i in tries(1):
        # The whole is 77,000 bytes: too little for the archive, or for an image in it.
        size = int(np.random.default_rng([SEED, i]).uniform(20, 70_000))

        def job(size: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            with new_folder(tmp_path / "out") as draft:
                write_scene(ball_case, prediction, draft / "scene.mrb")

        attempt_result = attempt(job, seconds=60)
        tally.add(whole_or_absent(attempt_result, tmp_path / "out"), f"{size} bytes")
        assert attempt_result.outcome is Outcome.REFUSED, attempt_result.words
    assert tally.bad == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("command", [*COMMANDS, "recipe new"])
def test_a_read_only_folder_is_refused_before_the_work(
    command: str, tally: Tally, work: Path
) -> None:
    def job() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        command_line(words_for(command, work / "out"), work)

    attempt_result = attempt(job)
    tally.add(whole_or_absent(attempt_result, work / "out"), command)
    assert attempt_result.outcome is Outcome.REFUSED, attempt_result.words
    assert "must lie in a folder that can be written to" in attempt_result.words


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_no_file_can_have_is_refused_before_the_work(
    command: str, tally: Tally, work: Path
) -> None:
    for length in (256, 5000):
        name = "x" * length
        attempt_result = attempt(
            lambda name=name: command_line(words_for(command, work / name), work)
        )
        tally.add(attempt_result, command)
        assert attempt_result.outcome is Outcome.REFUSED, attempt_result.words


def test_the_longest_name_is_a_name_like_any_other(work: Path) -> None:
    attempt_result = attempt(
        lambda: command_line(words_for("simulate", work / ("x" * 255)), work), seconds=60
    )
    assert attempt_result.outcome is Outcome.ACCEPTED, attempt_result.words
    assert (work / ("x" * 255) / "cohort.csv").is_file()


@pytest.mark.parametrize(
    ("redirection", "says"),
    [
        (">&-", "stdout: must be open"),
        ("| head -0", "got a closed pipe"),
        ("> /dev/full", "got No space left on device"),
    ],
)
def test_a_stdout_that_takes_nothing_is_told_in_one_line(
    redirection: str, says: str, tmp_path: Path
) -> None:
    command = f"{sys.executable} -m TACEResponseLib recipe list {redirection}"
    shell = ["bash", "-c", f"set -o pipefail; {command}"]
    # Of `head`, which ends before anything is printed.
    done = subprocess.run(shell, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line
    assert not list(tmp_path.iterdir())


def test_a_closed_stderr_hinders_nothing(tmp_path: Path) -> None:
    command = f"{sys.executable} -m TACEResponseLib recipe new mine --from ct-radiomics-cnn 2>&-"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, "mine.yaml\n")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]
