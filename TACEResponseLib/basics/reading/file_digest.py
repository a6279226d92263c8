"""SHA-256 of a file's bytes, as records, bundles and caches hold it."""

import hashlib
from io import BufferedReader
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Digest of a file's bytes, in hexadecimal.

    Raises: OSError: it can't be read.
    """
    with path.open("rb") as file:
        return sha256_of_open(file)


def sha256_of_open(file: BufferedReader) -> str:
    """The same of a file that is open at its beginning."""
    return hashlib.file_digest(file, "sha256").hexdigest()
