import hashlib
import os
import pickle
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle.integrity import check_no_pickle, read_verified_text, verify, write_sums
from TACEResponseLib.bundle.reading import read_metadata

WHERE = "--bundle small"


def refused(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        verify(folder, WHERE)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(WHERE)


def test_sums_are_those_of_sha256sum(saved: Path) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("sha256sum is not installed")
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=saved, check=False).returncode == 0


def test_the_hash_of_the_list_stands_for_the_bundle(copied: Path) -> None:
    before = verify(copied, WHERE)
    assert before == hashlib.sha256((copied / "SHA256SUMS").read_bytes()).hexdigest()
    (copied / "docs" / "README.md").write_text("changed")
    assert write_sums(copied) != before


def test_every_file_but_the_list_is_listed_in_order(saved: Path) -> None:
    names = [line.split("  ")[1] for line in (saved / "SHA256SUMS").read_text().splitlines()]
    assert names == [
        "configs/inference.json",
        "configs/metadata.json",
        "docs/README.md",
        "models/cnn.safetensors",
        "models/fusion.json",
        "models/radiomics.skops",
    ]


@pytest.mark.parametrize("name", ["configs/metadata.json", "models/cnn.safetensors"])
def test_one_changed_byte_is_named(copied: Path, name: str) -> None:
    data = bytearray((copied / name).read_bytes())
    data[-2] ^= 1
    (copied / name).write_bytes(data)
    refused(copied, f"must match its SHA-256.*another content in {name}")


def test_a_missing_file_is_named(copied: Path) -> None:
    (copied / "models" / "fusion.json").unlink()
    refused(copied, r"no models/fusion.json")


def test_an_unlisted_file_is_named(copied: Path) -> None:
    (copied / "models" / "more.json").write_text("{}")
    refused(copied, r"doesn't list, got models/more.json; remove it")


def test_a_bundle_without_list_is_refused(copied: Path) -> None:
    (copied / "SHA256SUMS").unlink()
    refused(copied, "must hold the list SHA256SUMS, got none")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("zz  docs/README.md", "as sha256sum does"),
        (f"{'0' * 64}  ../../etc/passwd", "plain relative names"),
        (f"{'0' * 64}  /etc/passwd", "plain relative names"),
    ],
)
def test_a_list_that_leads_outside_is_refused(copied: Path, line: str, message: str) -> None:
    with (copied / "SHA256SUMS").open("a") as file:
        file.write(line + "\n")
    refused(copied, message)


def test_a_name_listed_twice_is_refused(copied: Path) -> None:
    sums = copied / "SHA256SUMS"
    sums.write_text(sums.read_text() + sums.read_text().splitlines()[0] + "\n")
    refused(copied, "each file once")


@pytest.mark.parametrize("target", ["/etc/passwd", "README.md"])
def test_links_are_refused_wherever_they_lead(copied: Path, target: str) -> None:
    (copied / "docs" / "notes.md").symlink_to(target)
    refused(copied, r"plain files and folders, got docs/notes.md, a link")


def test_a_linked_folder_is_refused(copied: Path, tmp_path: Path) -> None:
    shutil.move(copied / "models", tmp_path / "models")
    (copied / "models").symlink_to(tmp_path / "models")
    refused(copied, "got models, a link")


def test_a_pipe_is_refused_without_waiting_for_it(copied: Path) -> None:
    os.mkfifo(copied / "docs" / "pipe")
    refused(copied, "plain files and folders")


def test_a_flood_of_files_is_refused(copied: Path) -> None:
    for number in range(321):
        (copied / "docs" / f"{number}.md").touch()
    refused(copied, "may hold 320 files")


def _pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"a": 1}))


def _torch(path: Path) -> None:
    torch.save({"a": torch.zeros(3)}, path)


def _numpy(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)


def _text(path: Path) -> None:
    path.write_text("hello")


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (_pickle, "notes.md"),
        (_pickle, "cnn.safetensors"),
        (_pickle, "radiomics.skops"),
        (_torch, "notes.json"),
        (_torch, "cnn.safetensors"),
        (_numpy, "LICENSE"),
        (_text, "model.pkl"),
        (_text, "model.pt"),
        (_text, "model.PTH"),
        (_text, "model.ckpt"),
        (_text, "model.joblib"),
        (_text, "model.pickle"),
        (_text, "model.npy"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_can_hold_a_pickle_is_refused_even_if_listed(
    write: Callable[[Path], None], name: str, copied: Path
) -> None:
    write(copied / "docs" / name)
    write_sums(copied)
    refused(copied, f"neither pickles nor files.*docs/{name}")


@pytest.mark.parametrize("header", [0x0280, 0x0380, 0x04034B50])
def test_a_header_length_that_looks_like_a_pickle_is_none(header: int, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(header.to_bytes(8, "little") + b'{"a"')
    check_no_pickle(path, path.name, WHERE)


def test_text_that_steers_a_terminal_is_refused(copied: Path) -> None:
    (copied / "docs" / "README.md").write_text("\x1b[2Jall is well")
    with pytest.raises(InputError, match=r"README.md must be plain text"):
        read_verified_text(copied, "docs/README.md", WHERE)


def test_text_that_is_no_text_is_refused(copied: Path) -> None:
    (copied / "docs" / "README.md").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="must be UTF-8 text"):
        read_verified_text(copied, "docs/README.md", WHERE)


@pytest.mark.parametrize("kind", ["empty", "of other things", "its configs"])
def test_a_folder_that_is_no_bundle_is_told_what_one_is(
    kind: str, saved: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "etc"
    if kind == "its configs":
        folder = saved / "configs"
    else:
        folder.mkdir()
    if kind == "of other things":
        (folder / ".hidden stuff").write_bytes(b"\x80\x04")
    refused(
        folder,
        "must be a bundle: a folder or zip with SHA256SUMS and configs/metadata.json, "
        "got neither of them; name the bundle's own folder or zip",
    )


def test_of_the_folder_round_a_bundle_the_inner_one_is_named(saved: Path) -> None:
    refused(saved.parent, f"got neither of them; name the folder in it, {saved.name}$")
    verify(saved, WHERE)


@pytest.mark.parametrize("is_zip", [False, True])
@pytest.mark.parametrize("name", ["SHA256SUMS", "configs/metadata.json", "docs/README.md"])
def test_a_bundle_that_lacks_a_file_is_told_which(
    name: str, is_zip: bool, saved: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "copy" / "small"))
    (folder / name).unlink()
    if is_zip:
        shutil.make_archive(str(tmp_path / "small"), "zip", folder.parent, "small")
    path = tmp_path / "small.zip" if is_zip else folder
    with pytest.raises(InputError, match=rf"must hold .* got (none|no {name});.*copy") as caught:
        read_metadata(path)
    assert name in str(caught.value)
