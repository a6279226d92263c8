"""Every byte that can move a voxel counts, whichever file it lies in."""

import os
import shutil
from pathlib import Path

import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.reading.file_digest import sha256_of
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.content import content_digest, opened_files
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import write_slice

COUNT = 4


def image(folder: Path, suffix: str) -> Path:
    """A path that stands for an image in one of the ways in which a table may name it."""
    folder.mkdir()
    if suffix in ("", ".dcm"):
        for n in range(COUNT):
            write_slice(folder, n, 2.5 * n)
        return folder if not suffix else folder / "098.dcm"
    grid = sitk.GetImageFromArray([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    grid = sitk.Cast(grid, sitk.sitkInt16)
    sitk.WriteImage(grid, str(folder / f"x{suffix}"))
    return folder / f"x{suffix}"


SUFFIXES = ["", ".dcm", ".mhd", ".nhdr", ".mha", ".nrrd", ".nii"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_changed_byte_of_any_file_that_was_opened_makes_another_digest(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which files were opened, Python tells."""
    path = image(tmp_path / "one", suffix)
    before = content_digest(path)
    opened: set[Path] = set()
    real = Path.open

    def watched(self: Path, *args: object, **kwargs: object) -> object:
        opened.add(self)
        return real(self, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", watched)
        read_image(path, ImageSequence.CT_ARTERIAL)
    assert {p for p in opened if p.parent == tmp_path / "one"} == set(opened_files(path))
    for file in opened_files(path):
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert content_digest(path) != before, file.name
        file.write_bytes(whole)
    assert content_digest(path) == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_copy_elsewhere_has_the_same_digest(suffix: str, tmp_path: Path) -> None:
    path = image(tmp_path / "one", suffix)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    copy = tmp_path / "two" / path.relative_to(tmp_path / "one")
    assert content_digest(copy) == content_digest(path)


def test_any_file_of_a_series_stands_for_it_and_other_files_do_not_count(tmp_path: Path) -> None:
    path = image(tmp_path / "one", ".dcm")
    before = content_digest(path)
    assert content_digest(path.with_name("097.dcm")) == before
    (tmp_path / "one" / "note.txt").write_text("seen")
    write_slice(tmp_path / "one", 40, 0.0, SeriesInstanceUID="1.2.3.5")
    assert content_digest(path) == before
    assert len(opened_files(path)) == COUNT


def test_one_file_counts_by_its_bytes_alone(tmp_path: Path) -> None:
    path = image(tmp_path / "one", ".nii")
    other = path.rename(path.with_name("other.nii"))
    assert content_digest(other) == sha256_of(other)


def test_what_can_not_be_read_as_an_image_stands_for_itself(tmp_path: Path) -> None:
    for name in ("x.mhd", "x.nhdr", "x.dcm", "x.txt"):
        path = tmp_path / name
        path.write_bytes(os.urandom(200))
        assert opened_files(path) == (path,)
    with pytest.raises(OSError, match="No such file"):
        content_digest(tmp_path / "absent.nii")
