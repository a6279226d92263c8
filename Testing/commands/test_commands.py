"""The commands as a person runs them: demo, overwrite, interruption."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from TACEResponseLib.commands.cli import main


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Folder and output of one demo, in a process of its own."""
    folder = tmp_path_factory.mktemp("demo") / "result"
    done = subprocess.run(
        [sys.executable, "-m", "TACEResponseLib", "demo", "--output", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return folder, done.stdout


def test_the_demo_tells_the_result_in_five_lines_and_the_paths(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    lines = printed.splitlines()
    assert lines[0].startswith("This model was trained on simulated patients")
    assert lines[1].startswith("Estimated probability of objective response")
    paths = [Path(line.strip()) for line in lines[5:]]
    assert {p.name for p in paths} == {
        "overview.png",
        "scene.mrb",
        "prediction.json",
        "radiomics.csv",
        "saliency_ct_arterial.nii.gz",
    }
    assert all(p.is_file() and p.parent == folder for p in paths)


def test_a_second_demo_needs_overwrite(
    demo: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--output", str(demo[0])]) == 2
    assert "--overwrite" in capsys.readouterr().err


def test_the_record_is_free_of_paths_and_of_the_user(demo: tuple[Path, str]) -> None:
    text = (demo[0] / "prediction.json").read_text()
    record = json.loads(text)
    assert record["case_id"].startswith("SIM-")
    assert str(Path.home()) not in text
    assert str(demo[0].parent) not in text


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "TACEResponseLib", "demo", "--output", str(tmp_path / "out")]
    with subprocess.Popen([*command, "-v"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        # The draft folder exists from the line of this stage on.
        assert any("picture" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        stderr = process.stderr.read()
        assert process.wait(timeout=30) == 130
    assert "interrupted; nothing was written" in stderr
    assert list(tmp_path.iterdir()) == []
