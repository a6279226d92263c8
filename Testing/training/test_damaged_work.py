"""`--resume` on a work folder that is missing, empty or damaged: told, and never another bundle."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from TACEResponseLib.commands.cli import main
from Testing.training.test_train_command import STAGES, stop_at

pytestmark = pytest.mark.usefixtures("in_process", "cache_home")
WORK = ".mine-training"
LOGITS, BRANCH = "fits/size-fold-1.json", "fits/size-all"


def removed(name: str) -> Callable[[Path], None]:
    def change(work: Path) -> None:
        path = work / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def holding(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda work: (work / name).write_bytes(content) and None


def as_folder(name: str) -> Callable[[Path], None]:
    def change(work: Path) -> None:
        removed(name)(work)
        (work / name).mkdir()

    return change


def as_file(name: str) -> Callable[[Path], None]:
    def change(work: Path) -> None:
        removed(name)(work)
        (work / name).write_bytes(b"x")

    return change


@pytest.fixture
def words(recipe_file: Path, write_table: Callable[..., Path]) -> list[str]:
    """A training without its output."""
    return ["train", "--recipe", str(recipe_file), "--cohort", str(write_table()), "--jobs", "1"]


@pytest.fixture
def work(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is left of a training whose fits are all done."""
    with monkeypatch.context() as patch:
        stop_at(patch, *STAGES["while the log is written"])
        assert main([*words, "--output", str(tmp_path / "mine")]) != 0
    return tmp_path / WORK


DAMAGES = {
    "no classifier": (removed(f"{BRANCH}/models/size.skops"), BRANCH),
    "another classifier": (holding(f"{BRANCH}/models/size.skops", b"xx"), BRANCH),
    "another part": (holding(f"{BRANCH}/part.json", b"{}"), BRANCH),
    "half a part": (holding(f"{BRANCH}/part.json", b'{"a'), BRANCH),
    "no logits inside": (holding(LOGITS, b""), LOGITS),
    "a word for logits": (holding(LOGITS, b'"x"'), LOGITS),
    # numpy would give it to every patient of the fold.
    "one logit": (holding(LOGITS, b"[1.0]"), LOGITS),
    "a folder for logits": (as_folder(LOGITS), LOGITS),
    "a folder for the key": (as_folder("key.json"), "key.json"),
    "no key": (removed("key.json"), "key.json"),
    "half a key": (holding("key.json", b"{"), "recipe and cohort"),
    "a list for the key": (holding("key.json", b"[]"), "recipe and cohort"),
    "a folder for the lock": (as_folder("lock"), "lock"),
    "a file for the fits": (as_file("fits"), "fits"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_work_folder_is_told_in_one_line_and_is_left(
    damage: str,
    work: Path,
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change, says = DAMAGES[damage]
    change(work)
    capsys.readouterr()
    assert main([*words, "--output", str(tmp_path / "mine"), "--resume"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert says in line
    assert f"remove {WORK}" in line
    assert work.is_dir()
    assert not (tmp_path / "mine").exists()


def test_what_it_says_is_done_and_helps(work: Path, words: list[str], tmp_path: Path) -> None:
    holding(LOGITS, b"")(work)
    shutil.rmtree(work)
    assert main([*words, "--output", str(tmp_path / "mine")]) == 0


def test_a_fit_without_its_last_file_is_fitted_once_more(
    work: Path, words: list[str], tmp_path: Path
) -> None:
    removed(f"{BRANCH}/part.json")(work)
    assert main([*words, "--output", str(tmp_path / "mine"), "--resume"]) == 0
    assert main([*words, "--output", str(tmp_path / "other" / "mine")]) == 0
    sums = [folder / "mine" / "SHA256SUMS" for folder in (tmp_path, tmp_path / "other")]
    assert sums[0].read_bytes() == sums[1].read_bytes()


@pytest.mark.parametrize("is_there", [False, True])
def test_resuming_nothing_says_that_it_begins_anew(
    is_there: bool, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if is_there:
        (tmp_path / WORK).mkdir()
    assert main([*words, "--output", str(tmp_path / "mine"), "--resume"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: --resume: ")
    assert WORK in line
    assert line.endswith("; the training begins anew")


@pytest.mark.parametrize("resume", [[], ["--resume"]])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_refused(
    kind: str,
    resume: list[str],
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if kind == "file":
        (tmp_path / WORK).write_bytes(b"")
    else:
        (tmp_path / WORK).symlink_to("nowhere")
    assert main([*words, "--output", str(tmp_path / "mine"), *resume]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "which is no folder; move it away, or choose another name" in line
