"""Every file of one output has one mode, that of any new file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.file_modes import even_modes
from TACEResponseLib.new_output import new_folder


@pytest.fixture(params=[0o022, 0o077, 0o002], ids=oct)
def mask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> set[tuple[str, int]]:
    return {("folder" if path.is_dir() else "file", path.stat().st_mode & 0o777)
            for path in (folder, *folder.rglob("*"))}  # fmt: skip


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


def test_what_a_link_points_to_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o600)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(outside)
    even_modes(tmp_path / "out")
    assert outside.stat().st_mode & 0o777 == 0o600
