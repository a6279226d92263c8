"""The search itself: it finds a word wherever it hides."""

import base64
import gzip
import hashlib
import io
import zipfile

import pytest

from Testing.identity.canaries import WORDS, traces

ID = WORDS["PatientID"].encode()


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/scene.mrml", content)
    return file.getvalue()


def half_of_md5(word: bytes) -> bytes:
    return hashlib.md5(word).hexdigest()[:16].encode()


@pytest.mark.parametrize(
    ("hidden", "written"),
    [
        (b"before " + ID.lower(), "PatientID"),
        (b"before " + hashlib.sha256(ID).hexdigest().upper().encode(), "sha256 of PatientID"),
        (b"before " + hashlib.sha1(ID).digest(), "sha1 bytes of PatientID"),
        (b"before " + half_of_md5(ID), "md5 of PatientID"),
        (zipped(ID), "PatientID"),
        (gzip.compress(ID), "PatientID"),
        (b"src=" + base64.b64encode(b"." * 60 + ID), "PatientID"),
        (zipped(gzip.compress(zipped(ID))), "PatientID"),
    ],
    ids=["plain", "sha256", "sha1", "half md5", "zip", "gzip", "base64", "nested"],
)
def test_a_hidden_word_is_found(hidden: bytes, written: str) -> None:
    assert {line.partition(": ")[2] for line in traces(hidden)} == {written}


def test_other_words_are_not() -> None:
    assert traces(b"case P001, the arterial CT, tumor 1, 19310228") == set()
