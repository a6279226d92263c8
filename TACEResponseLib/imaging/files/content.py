"""What a path of an image stands for in bytes: every file that reading it opens."""

import hashlib
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.file_digest import sha256_of
from TACEResponseLib.imaging.files.dicom import find_series
from TACEResponseLib.imaging.files.dicom_series.files import is_dicom
from TACEResponseLib.imaging.files.headers.reading import read_header

# Formats whose voxels may lie in a file of their own, which the header names.
MAY_BE_DETACHED = (".mhd", ".mha", ".nhdr", ".nrrd")


def opened_files(path: Path) -> tuple[Path, ...]:
    """Every file whose bytes can move a voxel of the image or mask at a path.

    Args:
        path: a folder; a file of a DICOM series, which stands for the whole series; a header,
            which may name another file; or any other file.
    Returns: in a fixed order. What can't be read stands for itself, and is refused where it is
        read.
    """
    if path.is_dir():
        return tuple(sorted(p for p in path.rglob("*") if p.is_file()))
    try:
        if is_dicom(path):
            return tuple(sorted(s.path for s in find_series(path, path.name)))
        if path.name.lower().endswith(MAY_BE_DETACHED):
            return tuple(dict.fromkeys((path, read_header(path, path.name).data.path)))
    except InputError:
        pass
    return (path,)


def content_digest(path: Path) -> str:
    """SHA-256 over all of `opened_files`: their names beside `path`, and their bytes.

    The name of a single file doesn't matter.

    Raises: OSError: a file can't be read.
    """
    files = opened_files(path)
    if files == (path,):
        return sha256_of(path)
    whole = hashlib.sha256()
    root = path if path.is_dir() else path.parent
    # Which file of a series names it tells nothing; which header names the data file does.
    whole.update(b"" if path.is_dir() or is_dicom(path) else path.name.encode())
    for file in files:
        name = file.relative_to(root).as_posix().encode("utf-8", "surrogateescape")
        whole.update(hashlib.sha256(name).digest())
        whole.update(bytes.fromhex(sha256_of(file)))
    return whole.hexdigest()
