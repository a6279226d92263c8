"""The bytes of a NIfTI-1 header as named fields.

Source: NIfTI-1.1, nifti1.h of the NIfTI Data Format Working Group.
"""

import gzip
import zlib
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import damaged

HEADER_BYTES = 348
NIFTI_2_BYTES = 540


class NiftiFields(NamedTuple):
    """The fields that matter."""

    dim: tuple[int, ...]
    datatype: int
    bitpix: int
    pixdim: tuple[float, ...]
    offset: float
    slope: float
    intercept: float
    units: int
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    qoffset: tuple[float, ...]
    srow: tuple[float, ...]


def is_gzip(path: Path, where: str) -> bool:
    """By its first bytes, whatever its name says."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"
    except OSError as error:
        raise damaged(where, "a file that can't be opened", "check its permissions") from error


def first_bytes(path: Path, packed: bool, where: str) -> bytes:
    """The header itself."""
    try:
        if not packed:
            with path.open("rb") as file:
                return file.read(HEADER_BYTES)
        with gzip.open(path) as stream:
            return stream.read(HEADER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(where, "damaged or truncated gzip data") from error


def read_fields(head: bytes, where: str) -> tuple[NiftiFields, str]:
    """The fields, and the byte order that makes sense of them."""
    sizes = {"<": int.from_bytes(head[:4], "little"), ">": int.from_bytes(head[:4], "big")}
    if NIFTI_2_BYTES in sizes.values():
        raise InputError(
            where,
            "must be NIfTI-1",
            got="NIfTI-2",
            remedy="convert it, for instance in 3D Slicer to .nrrd",
        )
    order = next((o for o, size in sizes.items() if size == HEADER_BYTES), None)
    if order is None or len(head) < HEADER_BYTES:
        raise damaged(where, "no NIfTI-1 header (a damaged, truncated or foreign file)")
    if head[344:348] == b"ni1\0":
        raise damaged(
            where,
            "a NIfTI header whose voxels lie in an .img file",
            "convert the pair to one .nii file",
        )
    if head[344:347] != b"n+1":
        raise damaged(
            where,
            "a header without NIfTI's mark (Analyze 7.5?)",
            "convert it, for instance in 3D Slicer to .nrrd",
        )

    def at(place: int, kind: str) -> Any:
        return Struct(order + kind).unpack_from(head, place)

    return NiftiFields(
        dim=at(40, "8h"),
        datatype=at(70, "h")[0],
        bitpix=at(72, "h")[0],
        pixdim=at(76, "8f"),
        offset=at(108, "f")[0],
        slope=at(112, "f")[0],
        intercept=at(116, "f")[0],
        units=at(123, "B")[0],
        qform_code=at(252, "h")[0],
        sform_code=at(254, "h")[0],
        quaternion=at(256, "3f"),
        qoffset=at(268, "3f"),
        srow=at(280, "12f"),
    ), order
