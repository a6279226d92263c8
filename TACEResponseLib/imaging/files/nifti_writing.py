"""An image as the bytes of a NIfTI file.

ITK writes a NIfTI that a full disk cuts short without an error; bytes that Python writes raise one.
"""

import gzip
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.writing.drafts import scratch_folder
from TACEResponseLib.imaging.volume import Volume

HEADER_BYTES = 352
# NIfTI-1, `short dim[8]`: the number of axes, then their sizes.
SIZES_AT = 42
# zlib's size and speed lie near each other from here on.
COMPRESSION = 4


def write_nifti(volume: Volume, path: Path) -> None:
    """Write .nii.gz without the time and file name that gzip would put in; same image, same bytes.

    Raises: FileExistsError: `path` is there. OSError: the disk is full.
    """
    packed = gzip.compress(nifti_bytes(volume), compresslevel=COMPRESSION, mtime=0)
    with path.open("xb") as file:
        file.write(packed)


def nifti_bytes(volume: Volume) -> bytes:
    """ITK's header, and the voxels as they lie in memory, little-endian."""
    sizes = struct.pack("<3h", *volume.geometry.size_ijk)
    header = bytearray(_header_of_one_voxel(volume))
    header[SIZES_AT : SIZES_AT + len(sizes)] = sizes
    voxels = np.ascontiguousarray(volume.voxels)
    return bytes(header) + voxels.astype(voxels.dtype.newbyteorder("<"), copy=False).tobytes()


def _header_of_one_voxel(volume: Volume) -> bytes:
    """What ITK says of the grid and of the kind of voxels; only the sizes are another image's."""
    import SimpleITK as sitk

    one = replace(
        volume,
        voxels=np.ascontiguousarray(volume.voxels[:1, :1, :1]),
        geometry=replace(volume.geometry, size_ijk=(1, 1, 1)),
    )
    with scratch_folder() as folder:
        path = folder / "one.nii"
        sitk.WriteImage(one.to_sitk(), str(path))
        return path.read_bytes()[:HEADER_BYTES]
