"""MetaImage headers (.mha, .mhd).

Source: MetaIO, itk.org/Wiki/ITK/MetaIO/Documentation.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.files import sibling
from TACEResponseLib.imaging.files.headers.header import (
    EXPORT_AGAIN,
    DataPlace,
    ImageHeader,
    affine_of,
    damaged,
    not_3d,
)
from TACEResponseLib.imaging.files.headers.text import (
    needed,
    next_line,
    numbers,
    one_of,
    whole_numbers,
)
from TACEResponseLib.imaging.geometry import FloatArray

KINDS = {
    "met_char": "i1",
    "met_uchar": "u1",
    "met_short": "i2",
    "met_ushort": "u2",
    "met_int": "i4",
    "met_uint": "u4",
    "met_long": "i4",
    "met_ulong": "u4",
    "met_long_long": "i8",
    "met_ulong_long": "u8",
    "met_float": "f4",
    "met_double": "f8",
}
# Several names of one field; two of them in a file would be two answers to one question.
SAME = {
    "position": "offset",
    "origin": "offset",
    "rotation": "transformmatrix",
    "orientation": "transformmatrix",
    "elementbyteordermsb": "binarydatabyteordermsb",
}
LAST = "elementdatafile"
TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def read_metaimage(path: Path, where: str) -> ImageHeader:
    """The header of a MetaImage, attached or detached.

    Raises: InputError: no MetaImage, not 3D, without spacing, a data file elsewhere.
    """
    try:
        with path.open("rb") as file:
            fields = _parsed(file, where)
            end = file.tell()
    except OSError as error:
        raise damaged(where, "a file that can't be opened", "check its permissions") from error
    one_of(fields.get("objecttype", "image"), ("image",), "ObjectType", where)
    size = _size(fields, where)
    axes = len(size)
    spacing = np.array(
        numbers(needed(fields, "elementspacing", where), axes, "ElementSpacing", where)
    )[:3]
    direction = _direction(fields, axes, where)
    origin = numbers(fields.get("offset", "0 " * axes), axes, "Offset", where)[:3]
    _check_words(fields, where)
    return ImageHeader(
        size_ijk=size[:3],
        kind=_kind(fields, where),
        affine_lps=affine_of(direction * spacing, origin),
        spacing_mm=spacing,
        direction=direction,
        data=_data(path, fields, end, where),
        layers=_one_number(fields, "elementnumberofchannels", "1", where),
        knows_position="offset" in fields and "transformmatrix" in fields,
    )


def _parsed(file: IO[bytes], where: str) -> dict[str, str]:
    """Fields up to the one that names the voxels' file, which is the last."""
    fields: dict[str, str] = {}
    while LAST not in fields:
        line = next_line(file, where)
        if line is None:
            raise damaged(where, "no MetaImage header (a damaged, truncated or foreign file)")
        if not line.strip():
            continue
        name, mark, value = line.partition("=")
        name = name.strip().lower()
        name = SAME.get(name, name)
        if not mark or name in fields:
            raise damaged(where, f"a header line twice or of no kind: {line[:40]!r}")
        fields[name] = value.strip()
    return fields


def _size(fields: Mapping[str, str], where: str) -> tuple[int, ...]:
    """Length of each axis, the fastest first; further axes than three have the length 1."""
    axes = _one_number(fields, "ndims", "none", where)
    if not 1 <= axes <= 16:
        raise damaged(where, f"a header of {axes} dimensions")
    size = tuple(whole_numbers(needed(fields, "dimsize", where), "DimSize", where))
    if len(size) != axes:
        raise damaged(where, f"{len(size)} sizes of {axes} axes")
    if axes < 3 or set(size[3:]) - {1}:
        raise not_3d(size, where)
    return size


def _direction(fields: Mapping[str, str], axes: int, where: str) -> FloatArray:
    """The axes in space as columns; a further one, of length 1, must not lie in it."""
    if "transformmatrix" not in fields:
        return np.eye(3)
    rows = numbers(fields["transformmatrix"], axes**2, "TransformMatrix", where)
    matrix = np.array(rows).reshape(axes, axes).T  # a row of the file is one axis's direction
    if matrix[:3, 3:].any() or matrix[3:, :3].any():
        raise InputError(
            where,
            "its further axes must not lie in space (TransformMatrix)",
            got=f"{axes} axes that do",
            remedy="give one volume, saved as 3D",
        )
    return matrix[:3, :3]


def _one_number(fields: Mapping[str, str], name: str, absent: str, where: str) -> int:
    """One whole number."""
    values = whole_numbers(fields.get(name, absent), name, where)
    if len(values) != 1:
        raise InputError(
            where,
            f"its header's {name} must be one number",
            got=fields[name][:40],
            remedy=EXPORT_AGAIN,
        )
    return values[0]


def _truth(fields: Mapping[str, str], name: str, absent: str, where: str) -> bool:
    """Yes or no."""
    return TRUTH[one_of(fields.get(name, absent), tuple(TRUTH), name, where)]


def _kind(fields: Mapping[str, str], where: str) -> "np.dtype[np.generic]":
    """How a voxel is stored."""
    word = one_of(needed(fields, "elementtype", where), tuple(KINDS), "ElementType", where)
    kind: np.dtype[np.generic] = np.dtype("<" + KINDS[word])
    big = _truth(fields, "binarydatabyteordermsb", "False", where)
    return kind.newbyteorder(">") if big else kind


def _check_words(fields: Mapping[str, str], where: str) -> None:
    """Voxels as binary numbers, in millimeters, not to be scaled."""
    if not _truth(fields, "binarydata", "True", where):
        raise InputError(
            where,
            "must hold binary data",
            got="numbers as text",
            remedy="save it again, for instance in 3D Slicer",
        )
    one_of(fields.get("distanceunits", "mm"), ("mm", "?"), "DistanceUnits", where)
    for name, neutral in (("slope", 1.0), ("offset", 0.0)):
        key = f"elementtointensityfunction{name}"
        if key in fields and numbers(fields[key], 1, key, where) != [neutral]:
            raise InputError(
                where,
                "must hold its values as they are",
                got=f"{key} {fields[key]}",
                remedy="save it again, for instance in 3D Slicer",
            )


def _data(path: Path, fields: Mapping[str, str], end: int, where: str) -> DataPlace:
    """Where the voxels lie and how they are packed."""
    name = fields[LAST]
    local = name.upper() == "LOCAL"
    file, offset = (path, end) if local else (sibling(path, name, where), 0)
    packed = _truth(fields, "compresseddata", "False", where)
    skipped = _one_number(fields, "headersize", "0", where)
    if skipped < -1 or (skipped and local) or (skipped == -1 and packed):
        raise damaged(where, f"a HeaderSize of {skipped}")
    return DataPlace(
        path=file,
        encoding="zlib" if packed else "raw",
        packed_offset=offset + max(skipped, 0),
        at_end=skipped == -1,
    )
