"""SHA-256 of files, against the digests that FIPS 180-4's examples publish."""

from pathlib import Path

import pytest

from TACEResponseLib.basics.reading.file_digest import sha256_of, sha256_of_open

EXAMPLES = {
    b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
}


@pytest.mark.parametrize(("content", "digest"), EXAMPLES.items(), ids=["empty", "abc"])
def test_a_file_has_the_published_digest_of_its_bytes(
    tmp_path: Path, content: bytes, digest: str
) -> None:
    path = tmp_path / "a file"
    path.write_bytes(content)
    assert sha256_of(path) == digest
    with path.open("rb") as file:
        assert sha256_of_open(file) == digest
