"""Folders of dead processes are removed; those of live ones, and the user's own, never."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from TACEResponseLib.basics.writing import drafts
from TACEResponseLib.basics.writing.drafts import Draft, scratch_folder, sweep

HOLD = """
import sys, time
from pathlib import Path
from TACEResponseLib.basics.writing.drafts import Draft
draft = Draft(Path(sys.argv[1]), sys.argv[2], target="out")
(draft.path / "patient.txt").write_text("P1")
if len(sys.argv) > 3:
    Path(sys.argv[1], "out").rename(draft.earlier)
print(draft.folder, flush=True)
time.sleep(60)
"""


def another(folder: Path, *words: str, kind: str = "draft") -> tuple[subprocess.Popen[str], Path]:
    """A process with a draft in a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), kind, *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_draft_goes_when_its_process_has_died_and_not_before(tmp_path: Path) -> None:
    process, folder = another(tmp_path)
    try:
        sweep(tmp_path)
        assert (folder / "content" / "patient.txt").is_file()
    finally:
        kill(process)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["draft", "scratch", "exchange", "worker"])
def test_the_next_draft_in_a_place_sweeps_it(kind: str, tmp_path: Path) -> None:
    process, folder = another(tmp_path, kind=kind)
    kill(process)
    mine = Draft(tmp_path, "draft")
    assert not folder.exists()
    mine.remove()
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_result_without_a_successor_goes_back_to_its_place(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "prediction.json").write_text("{}")
    process, _ = another(tmp_path, "retire")
    kill(process)
    assert not (tmp_path / "out").exists()
    sweep(tmp_path)
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == [
        "out",
        "out/prediction.json",
    ]


def test_an_earlier_result_whose_name_was_taken_meanwhile_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "prediction.json").write_text("{}")
    process, folder = another(tmp_path, "retire")
    kill(process)
    (tmp_path / "out").mkdir()
    sweep(tmp_path)
    assert (folder / "earlier" / "prediction.json").is_file()


def old(folder: Path) -> Path:
    """As if it had been left an hour ago."""
    os.utime(folder, (time.time() - 3600,) * 2)
    return folder


def test_folders_that_only_look_like_ours_are_left(tmp_path: Path) -> None:
    (tmp_path / ".tace-response-draft-abcdefgh").mkdir()
    (tmp_path / ".tace-response-draft-abcdefgh" / "mine.txt").write_text("mine")
    for name, lock in (
        (".tace-response-draft-abcdefgi", "mine"),
        (".tace-response-draft-abcdefgj", json.dumps({"mark": "x", "target": ""})),
        (".tace-response-draft-abcdefgl", ""),
        (".tace-response-draft-abcdefgm", "[1]"),
        (".tace-response-draft-mine", ""),
        (".hidden", ""),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").write_text(lock)
        (tmp_path / name / "mine.txt").write_text("mine")
    (tmp_path / ".tace-response-draft-abcdefgk").symlink_to(tmp_path / ".hidden")
    before = sorted(tmp_path.rglob("*"))
    for folder in tmp_path.iterdir():
        old(folder)
    sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_target_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = home / ".tace-response-draft-abcdefgh"
    (folder / "earlier").mkdir(parents=True)
    (folder / "lock").write_text(json.dumps({"mark": drafts.MARK, "target": "../elsewhere"}))
    sweep(home)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home"]
    assert (folder / "earlier").is_dir()


def test_a_folder_killed_before_its_lock_goes_when_it_is_old(tmp_path: Path) -> None:
    new, left = (tmp_path / f"tace-response-scratch-{name}" for name in ("abcdefgh", "abcdefgi"))
    new.mkdir()
    old_folder = left
    old_folder.mkdir()
    old(old_folder)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [new]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="gives a file away")
def test_another_user_s_folder_is_left(tmp_path: Path) -> None:
    process, folder = another(tmp_path)
    kill(process)
    os.chown(folder, 65534, 65534)
    sweep(tmp_path)
    assert folder.is_dir()


def test_all_are_removed_even_while_another_thread_writes(tmp_path: Path) -> None:
    draft = Draft(tmp_path, "draft")
    is_over = threading.Event()

    def write() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            try:
                (draft.path / f"{number}.txt").write_text("P1")
            except OSError:
                return

    thread = threading.Thread(target=write)
    thread.start()
    time.sleep(0.05)
    draft.remove()
    is_over.set()
    thread.join()
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_folder_is_for_this_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as folder:
        (outer,) = tmp_path.iterdir()
        assert outer in folder.parents
        assert outer.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []
