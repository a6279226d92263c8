"""Whether a NIfTI file is whole: ITK fills what a cut file lacks with zeros and says nothing."""

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import SimpleITK as sitk

CHUNK = 1 << 22
SIZE_FIELD = 4
"""Bytes at the end of a gzip file that hold the size of what it unpacks to, modulo 2 ** 32."""


def is_whole(path: Path, reader: "sitk.ImageFileReader") -> bool:
    """Whether a NIfTI file holds as many bytes as its header says.

    Args:
        path: .nii or .nii.gz.
        reader: has read the header.
    """
    bits = int(reader.GetMetaData("bitpix"))
    voxels = 1
    for length in reader.GetSize():
        voxels *= length
    first = int(float(reader.GetMetaData("vox_offset")))
    expected = first + voxels * reader.GetNumberOfComponents() * bits // 8
    if not path.name.lower().endswith(".gz"):
        return path.stat().st_size >= expected
    return _stored_size(path) == expected % 2**32 or _unpacked_size(path) >= expected


def _stored_size(path: Path) -> int:
    """Size that a gzip file of one member says it unpacks to; read at once."""
    with path.open("rb") as file:
        file.seek(-SIZE_FIELD, 2)
        return int.from_bytes(file.read(SIZE_FIELD), "little")


def _unpacked_size(path: Path) -> int:
    """Bytes that a gzip file of any kind unpacks to, 0 for a damaged one; takes seconds."""
    size = 0
    try:
        with gzip.open(path) as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
    except (OSError, EOFError, zlib.error):
        return 0
    return size
