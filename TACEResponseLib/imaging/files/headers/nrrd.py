"""NRRD headers (.nrrd, .nhdr).

Source: teem.sourceforge.net/nrrd/format.html. Kinds of numbers, spaces and packings that an image
of a patient does not need are refused by name.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.files import sibling
from TACEResponseLib.imaging.files.headers.header import (
    EXPORT_AGAIN,
    DataPlace,
    Encoding,
    ImageHeader,
    affine_of,
    damaged,
    not_3d,
)
from TACEResponseLib.imaging.files.headers.nrrd_lines import parsed_lines
from TACEResponseLib.imaging.files.headers.nrrd_space import VECTOR, origin_of, steps_of
from TACEResponseLib.imaging.files.headers.text import needed, next_line, one_of, whole_numbers

KINDS = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": (
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64",
        "int64_t",
    ),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
ENCODINGS: Mapping[str, Encoding] = {
    "raw": "raw",
    "gz": "gzip",
    "gzip": "gzip",
    "bz2": "bzip2",
    "bzip2": "bzip2",
}
LAYER_KINDS = ("list", "vector", "point", "none", "???")
MOST_AXES = 16
LONGEST_SKIP = 1 << 24


def read_nrrd(path: Path, where: str) -> ImageHeader:
    """The header of an NRRD file, attached or detached.

    Raises: InputError: no NRRD, more axes than three and one of layers, a space without a place
        in the patient, a data file elsewhere.
    """
    try:
        with path.open("rb") as file:
            fields, words = parsed_lines(file, where)
            end = file.tell()
    except OSError as error:
        raise damaged(where, "a file that can't be opened", "check its permissions") from error
    axes = _axes(fields, where)
    sizes = _sizes(fields, axes, where)
    layer = _layer_axis(fields, sizes, where)
    spatial = tuple(n for axis, n in enumerate(sizes) if axis != layer)
    steps, spacing, direction = steps_of(fields, layer, where)
    return ImageHeader(
        size_ijk=spatial,
        kind=_kind(fields, where),
        affine_lps=affine_of(steps, origin_of(fields, where)),
        spacing_mm=spacing,
        direction=direction,
        data=_data(path, fields, end, where),
        layers=1 if layer is None else sizes[layer],
        layers_first=layer == 0,
        knows_position="space" in fields and "space origin" in fields,
        words=words,
    )


def _axes(fields: Mapping[str, str], where: str) -> int:
    """How many axes there are."""
    axes = whole_numbers(needed(fields, "dimension", where), "dimension", where)
    if len(axes) != 1 or not 1 <= axes[0] <= MOST_AXES:
        raise damaged(where, f"a header of {' '.join(map(str, axes[:8]))} dimensions")
    return axes[0]


def _sizes(fields: Mapping[str, str], axes: int, where: str) -> tuple[int, ...]:
    """Length of each axis, the fastest first."""
    sizes = tuple(whole_numbers(needed(fields, "sizes", where), "sizes", where))
    if len(sizes) != axes:
        raise damaged(where, f"{len(sizes)} sizes of {axes} axes")
    if axes not in (3, 4):
        raise not_3d(sizes, where)
    return sizes


def _layer_axis(fields: Mapping[str, str], sizes: tuple[int, ...], where: str) -> int | None:
    """The axis that does not lie in space, of four; it is the first or the last.

    Where none is said to be, it is a last one of length 1, as ITK writes one volume in 4D.
    """
    if len(sizes) == 3:
        return None
    vectors = VECTOR.findall(fields.get("space directions", ""))
    kinds = fields.get("kinds", "").lower().split()
    odd = [axis for axis, vector in enumerate(vectors) if vector.lower() == "none"]
    if not odd and len(kinds) == 4:
        odd = [axis for axis, kind in enumerate(kinds) if kind in LAYER_KINDS]
    if not odd and sizes[3] == 1:
        odd = [3]
    if len(odd) != 1 or odd[0] not in (0, 3):
        raise not_3d(sizes, where)
    return odd[0]


def _kind(fields: Mapping[str, str], where: str) -> "np.dtype[np.generic]":
    """How a voxel is stored."""
    names = {word: kind for kind, words in KINDS.items() for word in words}
    word = one_of(needed(fields, "type", where), tuple(names), "type", where)
    kind: np.dtype[np.generic] = np.dtype("<" + names[word])
    if kind.itemsize == 1:
        return kind
    order = one_of(needed(fields, "endian", where), ("little", "big"), "endian", where)
    return kind if order == "little" else kind.newbyteorder(">")


def _data(path: Path, fields: Mapping[str, str], end: int, where: str) -> DataPlace:
    """Where the voxels lie and how they are packed."""
    word = needed(fields, "encoding", where).lower()
    if word not in ENCODINGS:
        raise InputError(
            where,
            "must be packed as raw, gzip or bzip2",
            got=repr(word[:40]),
            remedy="save it again, for instance in 3D Slicer",
        )
    encoding = ENCODINGS[word]
    name = fields.get("data file")
    file, offset = (path, end) if name is None else (sibling(path, name, where), 0)
    lines, skipped = _skip(fields, "line skip", where), _skip(fields, "byte skip", where)
    if lines < 0 or skipped < -1 or (skipped == -1 and encoding != "raw"):
        raise damaged(where, f"a header that skips {lines} lines and {skipped} bytes")
    if lines:
        offset = _after_lines(file, offset, lines, where)
    return DataPlace(
        path=file,
        encoding=encoding,
        packed_offset=offset,
        unpacked_offset=max(skipped, 0),
        at_end=skipped == -1,
    )


def _skip(fields: Mapping[str, str], name: str, where: str) -> int:
    """Lines or bytes before the voxels."""
    counts = whole_numbers(fields.get(name, "0"), name, where)
    if len(counts) != 1 or counts[0] > LONGEST_SKIP:
        raise InputError(
            where,
            f"its header's {name} must be one small number",
            got=fields[name][:40],
            remedy=EXPORT_AGAIN,
        )
    return counts[0]


def _after_lines(file: Path, offset: int, lines: int, where: str) -> int:
    """The place after so many lines of the data file."""
    with file.open("rb") as stream:
        stream.seek(offset)
        for _ in range(lines):
            if next_line(stream, where) is None:
                raise damaged(where, f"fewer than {lines} lines before its voxels")
        return stream.tell()
