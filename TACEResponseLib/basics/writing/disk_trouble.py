"""What to say when the disk, not the program, is at fault."""

import errno
import os
import re
from pathlib import Path

from TACEResponseLib.basics.errors import OutputError
from TACEResponseLib.basics.subject import OUTPUT

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# ENOENT: the folder went meanwhile, or is of a kind in which nothing can be made.
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT)
TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR)
# torch, safetensors and numpy tell a disk without room in words alone.
IN_WORDS = re.compile(r"inline_container|PytorchStreamWriter failed|\d+ requested and \d+ written")
CODE_IN_WORDS = re.compile(r"\(os error (\d+)\)")


def code_of(error: BaseException) -> int | None:
    """The system's code of an error, also where a library tells it in words."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if match := CODE_IN_WORDS.search(str(error)):
        return int(match[1])
    return errno.ENOSPC if IN_WORDS.search(str(error)) else None


def explained(error: BaseException, place: Path, where: str = OUTPUT) -> OutputError | None:
    """A full disk, a missing permission or a name that is too long, for the user to mend.

    Args:
        error: whatever came up while writing.
        place: what was to be written.
        where: the option that names it.
    Returns: `None` where the disk is not at fault.
    """
    code = code_of(error)
    if code in FULL:
        return OutputError(
            where,
            "needs room on the disk",
            got=f"a full disk at {place}",
            remedy="free some space or choose another place",
        )
    if code in REFUSED:
        return OutputError(
            where,
            "must lie in a folder that can be written to",
            got=str(place),
            remedy="choose another place",
        )
    if code == errno.ENAMETOOLONG:
        return OutputError(
            where,
            "must be a name that the file system takes",
            got=f"one of {len(os.fsencode(place.name))} bytes",
            remedy="choose a shorter name",
        )
    if code in (errno.EIO, errno.ESTALE, errno.ENODEV):
        said = getattr(error, "strerror", None) or os.strerror(code or errno.EIO)
        return OutputError(
            where,
            "must lie on a disk that works and has room",
            got=said.split(" (")[0],
            remedy="choose another place",
        )
    return None
