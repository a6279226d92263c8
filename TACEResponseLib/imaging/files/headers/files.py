"""Which paths may be opened: plain files with names that every program can read."""

import stat
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.regular_file import is_there

KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


def shown_name(path: Path) -> str:
    """A file's name for messages, whatever bytes it is made of."""
    return path.name.encode("utf-8", "backslashreplace").decode("utf-8")


def check_exists(path: Path, where: str) -> None:
    """Refuse a path that leads nowhere, or whose name is no text."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            where,
            "its path must be valid UTF-8",
            got="other bytes",
            remedy="rename the file or its folder",
        ) from None
    if not is_there(path):
        raise InputError(where, "must exist", got="no such file or folder", remedy="check the path")


def check_plain_file(path: Path, where: str) -> None:
    """Refuse what is no file on a disk, and a file without content.

    Raises: InputError: a pipe, device, socket or folder; an empty or unreadable file.
    """
    try:
        state = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        raise InputError(
            where, "must be readable", got=reason, remedy="check the path and its permissions"
        ) from error
    if not stat.S_ISREG(state.st_mode):
        raise InputError(
            where,
            "must be a plain file",
            got=KINDS.get(stat.S_IFMT(state.st_mode), "something else"),
            remedy="give the file itself",
        )
    if state.st_size == 0:
        raise InputError(
            where, "must not be empty", got="0 bytes", remedy="copy or export it again"
        )


def sibling(header: Path, name: str, where: str) -> Path:
    """The file that a header names as the place of its voxels.

    Args:
        header: the header file.
        name: as it stands in the header.
        where: how messages call the header.
    Raises: InputError: anything but the name of a plain file in the header's own folder.
    """
    plain = name.strip()
    other = plain != Path(plain).name or any(sign in plain for sign in '\\/:%*?"<>|\0')
    if not plain or other or plain.upper().startswith("LIST"):
        raise InputError(
            where,
            "must name one data file in its own folder",
            got=repr(plain[:60]),
            remedy="save it in one file, as .nrrd or .mha",
        )
    path = header.parent / plain
    if path.is_symlink():
        raise InputError(
            where,
            "its data file must be a plain file",
            got=f"a link, {plain}",
            remedy="save it in one file, as .nrrd or .mha",
        )
    check_plain_file(path, f"{where}, its data file {plain}")
    return path
