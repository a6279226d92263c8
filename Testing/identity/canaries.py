"""Words that name a patient, and the search for them, or for their digests, in what was written."""

import base64
import binascii
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

WORDS = {
    "image file": "QXARTERIALFILEQX",
    "ROI file": "QXTUMORFILEQX",
    "segment": "QXSEGMENTNAMEQX",
    "table": "QXCOHORTTABLEQX",
    "folder": "QXFOLDERNAMEQX",
    "PatientID": "QX77120395IDQX",
    "PatientName": "QXSURNAMEQX^QXGIVENQX",
    "PatientBirthDate": "19310227",
    "SeriesDescription": "QXSERIESQX arterial",
    "ProtocolName": "QXPROTOCOLQX",
    "StudyDescription": "QXSTUDYQX",
    "InstitutionName": "QXHOSPITALQX",
    "FrameOfReferenceUID": "1.2.826.0.1.3680043.7717171.1",
    "SeriesInstanceUID": "1.2.826.0.1.3680043.7717171.2",
    "StudyInstanceUID": "1.2.826.0.1.3680043.7717171.3",
}
PART = re.compile(r"QX[A-Z0-9]+QX")
HASHES = ("sha256", "sha1", "md5")
BASE64 = re.compile(rb"[A-Za-z0-9+/]{60,}={0,2}")
DEEPEST = 6


def traces(content: bytes, place: str = "", depth: int = 0) -> set[str]:
    """Where a word or a digest of one stands in bytes, unpacked and decoded as far as it goes.

    Returns: lines such as `scene.mrb/scene.mrml: SHA256 of PatientID`.
    """
    low = content.lower()
    hits = {f"{place}: {PATTERNS[hit.group()]}" for hit in ANY.finditer(low)}
    if depth < DEEPEST:
        for name, inner in _inside(content):
            hits |= traces(inner, f"{place}/{name}", depth + 1)
    return hits


def traces_in(folder: Path) -> set[str]:
    """The same for every file of a folder and for their names."""
    hits: set[str] = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hits |= traces(name.encode(), f"name of {name}")
        if path.is_file():
            hits |= traces(path.read_bytes(), name)
    return hits


def _inside(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed or encoded in bytes."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield "(name)", entry.filename.encode()
                yield entry.filename, archive.read(entry)
        return
    if content[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(content)
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_texts(content)
    for number, match in enumerate(BASE64.finditer(content)):
        try:
            yield f"base64 {number}", base64.b64decode(match.group() + b"==")
        except binascii.Error:
            continue


def _png_texts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Packed texts of a PNG; the others are found in its bytes."""
    for match in re.finditer(rb"zTXt[^\0]{1,79}\0\0", content):
        yield "text", zlib.decompressobj().decompress(content[match.end() :])


def _patterns() -> dict[bytes, str]:
    """What to look for, in small letters, and what it is."""
    digests: dict[bytes, str] = {}
    for what, word in WORDS.items():
        for piece in {word, *PART.findall(word)}:
            digests[piece.lower().encode()] = what
            for name in HASHES:
                for text in (piece, f"{piece}.nii.gz", f"{piece}.csv", f"{piece}.seg.nrrd"):
                    digest = hashlib.new(name, text.encode())
                    digests[digest.hexdigest()[:16].encode()] = f"{name} of {what}"
                    digests[digest.digest().lower()] = f"{name} bytes of {what}"
    return digests


PATTERNS = _patterns()
ANY = re.compile(b"|".join(re.escape(p) for p in sorted(PATTERNS, key=len, reverse=True)))
