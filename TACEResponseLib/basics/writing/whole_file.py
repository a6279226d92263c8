"""One file that is there whole or not at all, whoever else writes it, and whatever ends us."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from TACEResponseLib.basics.writing.file_lock import try_lock

DRAFT_PREFIX = ".draft-"
OLD_SECONDS = 60.0


def write_whole(content: bytes, path: Path) -> None:
    """Write a file under another name and rename it: a reader never sees half of it."""
    with whole_file(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes its name where the block ends well and is gone where not.

    Args:
        path: of the file; its folder is made when needed.
    Raises: OSError: as of the disk, with the file's name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=DRAFT_PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError):
                # Tells a draft from one whose process is dead.
                try_lock(file.fileno())
            yield file
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
