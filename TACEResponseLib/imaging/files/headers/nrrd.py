"""NRRD headers (.nrrd, .nhdr).

Source: teem.sourceforge.net/nrrd/format.html. Kinds of numbers, spaces and packings that an image
of a patient does not need are refused by name.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO

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
    unit_axes,
)
from TACEResponseLib.imaging.files.headers.text import next_line, numbers, one_of, whole_numbers
from TACEResponseLib.imaging.geometry import FloatArray

MAGIC = re.compile(r"NRRD000[1-5]")
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
# What turns each space to LPS.
SPACES = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
# With a fourth coordinate; those of other frames ITK does not turn to LPS as it should.
TIMED = {"left-posterior-superior-time": "lps", "lpst": "lps"}
VECTOR = re.compile(r"none|\([^()]*\)", re.IGNORECASE)
LAYER_KINDS = ("list", "vector", "point", "none", "???")
OLD_NAMES = {"datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip"}
MOST_AXES = 16
LONGEST_SKIP = 1 << 24


def read_nrrd(path: Path, where: str) -> ImageHeader:
    """The header of an NRRD file, attached or detached.

    Raises: InputError: no NRRD, more axes than three and one of layers, a space without a place
        in the patient, a data file elsewhere.
    """
    try:
        with path.open("rb") as file:
            fields, words = _parsed(file, where)
            end = file.tell()
    except OSError as error:
        raise damaged(where, "a file that can't be opened", "check its permissions") from error
    axes = _axes(fields, where)
    sizes = _sizes(fields, axes, where)
    layer = _layer_axis(fields, sizes, where)
    spatial = tuple(n for axis, n in enumerate(sizes) if axis != layer)
    steps, spacing, direction = _steps(fields, layer, where)
    return ImageHeader(
        size_ijk=spatial,
        kind=_kind(fields, where),
        affine_lps=affine_of(steps, _origin(fields, where)),
        spacing_mm=spacing,
        direction=direction,
        data=_data(path, fields, end, where),
        layers=1 if layer is None else sizes[layer],
        layers_first=layer == 0,
        knows_position="space" in fields and "space origin" in fields,
        words=words,
    )


def _parsed(file: IO[bytes], where: str) -> tuple[dict[str, str], dict[str, str]]:
    """Fields, and keys with values, up to the blank line before the voxels."""
    if not MAGIC.fullmatch(next_line(file, where) or ""):
        raise damaged(where, "no NRRD header (a damaged or foreign file)")
    fields: dict[str, str] = {}
    words: dict[str, str] = {}
    while line := next_line(file, where):
        if line.startswith("#"):
            continue
        key, free, value = line.partition(":=")
        if free and ": " not in key:
            words[key] = _unescaped(value)
            continue
        name, found, value = line.partition(":")
        name = OLD_NAMES.get(name.strip().lower(), name.strip().lower())
        if not found or name in fields:
            raise damaged(where, f"a header line twice or of no kind: {line[:40]!r}")
        fields[name] = value.strip()
    return fields, words


def _unescaped(value: str) -> str:
    """NRRD writes line ends of a value as a backslash and n."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)


def _needed(fields: Mapping[str, str], name: str, where: str) -> str:
    """A field without which there is no image."""
    if name not in fields:
        raise damaged(where, f"no {name} in its header")
    return fields[name]


def _axes(fields: Mapping[str, str], where: str) -> int:
    """How many axes there are."""
    axes = whole_numbers(_needed(fields, "dimension", where), "dimension", where)
    if len(axes) != 1 or not 1 <= axes[0] <= MOST_AXES:
        raise damaged(where, f"a header of {' '.join(map(str, axes[:8]))} dimensions")
    return axes[0]


def _sizes(fields: Mapping[str, str], axes: int, where: str) -> tuple[int, ...]:
    """Length of each axis, the fastest first."""
    sizes = tuple(whole_numbers(_needed(fields, "sizes", where), "sizes", where))
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
    word = one_of(_needed(fields, "type", where), tuple(names), "type", where)
    kind: np.dtype[np.generic] = np.dtype("<" + names[word])
    if kind.itemsize == 1:
        return kind
    order = one_of(_needed(fields, "endian", where), ("little", "big"), "endian", where)
    return kind if order == "little" else kind.newbyteorder(">")


def _steps(
    fields: Mapping[str, str], layer: int | None, where: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Steps along the axes as columns (LPS, mm), their lengths and directions."""
    turn = np.array(_space(fields, where))[:, np.newaxis]
    axes = 3 if layer is None else 4
    if "space directions" in fields:
        text = fields["space directions"]
        vectors = VECTOR.findall(text)
        if len(vectors) != axes or VECTOR.sub("", text).strip():
            raise damaged(where, f"space directions of {axes} axes that read {text[:60]!r}")
        columns = [
            _vector(v, "space directions", fields, where)
            for axis, v in enumerate(vectors)
            if axis != layer
        ]
        steps = np.array(columns).T * turn
        return steps, *unit_axes(steps)
    words = _needed(fields, "spacings", where).split()
    if len(words) != axes:
        raise damaged(where, f"{len(words)} spacings of {axes} axes")
    spatial = " ".join(w for axis, w in enumerate(words) if axis != layer)
    spacing = np.array(numbers(spatial, 3, "spacings", where))
    return np.diag(spacing), spacing, np.eye(3)


def _space(fields: Mapping[str, str], where: str) -> tuple[float, float, float]:
    """How the file's frame is turned to LPS; without a word it is taken for LPS, as ITK does."""
    if "axis mins" in fields and not set(fields["axis mins"].lower().split()) <= {"nan"}:
        raise InputError(
            where,
            "must give its position as a space origin",
            got="axis mins",
            remedy="save it again, for instance in 3D Slicer",
        )
    units = fields.get("space units", fields.get("units", ""))
    if set(re.findall(r'"([^"]*)"', units)) - {"mm", "", "???", "none"}:
        raise InputError(
            where,
            "must be in millimeters",
            got=units[:40],
            remedy="save it again, for instance in 3D Slicer",
        )
    if "space" not in fields:
        return SPACES["lps"]
    space = fields["space"].strip().lower()
    return SPACES[one_of(TIMED.get(space, space), tuple(SPACES), "space", where)]


def _origin(fields: Mapping[str, str], where: str) -> FloatArray:
    """Place of the first voxel, LPS."""
    if "space origin" not in fields:
        return np.zeros(3)
    origin = _vector(fields["space origin"], "space origin", fields, where)
    return np.array(origin) * _space(fields, where)


def _vector(text: str, name: str, fields: Mapping[str, str], where: str) -> list[float]:
    """Three numbers in round brackets; a fourth is time, in which a volume has one place."""
    timed = fields.get("space", "").strip().lower() in TIMED
    count = 4 if timed or fields.get("space dimension") == "4" else 3
    inner = text.strip()
    if not (inner.startswith("(") and inner.endswith(")")):
        inner = ""
    values = numbers(inner[1:-1].replace(",", " "), count, name, where)
    if name != "space origin" and any(values[3:]):
        raise InputError(
            where,
            "its axes in space must not lie in time (space directions)",
            got=text[:60],
            remedy="give one volume, saved as 3D",
        )
    return values[:3]


def _data(path: Path, fields: Mapping[str, str], end: int, where: str) -> DataPlace:
    """Where the voxels lie and how they are packed."""
    word = _needed(fields, "encoding", where).lower()
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
    found = whole_numbers(fields.get(name, "0"), name, where)
    if len(found) != 1 or found[0] > LONGEST_SKIP:
        raise InputError(
            where,
            f"its header's {name} must be one small number",
            got=fields[name][:40],
            remedy=EXPORT_AGAIN,
        )
    return found[0]


def _after_lines(file: Path, offset: int, lines: int, where: str) -> int:
    """The place after so many lines of the data file."""
    with file.open("rb") as stream:
        stream.seek(offset)
        for _ in range(lines):
            if next_line(stream, where) is None:
                raise damaged(where, f"fewer than {lines} lines before its voxels")
        return stream.tell()
