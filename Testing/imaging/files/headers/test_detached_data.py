"""Voxels in a file of their own: a plain file beside the header, nothing else."""

from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.made_files import made_voxels, metaimage, nrrd

CT = ImageSequence.CT_ARTERIAL


def write_pair(folder: Path, ending: str, name: str, **fields: object) -> Path:
    """A header that names its data file, and the voxels in `x.raw`."""
    (folder / "x.raw").write_bytes(b"head" * 3 + made_voxels().tobytes())
    path = folder / f"x.{ending}"
    key = {"nhdr": "data file", "mhd": "ElementDataFile"}[ending]
    made = nrrd if ending == "nhdr" else metaimage
    whole = made(**fields, **{key: name})
    path.write_bytes(whole.removesuffix(made_voxels().tobytes()))
    return path


@pytest.mark.parametrize(
    ("ending", "fields"),
    [
        ("nhdr", {"byte skip": 12}),
        ("nhdr", {"byte skip": -1}),
        ("mhd", {"HeaderSize": 12}),
        ("mhd", {"HeaderSize": -1}),
    ],
)
def test_voxels_beside_the_header_are_read(
    ending: str, fields: dict[str, object], tmp_path: Path
) -> None:
    path = write_pair(tmp_path, ending, "x.raw", **fields)
    assert np.array_equal(read_image(path, CT)[0].voxels, made_voxels())


@pytest.mark.parametrize("ending", ["nhdr", "mhd"])
@pytest.mark.parametrize(
    "name",
    [
        "LIST",
        "LIST 2",
        "x%03d.raw 1 4 1",
        "../x.raw",
        "/dev/zero",
        "sub/x.raw",
        "..",
        ".",
        r"C:\x.raw",
        r"\\server\x.raw",
        "x*.raw",
    ],
)
def test_every_other_place_is_refused(ending: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.raw").write_bytes(made_voxels().tobytes())
    path = write_pair(tmp_path / "sub", ending, name)
    with pytest.raises(InputError, match=r"must name one data file in its own folder|got a folder"):
        read_image(path, CT)


@pytest.mark.parametrize("ending", ["nhdr", "mhd"])
def test_links_and_absent_files_are_refused(ending: str, tmp_path: Path) -> None:
    (tmp_path / "link.raw").symlink_to(tmp_path / "x.raw")
    with pytest.raises(InputError, match="a link, link"):
        read_image(write_pair(tmp_path, ending, "link.raw"), CT)
    with pytest.raises(InputError, match=r"its data file y.raw: must be readable"):
        read_image(write_pair(tmp_path, ending, "y.raw"), CT)
