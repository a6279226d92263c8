"""Prepared patients on disk: numbers as an archive of arrays, the rest as JSON; no pickle.

Read back, a value is equal to the bit: floats are written so that they come back the same.
"""

import io
import json
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.writing.file_lock import try_lock

Arrays = dict[str, NDArray[Any]]
# Marks what JSON has no word for.
KIND, FIELDS, ITEMS, ARRAY = "@kind", "@fields", "@items", "@array"
TEXT = "text"
DRAFT_PREFIX = ".draft-"
OLD_SECONDS = 60.0


def write_prepared(value: Any, path: Path) -> None:
    """Write one prepared patient; whole or not at all, whoever else writes the same.

    Raises: TypeError: the value holds something that is neither plain nor known.
    """
    arrays: Arrays = {}
    text = json.dumps(_plain(value, arrays))
    stored = {**arrays, TEXT: np.frombuffer(text.encode("utf-8"), dtype=np.uint8)}
    buffer = io.BytesIO()
    np.savez(buffer, **stored)  # type: ignore[arg-type]  # numpy's stub sees allow_pickle in it
    write_whole(buffer.getvalue(), path)


def read_prepared(path: Path) -> Any:
    """Read what `write_prepared` wrote.

    Raises: OSError, ValueError or KeyError: the file is damaged.
    """
    # numpy leaves a damaged file open that it has opened itself.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    return _revived(parse_json(arrays.pop(TEXT).tobytes(), path.name), arrays)


def write_whole(content: bytes, path: Path) -> None:
    """Write a file under another name and rename it: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=DRAFT_PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError):
                # Tells a draft from one whose process is dead.
                try_lock(file.fileno())
            file.write(content)
        Path(draft).replace(path)
    except BaseException as error:
        Path(draft).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            # The system doesn't say which disk is full.
            error.filename = str(path)
        raise


def sweep_drafts(folder: Path) -> None:
    """Remove what processes that were killed left below a folder that is ours alone."""
    for draft in folder.glob(f"**/{DRAFT_PREFIX}*"):
        with suppress(OSError):
            with draft.open("r+b") as file:
                is_left = try_lock(file.fileno()) and _is_old(draft)
            if is_left:
                draft.unlink()


def _is_old(draft: Path) -> bool:
    """A draft is locked within moments of being made, and takes moments to write."""
    return time.time() - draft.stat().st_mtime > OLD_SECONDS


def _plain(value: Any, arrays: Arrays) -> Any:
    """JSON values; arrays are put aside by number."""
    if isinstance(value, np.ndarray):
        arrays[f"a{len(arrays)}"] = value
        return {ARRAY: f"a{len(arrays) - 1}"}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, tuple):
        return {KIND: "tuple", ITEMS: [_plain(item, arrays) for item in value]}
    if isinstance(value, list):
        return [_plain(item, arrays) for item in value]
    if isinstance(value, Mapping):
        items = [[_plain(k, arrays), _plain(v, arrays)] for k, v in value.items()]
        return {KIND: "mapping", ITEMS: items}
    if is_dataclass(value) and type(value).__name__ in _known():
        parts = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        return {
            KIND: type(value).__name__,
            FIELDS: {name: _plain(part, arrays) for name, part in parts.items()},
        }
    raise TypeError(f"a prepared patient can't hold a {type(value).__name__}")


def _revived(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """What `_plain` was given."""
    if isinstance(value, list):
        return [_revived(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        return arrays[value[ARRAY]]
    if value[KIND] == "tuple":
        return tuple(_revived(item, arrays) for item in value[ITEMS])
    if value[KIND] == "mapping":
        return {_revived(key, arrays): _revived(item, arrays) for key, item in value[ITEMS]}
    parts = {name: _revived(part, arrays) for name, part in value[FIELDS].items()}
    return _known()[value[KIND]](**parts)


def _known() -> Mapping[str, type]:
    """The dataclasses that prepared patients are made of."""
    from TACEResponseLib.basics.case_warning import CaseWarning
    from TACEResponseLib.evidence.image_network.branch import PreparedPatches
    from TACEResponseLib.imaging.geometry import Geometry
    from TACEResponseLib.imaging.patches import PatchPlan
    from TACEResponseLib.patient.record import ClinicalRecord

    kinds = (CaseWarning, ClinicalRecord, Geometry, PatchPlan, PreparedPatches)
    return {kind.__name__: kind for kind in kinds}
