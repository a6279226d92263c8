"""NIfTI-1 headers (.nii, .nii.gz).

Source: NIfTI-1.1, nifti1.h of the NIfTI Data Format Working Group. Where both of its ways to give
a position are in use, ITK's choice between them is ours, after they were found to agree.
"""

import gzip
import zlib
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import (
    EXPORT_AGAIN,
    LARGEST_SHIFT_MM,
    DataPlace,
    ImageHeader,
    affine_of,
    check_right_angles,
    damaged,
    largest_shift_mm,
    not_3d,
    unit_axes,
)
from TACEResponseLib.imaging.geometry import LPS_TO_RAS, FloatArray

HEADER_BYTES = 348
NIFTI_2_BYTES = 540
LONGEST_EXTENSION = 1 << 24
KINDS = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
OTHER_KINDS = {
    32: "complex numbers",
    128: "RGB colors",
    1792: "complex numbers",
    2304: "RGBA colors",
}
MILLIMETER = 2
UNITS = {1: "meters", 3: "micrometers"}
SCANNER = 1
"""The code of a position in the scanner's own frame."""


class _Fields(NamedTuple):
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


def read_nifti(path: Path, where: str) -> ImageHeader:
    """The header of a NIfTI-1 file.

    Raises: InputError: NIfTI-2 or another format, more than three axes, numbers that are not
        finite, sheared axes, two positions that disagree.
    """
    packed = _is_gzip(path, where)
    fields, order = _fields(_first_bytes(path, packed, where), where)
    size = _size(fields, where)
    _check_numbers(fields, where)
    steps, position = _position(fields, size, where)
    lps = LPS_TO_RAS[:3, :3] @ steps
    length, direction = unit_axes(lps)
    return ImageHeader(
        size_ijk=size,
        kind=_kind(fields, order, where),
        affine_lps=affine_of(lps, LPS_TO_RAS[:3, :3] @ position),
        spacing_mm=_spacing(fields, length, size, where),
        direction=direction,
        data=DataPlace(
            path=path,
            encoding="gzip" if packed else "raw",
            unpacked_offset=_offset(fields, where),
        ),
        slope=fields.slope if _is_scaled(fields) else 1.0,
        intercept=fields.intercept if _is_scaled(fields) else 0.0,
        knows_position=fields.qform_code > 0 or fields.sform_code > 0,
    )


def _is_gzip(path: Path, where: str) -> bool:
    """By its first bytes, whatever its name says."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"
    except OSError as error:
        raise damaged(where, "a file that can't be opened", "check its permissions") from error


def _first_bytes(path: Path, packed: bool, where: str) -> bytes:
    """The header itself."""
    try:
        if not packed:
            with path.open("rb") as file:
                return file.read(HEADER_BYTES)
        with gzip.open(path) as stream:
            return stream.read(HEADER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(where, "damaged or truncated gzip data") from error


def _fields(head: bytes, where: str) -> tuple[_Fields, str]:
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

    return _Fields(
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


def _size(fields: _Fields, where: str) -> tuple[int, ...]:
    """Three sizes; further axes of length 1 say nothing."""
    count = fields.dim[0]
    if not 1 <= count <= 7:
        raise damaged(where, f"a header of {count} dimensions")
    size = fields.dim[1 : count + 1]
    while len(size) > 3 and size[-1] == 1:
        size = size[:-1]
    if len(size) == 5 and size[3] == 1:
        # NIfTI's fifth axis is of vectors: colors, or a field.
        raise InputError(
            where,
            "must have one value a voxel",
            got=f"{size[4]} values a voxel",
            remedy="give the grey-scale image",
        )
    if len(size) != 3:
        raise not_3d(size, where)
    return size


def _kind(fields: _Fields, order: str, where: str) -> "np.dtype[np.generic]":
    """How a voxel is stored."""
    name = KINDS.get(fields.datatype)
    if name is None:
        raise InputError(
            where,
            "must have one value a voxel, of a common kind of number",
            got=OTHER_KINDS.get(fields.datatype, f"NIfTI's kind {fields.datatype}"),
            remedy="give the grey-scale image",
        )
    kind: np.dtype[np.generic] = np.dtype(order + name)
    if fields.bitpix != 8 * kind.itemsize:
        raise damaged(where, f"{fields.bitpix} bits a voxel where its kind has {8 * kind.itemsize}")
    return kind


def _offset(fields: _Fields, where: str) -> int:
    """Bytes before the first voxel."""
    offset = fields.offset
    if offset != int(offset) or not HEADER_BYTES + 4 <= offset <= LONGEST_EXTENSION:
        raise damaged(where, f"a header that lets the voxels begin at byte {offset:g}")
    return int(offset)


def _is_scaled(fields: _Fields) -> bool:
    """A slope of 0, NaN or infinity is none, as nibabel and ITK read it."""
    return fields.slope != 0 and bool(np.isfinite(fields.slope))


def _check_numbers(fields: _Fields, where: str) -> None:
    """Every number in use finite, millimeters, and a scale that all readers take for the same."""
    used = {
        "pixdim": fields.pixdim[:4],
        "vox_offset": (fields.offset,),
        "scl_inter": (fields.intercept,) if _is_scaled(fields) else (),
        "sform": fields.srow if fields.sform_code > 0 else (),
        "qform": (*fields.quaternion, *fields.qoffset) if fields.qform_code > 0 else (),
    }
    for name, values in used.items():
        if not np.isfinite(values).all():
            raise InputError(
                where,
                f"its header's {name} must be finite numbers",
                got=" ".join(f"{v:g}" for v in values),
                remedy=EXPORT_AGAIN,
            )
    if not min(fields.pixdim[1:4]) > 0:
        raise InputError(
            where,
            "spacing must be > 0 mm on each axis",
            got=" x ".join(f"{s:.6g}" for s in fields.pixdim[1:4]) + " mm (pixdim)",
            remedy=EXPORT_AGAIN,
        )
    if not _is_scaled(fields) and np.nan_to_num(fields.intercept) != 0:
        raise InputError(
            where,
            "scl_slope must be a number beside a scl_inter, which readers take or leave without",
            got=f"scl_slope {fields.slope:g}, scl_inter {fields.intercept:g}",
            remedy=EXPORT_AGAIN,
        )
    if unit := UNITS.get(fields.units & 7):
        raise InputError(
            where,
            "must be in millimeters",
            got=unit,
            remedy="mend xyzt_units, pixdim, qform and sform",
        )


def _position(fields: _Fields, size: tuple[int, ...], where: str) -> tuple[FloatArray, FloatArray]:
    """Steps along the axes (columns) and the first voxel's place, RAS, mm."""
    sform = qform = None
    if fields.sform_code > 0:
        rows = np.array(fields.srow, dtype=float).reshape(3, 4)
        sform = rows[:, :3], rows[:, 3]
    if fields.qform_code > 0:
        qform = _qform(fields, where)
    if sform is None and qform is None:
        # A file without a position: axes as ITK lays them, first voxel at the origin.
        return np.diag([-1.0, -1.0, 1.0]) * np.array(fields.pixdim[1:4]), np.zeros(3)
    if sform is not None:
        _check_sform(sform[0], where)
    if sform is not None and qform is not None:
        apart = largest_shift_mm(affine_of(*sform), affine_of(*qform), size)
        if apart > LARGEST_SHIFT_MM:
            raise InputError(
                where,
                f"its sform and qform must agree within {LARGEST_SHIFT_MM:g} mm",
                got=f"corners that lie {apart:.3g} mm apart",
                remedy="delete the wrong one (set its code to 0), or export the image again",
            )
    if sform is not None and (qform is None or fields.sform_code == SCANNER):
        return sform
    assert qform is not None
    return qform


def _check_sform(steps: FloatArray, where: str) -> None:
    """An sform may be any matrix; a grid's is not."""
    length, _ = unit_axes(steps)
    if not length.min() > 0:
        raise InputError(
            where,
            "spacing must be > 0 mm on each axis",
            got="0 mm in its sform",
            remedy=EXPORT_AGAIN,
        )
    check_right_angles(affine_of(steps, (0, 0, 0)), where)


def _qform(fields: _Fields, where: str) -> tuple[FloatArray, FloatArray]:
    """The position by quaternion; its first number follows from the others, which have length 1."""
    b, c, d = fields.quaternion
    rest = 1.0 - (b * b + c * c + d * d)
    if rest < -1e-4:
        raise InputError(
            where,
            "its qform must be a rotation",
            got=f"a quaternion of {b:g} {c:g} {d:g}",
            remedy=EXPORT_AGAIN,
        )
    a = float(np.sqrt(max(rest, 0.0)))
    norm = float(np.sqrt(a * a + b * b + c * c + d * d))
    a, b, c, d = a / norm, b / norm, c / norm, d / norm
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    lengths = np.array(fields.pixdim[1:4], dtype=float)
    lengths[2] *= -1.0 if fields.pixdim[0] < 0 else 1.0
    return rotation * lengths, np.array(fields.qoffset, dtype=float)


def _spacing(fields: _Fields, length: FloatArray, size: tuple[int, ...], where: str) -> FloatArray:
    """pixdim, which must be the length of the steps.

    Raises: InputError: the last voxels lie elsewhere by one than by the other.
    """
    pixdim = np.array(fields.pixdim[1:4], dtype=float)
    apart = float((np.abs(pixdim - length) * (np.array(size) - 1)).max())
    if apart > LARGEST_SHIFT_MM:
        raise InputError(
            where,
            "its pixdim must be the spacing of its sform",
            got=" x ".join(f"{s:.4g}" for s in pixdim)
            + " mm and "
            + " x ".join(f"{s:.4g}" for s in length)
            + " mm",
            remedy=EXPORT_AGAIN,
        )
    return pixdim
