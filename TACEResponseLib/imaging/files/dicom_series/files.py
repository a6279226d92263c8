"""DICOM files, opened so that no length in them is believed."""

import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.files import shown_name

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

MAGIC = b"DICM"
MAGIC_AT = 128
# Of the files that macOS writes beside others on foreign disks, by name `._` and the other's.
APPLE_DOUBLE = b"\x00\x05\x16\x07"
# Files of old archives begin with their first element, which is of one of these groups.
FIRST_GROUPS = (b"\x02\x00", b"\x08\x00")
ENDINGS = (".dcm", ".ima")
# The elements before the pixels; the largest private ones hold a few megabytes.
HEADER_BYTES = 16 * 1024 * 1024
MOST_FILE_BYTES = 2 * 1024**3
DEFLATED = "1.2.840.10008.1.2.1.99"
# Three slices of 2,048 x 2,048 pixels.
MOST_DEFLATED_BYTES = 24 * 1024 * 1024
META_LENGTH = MAGIC + b"\x02\x00\x00\x00UL\x04\x00"
CHUNK = 1 << 20


def is_dicom(path: Path) -> bool:
    """Whether a file begins as DICOM files do, or has their usual ending."""
    if not path.is_file():
        return False
    try:
        head = first_bytes(path)
    except OSError:
        return False
    named = path.suffix.lower() in ENDINGS and not head.startswith(APPLE_DOUBLE)
    return named or head[MAGIC_AT:] == MAGIC


def first_bytes(path: Path) -> bytes:
    """As many as end with DICOM's mark."""
    with path.open("rb") as file:
        return file.read(MAGIC_AT + len(MAGIC))


def holds_other(head: bytes) -> bool:
    """Whether a file is plainly none of DICOM by its first bytes: text, or macOS's own."""
    if head.startswith(APPLE_DOUBLE):
        return True
    # The last letter may be cut.
    words = head.decode("utf-8", "ignore")
    return (
        bool(words)
        and all(c.isprintable() or c in "\r\n\t\ufeff" for c in words)
        and (len(words.encode()) > len(head) - 4)
    )


def read_dataset(path: Path, where: str, *, pixels: bool) -> "FileDataset | None":
    """One DICOM file; `None` for a file of another kind.

    Args:
        path: a plain file.
        where: how messages call what it belongs to.
        pixels: read the voxels too.
    Raises: InputError: a damaged file, one that unpacks to far more than a slice, one too large.
    """
    import pydicom

    try:
        content, looks_dicom = _content(path, pixels)
        if not looks_dicom:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd values are refused where they are used
            _check_deflated(content)
            dataset = pydicom.dcmread(BytesIO(content), stop_before_pixels=not pixels, force=True)
            if len(dataset):
                return dataset
            if not is_dicom(path):
                return None
            raise ValueError("no elements")
    except Exception as error:  # pydicom raises many kinds on damaged files
        raise InputError(
            where,
            "must be readable DICOM",
            got="a damaged file",
            names=(shown_name(path),),
            remedy="copy or export the series again, or move that file away",
        ) from error


def _content(path: Path, pixels: bool) -> tuple[bytes, bool]:
    """As many bytes as are needed, and whether they begin like DICOM."""
    with path.open("rb") as file:
        head = file.read(MAGIC_AT + 4)
        if head[MAGIC_AT:] != MAGIC and not _begins_with_element(head):
            named = path.suffix.lower() in ENDINGS
            return b"", named and len(head) > 0 and not holds_other(head)
        whole = pixels or DEFLATED.encode() in head + file.read(4096)
        file.seek(0)
        # A file is asked for as many bytes as it has: Python sets aside what it is asked for.
        size = path.stat().st_size
        if whole and size > MOST_FILE_BYTES:
            raise ValueError("too large")
        return file.read(size if whole else min(size, HEADER_BYTES)), True


def _begins_with_element(head: bytes) -> bool:
    """Group 2 or 8, a small element, and either a kind of value or a length below the file's."""
    return (
        head[:2] in FIRST_GROUPS
        and len(head) > 8
        and head[3] == 0
        and (head[4:6].isalpha() or head[6:8] == b"\0\0")
    )


def _check_deflated(content: bytes) -> None:
    """Count what a deflated file unpacks to before pydicom unpacks it at once."""
    if DEFLATED.encode() not in content[:8192]:
        return
    if content[MAGIC_AT : MAGIC_AT + len(META_LENGTH)] != META_LENGTH:
        raise ValueError("no length of the elements before the packed ones")
    begin = MAGIC_AT + len(META_LENGTH)
    begin += 4 + int.from_bytes(content[begin : begin + 4], "little")
    packed = BytesIO(content)
    packed.seek(begin)
    inflate, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    tail = packed.read(CHUNK)
    while tail and not inflate.eof:
        total += len(inflate.decompress(tail, CHUNK))
        if total > MOST_DEFLATED_BYTES:
            raise ValueError("unpacks to too much")
        tail = inflate.unconsumed_tail or packed.read(CHUNK)
