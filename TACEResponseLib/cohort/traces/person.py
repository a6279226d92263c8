"""The PatientID of a row's images: who it is by the header, whatever the table calls the row.

It stays in memory. What is written of it is a slow, truncated hash, in `training_patients`.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from TACEResponseLib.cohort.columns import SEQUENCES
from TACEResponseLib.imaging.files.dicom_person import patient_id_of

# What programs that remove names write in place of an id.
PLACEHOLDERS = frozenset(
    {
        "anon",
        "anonymized",
        "anonymised",
        "anonymous",
        "deidentified",
        "dummy",
        "na",
        "none",
        "noid",
        "null",
        "patient",
        "patientid",
        "removed",
        "test",
        "unknown",
    }
)
# scrypt with these takes some 50 ms and 16 MiB, so that a million numbers take half a day.
COST, BLOCK_SIZE, PARALLEL = 2**14, 8, 1
MEMORY_BYTES = 64 * 1024**2
BITS = 20


def person_of(files: Mapping[str, Path]) -> str:
    """The one PatientID of a row's DICOM images, as it can be compared; empty where none says.

    Args:
        files: paths by column.
    """
    named = {patient_id_of(files[column]) for column in SEQUENCES if column in files}
    ids = {one.casefold() for one in named if not _is_placeholder(one)}
    return ids.pop() if len(ids) == 1 else ""


def hashed_person(person: str, salt: bytes) -> int:
    """The first 20 bits of scrypt of a PatientID.

    Few enough bits that a list of numbers leads to many candidates, slow enough that trying a whole
    hospital's takes days; two patients share them once in a million pairs.

    Args:
        person: from `person_of`.
        salt: of the file in which it is kept.
    Source: RFC 7914.
    """
    digest = hashlib.scrypt(
        person.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=COST,
        r=BLOCK_SIZE,
        p=PARALLEL,
        maxmem=MEMORY_BYTES,
        dklen=8,
    )
    return int.from_bytes(digest, "big") >> (64 - BITS)


def _is_placeholder(person: str) -> bool:
    """Whether an id is what stands in place of one: a usual word, or one sign repeated."""
    letters = "".join(filter(str.isalnum, person.casefold()))
    return len(set(letters)) < 2 or letters in PLACEHOLDERS
