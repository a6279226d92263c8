"""Prepared patients on disk as safetensors: the arrays that their kind names, the rest as JSON.

Read back, a value is equal to the bit; a file of another kind or with a changed byte is refused.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.writing.whole_file import write_whole
from TACEResponseLib.evidence.branch import Prepared
from TACEResponseLib.evidence.kinds import KINDS
from TACEResponseLib.evidence.stored_patient import StoredPatient

SUFFIX = ".safetensors"
# Keys of the header.
KIND, WORDS, SHA256 = "kind", "words", "sha256"


def write_prepared(kind: str, prepared: Prepared, path: Path) -> None:
    """Write one prepared patient; whole or not at all, whoever else writes the same.

    Args:
        kind: word of the kind of evidence that prepared it.
        prepared: what that kind's recipe gave.
        path: of the file.
    """
    from safetensors.numpy import save

    stored = KINDS[kind].stored(prepared)
    words = json.dumps(stored.words)
    arrays = {name: np.ascontiguousarray(array) for name, array in stored.arrays.items()}
    header = {KIND: kind, WORDS: words, SHA256: _digest(StoredPatient(arrays=arrays), words)}
    write_whole(save(arrays, header), path)


def read_prepared(kind: str, path: Path) -> Prepared:
    """Read what `write_prepared` wrote.

    Raises: OSError: there is no such file. ValueError: it is damaged, or of another kind.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path.name} must be whole, got {error}") from error
    words = header.get(WORDS, "")
    if header.get(KIND) != kind or header.get(SHA256) != _digest(
        StoredPatient(arrays=arrays), words
    ):
        raise ValueError(f"{path.name} must hold {kind} as it was written")
    return KINDS[kind].restored(StoredPatient(arrays=arrays, words=parse_json(words, path.name)))


def _digest(stored: StoredPatient, words: str) -> str:
    """Of every byte that means something; safetensors has no check of its own."""
    digest = hashlib.sha256(words.encode("utf-8"))
    for name, array in sorted(stored.arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
