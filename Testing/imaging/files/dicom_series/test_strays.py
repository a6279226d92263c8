"""What lies beside a series and is no DICOM is passed over; what may be a lost slice is told."""

from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from Testing.imaging.dicom_slices import write_slice

CT = ImageSequence.CT_ARTERIAL
# RFC 1740: magic number, version 2, 16 bytes of filler, entries.
APPLE_DOUBLE = b"\0\5\x16\7\0\2\0\0Mac OS X        \0\2\0\0\0\x09" + bytes(200)
FINDER = b"\0\0\0\1Bud1\0\0\x10\0" + bytes(300)


def write_series(folder: Path) -> np.ndarray:
    return np.stack([write_slice(folder, n, 2.5 * n) for n in range(4)])


@pytest.mark.parametrize("named", [False, True], ids=["by its folder", "by one file"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("._099.dcm", APPLE_DOUBLE),
        ("._IM0001", APPLE_DOUBLE),
        (".DS_Store", FINDER),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)),
        ("readme.txt", b"Anonymized.\n"),
        ("index.json", b"{}"),
    ],
)
def test_what_programs_lay_beside_a_series_is_passed_over(
    name: str, content: bytes, named: bool, tmp_path: Path
) -> None:
    expected = write_series(tmp_path)
    (tmp_path / name).write_bytes(content)
    volume, warnings = read_image(tmp_path / "097.dcm" if named else tmp_path, CT)
    assert np.array_equal(volume.voxels, expected)
    assert warnings == ()


@pytest.mark.parametrize("named", [False, True], ids=["by its folder", "by one file"])
@pytest.mark.parametrize(
    "content",
    [b"hello", b"<html><title>504</title>" * 90, "Größe\r\n".encode() * 40, b""],
    ids=["note", "error page", "umlauts", "empty"],
)
def test_text_named_like_dicom_is_passed_over_and_told(
    content: bytes, named: bool, tmp_path: Path
) -> None:
    expected = write_series(tmp_path)
    (tmp_path / "notes.dcm").write_bytes(content)
    volume, warnings = read_image(tmp_path / "097.dcm" if named else tmp_path, CT)
    assert np.array_equal(volume.voxels, expected)
    assert [w.code for w in warnings] == ["files_passed_over"]
    with pytest.raises(InputError, match=r"must be a readable DICOM image, got another file"):
        read_image(tmp_path / "notes.dcm", CT)
    with pytest.raises(InputError, match=r"--roi notes\.dcm"):
        read_roi(tmp_path / "notes.dcm")


@pytest.mark.parametrize("content", [bytes(4000), b"\x93NUMPY" + bytes(range(256)) * 9])
def test_what_may_be_a_damaged_slice_is_still_refused(content: bytes, tmp_path: Path) -> None:
    write_series(tmp_path)
    (tmp_path / "095.dcm").write_bytes(content)
    with pytest.raises(InputError, match=r"damaged file \(095\.dcm\); .* or move that file away"):
        read_image(tmp_path, CT)


def test_a_folder_of_what_macos_lays_beside_a_series_is_no_series(tmp_path: Path) -> None:
    (tmp_path / "._099.dcm").write_bytes(APPLE_DOUBLE)
    with pytest.raises(InputError, match="got a folder without DICOM images; check the path"):
        read_image(tmp_path, CT)
