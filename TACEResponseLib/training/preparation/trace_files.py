"""Traces of patients' images in the cache, so that no image is read again for them alone."""

import json
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.writing.whole_file import write_whole
from TACEResponseLib.cohort.traces.trace import Trace
from TACEResponseLib.training.preparation.cache import PreparationCache, code_digest, digest_of

TRACES_ARE_MADE_BY = "TACEResponseLib.cohort.traces.trace"
PARTS = ("images", "masks", "fingerprints")
SUFFIX = ".json"


def trace_place(cache: PreparationCache, content: str) -> Path:
    """The file of one patient's trace.

    Args:
        cache: in which it lies.
        content: digest of the patient, from `content_of`.
    """
    files = content.partition(".")[0]
    name = digest_of({"trace": files, "code": code_digest(TRACES_ARE_MADE_BY)})
    return cache.folder / name[:2] / f"{name}{SUFFIX}"


def read_trace(path: Path) -> Trace | None:
    """What `write_trace` wrote; `None` where it is not there, or not whole."""
    try:
        content = parse_json(path.read_bytes(), path.name)
        parts = {part: dict(content[part]) for part in PARTS}
    except (OSError, InputError, KeyError, TypeError, ValueError):
        return None
    return Trace(**parts)


def write_trace(trace: Trace, path: Path) -> None:
    """Keep a trace; whole or not at all."""
    content = {part: dict(getattr(trace, part)) for part in PARTS}
    write_whole(json.dumps(content, sort_keys=True).encode("ascii"), path)
