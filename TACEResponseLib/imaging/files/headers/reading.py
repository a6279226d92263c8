"""One image file, from its header to its voxels; no foreign code sees a byte of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.imaging.compact import compact, rescaled
from TACEResponseLib.imaging.files.headers.agreement import check_agreement
from TACEResponseLib.imaging.files.headers.files import check_plain_file
from TACEResponseLib.imaging.files.headers.header import ImageHeader, check_header
from TACEResponseLib.imaging.files.headers.metaimage import read_metaimage
from TACEResponseLib.imaging.files.headers.nifti import read_nifti
from TACEResponseLib.imaging.files.headers.nrrd import read_nrrd
from TACEResponseLib.imaging.files.headers.payload import read_stored
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Voxels

READERS: dict[str, Callable[[Path, str], ImageHeader]] = {
    ".nii": read_nifti,
    ".nii.gz": read_nifti,
    ".nrrd": read_nrrd,
    ".nhdr": read_nrrd,
    ".mha": read_metaimage,
    ".mhd": read_metaimage,
}
SUFFIXES = tuple(READERS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredImage:
    """An image file's voxels on their grid."""

    voxels: Voxels
    """(K, J, I), or (K, J, I, layers); scaled as the header says, 16-bit integers or float32
    but for label images, which stay as stored."""
    geometry: Geometry
    header: ImageHeader


def read_header(path: Path, where: str) -> ImageHeader:
    """The header of one image file, whose values no rule has been asked of yet.

    Raises: InputError: no plain file; no header of its kind.
    """
    check_plain_file(path, where)
    name = path.name.lower()
    reader = next(READERS[suffix] for suffix in SUFFIXES if name.endswith(suffix))
    return reader(path, where)


def read_file(
    path: Path, where: str, *, as_stored: bool = False, layers_allowed: bool = False
) -> StoredImage:
    """Read one image file.

    Args:
        path: with one of `SUFFIXES`.
        where: how messages call it.
        as_stored: keep the kind of the numbers; for labels.
        layers_allowed: several values a voxel are a segmentation's layers.
    Raises: InputError: no plain file; a header that breaks a rule; damaged or missing voxels;
        a value that is not finite.
    """
    header = read_header(path, where)
    check_header(header, where, layers_allowed=layers_allowed)
    stored = read_stored(header, where)
    voxels = rescaled(stored, header.slope, header.intercept)
    if not as_stored:
        voxels = compact(voxels)
    scale = header.slope, header.intercept
    check_agreement(voxels, header.geometry, stored, header.affine_lps, (scale,), where)
    return StoredImage(voxels=voxels, geometry=header.geometry, header=header)
