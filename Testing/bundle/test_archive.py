import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import Bundle, load_bundle, zip_bundle
from TACEResponseLib.bundle.archive import unpacked

WHERE = "--bundle x.zip"
Entries = dict[str, bytes]


@pytest.fixture
def zipped(saved: Path, tmp_path: Path) -> Path:
    return zip_bundle(saved, tmp_path / "small.zip")


def refused(path: Path, message: str) -> None:
    with pytest.raises(InputError, match=message), unpacked(path, WHERE):
        pass


def test_a_zip_and_its_folder_are_the_same_bundle(
    saved: Path, zipped: Path, bundle: Bundle
) -> None:
    from_folder, from_zip = load_bundle(saved), load_bundle(zipped)
    assert from_zip.sha256 == from_folder.sha256
    assert from_zip.metadata == bundle.metadata
    assert from_zip.source == "small.zip"


def test_the_same_bundle_gives_the_same_zip(saved: Path, zipped: Path, tmp_path: Path) -> None:
    again = zip_bundle(saved, tmp_path / "again.zip")
    assert again.read_bytes() == zipped.read_bytes()


def test_a_flat_zip_is_read_too(saved: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "flat.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in saved.rglob("*"):
            archive.write(path, path.relative_to(saved))
    assert load_bundle(tmp_path / "flat.zip").sha256 == load_bundle(saved).sha256


def test_nothing_stays_of_the_unpacked_files(
    zipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with unpacked(zipped, WHERE) as folder:
        assert folder.is_relative_to(scratch)
        assert (folder / "SHA256SUMS").is_file()
    assert list(scratch.iterdir()) == []


def test_a_zip_never_replaces_a_file(saved: Path, zipped: Path) -> None:
    with pytest.raises(InputError, match=r"small.zip: must not exist yet"):
        zip_bundle(saved, zipped)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "/etc/evil",
        "x/../../evil",
        "C:/evil",
        "a\\..\\evil",
        "x/.hidden",
        "a//b",
        "~",
    ],
)
def test_entries_that_lead_outside_are_refused(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    refused(tmp_path / "x.zip", "plain relative names")
    assert not (tmp_path.parent / "evil.txt").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("configs")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc")
    refused(tmp_path / "x.zip", "plain files.*configs, a link")


def test_a_name_given_twice_is_refused_whatever_its_case(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("docs/README.md", "a")
        archive.writestr("docs/readme.md", "b")
    refused(tmp_path / "x.zip", "each file once")


def test_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20 * 1024**2))
    refused(tmp_path / "x.zip", "packed more than 100-fold, got zeros")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for number in range(321):
            archive.writestr(f"docs/{number}", b"")
    refused(tmp_path / "x.zip", "320 files")


def test_too_large_an_announcement_is_refused(zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as archive:
        offset = archive.start_dir
    data = bytearray(zipped.read_bytes())
    # Uncompressed size of the first entry of the central directory (APPNOTE 4.3.12).
    data[offset + 24 : offset + 28] = (3 * 1024**3).to_bytes(4, "little")
    zipped.write_bytes(data)
    refused(zipped, "must unpack to at most 1280 files and 2 GB, got 7 of 3 GB")


def test_an_encrypted_zip_is_refused(zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as archive:
        offset = archive.start_dir
    data = bytearray(zipped.read_bytes())
    data[offset + 8] |= 1
    zipped.write_bytes(data)
    refused(zipped, "must not be encrypted")


def test_a_rare_packing_method_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("docs/README.md", "x")
    refused(tmp_path / "x.zip", "method deflate")


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-30], lambda data: data[:100], lambda _: b"", lambda _: b"PK\x05\x06"],
    ids=["end cut off", "beginning only", "empty", "end record only"],
)
def test_a_damaged_zip_is_refused(damage: Callable[[bytes], bytes], zipped: Path) -> None:
    zipped.write_bytes(damage(zipped.read_bytes()))
    with pytest.raises(InputError, match=r"--bundle small.zip: .*(whole zip|damaged)"):
        load_bundle(zipped)


def test_a_flipped_byte_is_noticed(zipped: Path) -> None:
    data = bytearray(zipped.read_bytes())
    data[200] ^= 1
    zipped.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        load_bundle(zipped)
