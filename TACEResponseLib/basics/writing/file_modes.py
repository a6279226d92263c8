"""One mode for every file that is handed out, whichever library wrote it."""

import os
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o666, 0o777
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def make_private(folder: Path) -> None:
    """Let nobody but the user see a folder and what is in it: of patients, and nobody's yet."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)


def even_modes(folder: Path) -> None:
    """Give a folder and everything in it what the user's umask leaves, as of any new file.

    Drafts are made private, and some libraries write through private files of their own.
    """
    mask = _umask()
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod((FOLDER_MODE if path.is_dir() else FILE_MODE) & ~mask)


def _umask() -> int:
    """The process' umask; reading it needs setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
