"""Every file of one output has one mode, that of any new file."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.writing.file_modes import even_modes
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.training.logs.log import FitLog
from TACEResponseLib.training.state import locked, open_state


@pytest.fixture(params=[0o022, 0o077, 0o002], ids=oct)
def mask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> set[tuple[str, int]]:
    return {
        ("folder" if path.is_dir() else "file", path.stat().st_mode & 0o777)
        for path in (folder, *folder.rglob("*"))
    }


def test_a_draft_of_private_and_open_files_becomes_one(tmp_path: Path, mask: int) -> None:
    with new_folder(tmp_path / "out") as draft:
        (draft / "inner").mkdir()
        for name, mode in (("a", 0o600), ("b", 0o644), ("inner/c", 0o777)):
            (draft / name).write_text(name)
            (draft / name).chmod(mode)
    assert modes(tmp_path / "out") == {("file", 0o666 & ~mask), ("folder", 0o777 & ~mask)}


def test_a_saved_bundle_has_one_mode(tmp_path: Path, mask: int) -> None:
    save_bundle(load_bundle("ct-radiomics-cnn-simulated"), tmp_path / "copy")
    assert modes(tmp_path / "copy") == {("file", 0o666 & ~mask), ("folder", 0o777 & ~mask)}


def test_what_a_training_keeps_is_the_user_s_alone(tmp_path: Path, mask: int) -> None:
    assert mask in (0o022, 0o077, 0o002)
    state = open_state(tmp_path / "model", {"recipe": "x"}, resume=False)
    with locked(state):
        state.save_logits("size-fold-1", np.zeros(3))
        state.save_branch("size-all", load_bundle("ct-radiomics-cnn-simulated").branches[0])
        FitLog(state.log("cnn-all"))("loss", 1, 0.5)
    assert state.folder.stat().st_mode & 0o777 == 0o700
    assert {kind for kind in modes(state.folder) if kind[0] == "file"} == {("file", 0o600)}


def test_what_a_link_points_to_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o600)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(outside)
    even_modes(tmp_path / "out")
    assert outside.stat().st_mode & 0o777 == 0o600
