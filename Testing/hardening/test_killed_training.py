"""A training that was killed at any moment goes on, ends, and has the bytes of an unbroken one."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from TACEResponseLib.commands.cli import main
from Testing.hardening.conftest import LONG
from Testing.training.conftest import FEATURES, drawn_features, recipe_content

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills as Linux does")
# A training of this recipe takes some seconds on an idle core; many times that is stuck.
LONGEST_SECONDS = 300


def words(folder: Path, jobs: int, output: str) -> list[str]:
    return [
        *(sys.executable, "-m", "TACEResponseLib", "train", "--seed", "2", "--jobs", str(jobs)),
        *("--recipe", str(folder / "quick.yaml"), "--cohort", str(folder / "cohort.csv")),
        *("--cache", str(folder / "cache"), "--output", str(folder / output / "model")),
    ]


def digests(bundle: Path) -> dict[str, str]:
    return {
        str(path.relative_to(bundle)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(bundle.rglob("*"))
        if path.is_file()
    }


def modes(state: Path) -> set[int]:
    """Of a folder and its files; what is half written lies under hidden names."""
    inside = [
        path
        for path in state.rglob("*")
        if path.is_file() and not any(part[0] == "." for part in path.relative_to(state).parts)
    ]
    return {path.stat().st_mode & 0o777 for path in (state, *inside)}


def finished(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
    )


def kill_at(command: list[str], is_time: Callable[[], bool]) -> None:
    """Kill a program and no child of it, as a machine short of memory does."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        end = time.monotonic() + LONGEST_SECONDS
        while not is_time() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recipe and table."""
    folder = tmp_path_factory.mktemp("killed")
    recipe = yaml.safe_dump(recipe_content())
    (folder / "quick.yaml").write_text(recipe, encoding="utf-8")
    labels = np.tile([0, 1], 30)
    values = drawn_features(labels, np.random.default_rng(4), 1.5)
    roles = ("training", "training", "internal_test")
    rows = [
        f"P{i:03d},{roles[i % 3]},{label},{','.join(map(repr, row.tolist()))}"
        for i, (label, row) in enumerate(zip(labels, values, strict=True))
    ]
    header = ",".join(["case_id", "role", "response", *FEATURES])
    (folder / "cohort.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def whole(cohort: Path) -> dict[str, str]:
    """The bundle of a training that nobody disturbed."""
    assert main(words(cohort, 1, "whole")[3:]) == 0
    return digests(cohort / "whole" / "model")


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="trains twice in two processes")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("fits", [0, 2, 3, 5, 8])
def test_it_ends_and_with_the_same_bytes(
    fits: int, jobs: int, cohort: Path, whole: dict[str, str]
) -> None:
    output = cohort / f"broken-{fits}-{jobs}" / "model"
    state = output.parent / ".model-training"
    kill_at(
        words(cohort, 2, output.parent.name),
        lambda: (state / "key.json").exists() and len(list(state.glob("fits/*"))) >= fits,
    )
    assert not output.exists()
    assert modes(state) == {0o700, 0o600}
    done = finished([*words(cohort, jobs, output.parent.name), "--resume"])
    assert done.returncode == 0, done.stderr
    assert digests(output) == whole
    assert not state.exists()
