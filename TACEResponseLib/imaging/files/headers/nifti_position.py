"""Where a NIfTI-1 file's voxels lie: by its sform, its qform, or neither.

Source: NIfTI-1.1, nifti1.h of the NIfTI Data Format Working Group. Where both ways are in use,
ITK's choice between them is ours, after they were found to agree.
"""

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.imaging.files.headers.header import (
    EXPORT_AGAIN,
    LARGEST_SHIFT_MM,
    affine_of,
    check_right_angles,
    largest_shift_mm,
    unit_axes,
)
from TACEResponseLib.imaging.files.headers.nifti_fields import NiftiFields
from TACEResponseLib.imaging.geometry import FloatArray

SCANNER = 1
"""The code of a position in the scanner's own frame."""


def position_of(
    fields: NiftiFields, size: tuple[int, ...], where: str
) -> tuple[FloatArray, FloatArray]:
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
                got=f"corners that lie {past(apart, LARGEST_SHIFT_MM)} mm apart",
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


def _qform(fields: NiftiFields, where: str) -> tuple[FloatArray, FloatArray]:
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
