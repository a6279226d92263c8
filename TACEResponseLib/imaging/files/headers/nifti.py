"""NIfTI-1 headers (.nii, .nii.gz).

Source: NIfTI-1.1, nifti1.h of the NIfTI Data Format Working Group.
"""

from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import (
    EXPORT_AGAIN,
    LARGEST_SHIFT_MM,
    DataPlace,
    ImageHeader,
    affine_of,
    damaged,
    not_3d,
    unit_axes,
)
from TACEResponseLib.imaging.files.headers.nifti_fields import (
    HEADER_BYTES,
    NiftiFields,
    first_bytes,
    is_gzip,
    read_fields,
)
from TACEResponseLib.imaging.files.headers.nifti_position import position_of
from TACEResponseLib.imaging.geometry import LPS_TO_RAS, FloatArray

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


def read_nifti(path: Path, where: str) -> ImageHeader:
    """The header of a NIfTI-1 file.

    Raises: InputError: NIfTI-2 or another format, more than three axes, numbers that are not
        finite, sheared axes, two positions that disagree.
    """
    packed = is_gzip(path, where)
    fields, order = read_fields(first_bytes(path, packed, where), where)
    size = _size(fields, where)
    _check_numbers(fields, where)
    steps, position = position_of(fields, size, where)
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


def _size(fields: NiftiFields, where: str) -> tuple[int, ...]:
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


def _kind(fields: NiftiFields, order: str, where: str) -> "np.dtype[np.generic]":
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


def _offset(fields: NiftiFields, where: str) -> int:
    """Bytes before the first voxel."""
    offset = fields.offset
    if offset != int(offset) or not HEADER_BYTES + 4 <= offset <= LONGEST_EXTENSION:
        raise damaged(where, f"a header that lets the voxels begin at byte {offset:g}")
    return int(offset)


def _is_scaled(fields: NiftiFields) -> bool:
    """A slope of 0, NaN or infinity is none, as nibabel and ITK read it."""
    return fields.slope != 0 and bool(np.isfinite(fields.slope))


def _check_numbers(fields: NiftiFields, where: str) -> None:
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


def _spacing(
    fields: NiftiFields, length: FloatArray, size: tuple[int, ...], where: str
) -> FloatArray:
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
