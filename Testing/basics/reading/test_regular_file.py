"""Whatever a user names as a file is a regular one, of a size that its kind can have."""

import os
import socket
import stat
import time
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.regular_file import (
    check_regular,
    in_units,
    open_regular,
    read_bytes,
    read_text,
)


def make_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def make_socket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A socket's name has at most 107 bytes.
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
    return folder / "socket"


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "device"])
def test_what_is_no_regular_file_is_told_by_its_kind_and_never_waited_for(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = {
        "pipe": lambda: make_pipe(tmp_path),
        "socket": lambda: make_socket(tmp_path, monkeypatch),
        "folder": lambda: tmp_path,
        "device": lambda: Path("/dev/zero"),
    }[kind]()
    start = time.monotonic()
    with pytest.raises(InputError, match=f"--x: must be a regular file, got a {kind}; save"):
        read_bytes(path, "--x", most_bytes=100)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("name", ["none", "a\0b", "x" * 300, "none/none", "\udcff"])
def test_what_is_not_there_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--x: must be a readable file, got .*; check the path"):
        check_regular(tmp_path / name, "--x", most_bytes=100)


def test_a_link_to_a_file_is_a_file_and_a_link_to_a_device_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "zero").symlink_to("/dev/zero")
    assert read_bytes(tmp_path / "link", "--x", most_bytes=3) == b"abc"
    assert check_regular(tmp_path / "link", "--x", most_bytes=3) == 3
    with pytest.raises(InputError, match="got a device"):
        read_bytes(tmp_path / "zero", "--x", most_bytes=3)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long"
    with path.open("wb") as file:
        file.truncate(3 * 1024**4)
    with pytest.raises(InputError, match=r"must be at most 2 kB, got 3.07e\+03 GB; check that"):
        read_bytes(path, "--x", most_bytes=2048)


def test_a_file_that_claims_to_be_empty_is_read_to_the_limit_only() -> None:
    # The kernel's files have size 0 and content.
    path = Path("/proc/self/maps")
    if not path.exists():
        pytest.skip("no /proc here")
    assert path.stat().st_size == 0
    with pytest.raises(InputError, match="must be at most 10 bytes, got more"):
        read_bytes(path, "--x", most_bytes=10)


def test_a_pipe_that_takes_the_place_of_a_file_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    there = (tmp_path / "file").stat()
    pipe = make_pipe(tmp_path)
    monkeypatch.setattr(Path, "stat", lambda _path: there)
    assert stat.S_ISREG(pipe.stat().st_mode)
    with (
        pytest.raises(InputError, match="got a pipe"),
        open_regular(pipe, "--x", most_bytes=100),
    ):
        pass


def test_text_comes_without_a_mark_and_other_encodings_are_told(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes("\ufeffmäßig".encode())
    assert read_text(path, "--x", most_bytes=100) == "mäßig"
    path.write_bytes("mäßig".encode("utf-16"))
    with pytest.raises(InputError, match="must be UTF-8 text, got UTF-16; save it as UTF-8"):
        read_text(path, "--x", most_bytes=100)
    path.write_bytes(b"m\xe4")
    with pytest.raises(InputError, match="must be UTF-8 text, got other bytes"):
        read_text(path, "--x", most_bytes=100)


def test_a_full_disk_elsewhere_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    with (
        pytest.raises(OSError, match="No space"),
        open_regular(tmp_path / "file", "--x", most_bytes=100),
    ):
        raise OSError(28, "No space left on device")


def test_sizes_read_as_a_person_says_them() -> None:
    assert [in_units(n) for n in (7, 2048, 20 * 1024**2, 2**31)] == [
        "7 bytes",
        "2 kB",
        "20 MB",
        "2 GB",
    ]
