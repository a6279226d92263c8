"""Folders that are nobody's yet: of results half written, of scratch files, of voxels handed over.

Each holds a file that its process keeps locked, and its content in a folder of its own. The system
ends the lock with the process, so a folder whose lock can be had was left by a process that was
killed, and the next one that makes such a folder in the same place removes it.
"""

import json
import os
import re
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from TACEResponseLib.basics.writing.file_lock import is_mine, try_lock

NAME = re.compile(r"\.?tace-response-(draft|scratch|exchange|worker)-[a-z0-9_]{8}")
LOCK, CONTENT, GOING, EARLIER = "lock", "content", "going", "earlier"
MARK = "a folder of TACEResponse that is removed when its process has ended"
# Between making a folder and locking it lie microseconds.
EMPTY_SECONDS = 60.0
LONGEST_LOCK_BYTES = 4096

PLACING = threading.RLock()
"""Held while drafts are made, moved into their place and removed; an ending takes it first."""
_live: dict[Path, "Draft"] = {}
_swept: set[Path] = set()


class Draft:
    """A folder for this process alone, until `remove`."""

    def __init__(self, parent: Path, kind: str, *, target: str = "") -> None:
        """Make it, and remove what dead processes left beside it.

        Args:
            parent: folder that it lies in; must exist.
            kind: `draft`, which is hidden, `scratch`, `exchange` or `worker`.
            target: name that the content is to bear in `parent`.
        Raises: OSError: no folder can be made there.
        """
        if parent not in _swept:
            _swept.add(parent)
            sweep(parent)
        prefix = f"{'.' if kind == 'draft' else ''}tace-response-{kind}-"
        self.made_parents: tuple[Path, ...] = ()
        """Innermost first; they go with the draft unless something lies in them."""
        with PLACING:
            # None that an ending would not know of.
            self.folder, self._lock = _locked(parent, prefix, target)
            self.path = self.folder / CONTENT
            _live[self.folder] = self
        try:
            self.path.mkdir()
        except BaseException:
            self.remove()
            raise

    @property
    def earlier(self) -> Path:
        """Where a result that is being replaced waits for its successor."""
        return self.folder / EARLIER

    def remove(self) -> None:
        """Remove the folder with all that is still in it; more than once does no harm."""
        with PLACING:
            if _live.pop(self.folder, None) is None:
                return
            _remove_content(self.folder)
            if self._lock is not None:
                os.close(self._lock)
            shutil.rmtree(self.folder, ignore_errors=True)
            for parent in self.made_parents:
                with suppress(OSError):
                    parent.rmdir()


def remove_all() -> None:
    """Remove every folder of this process, as it ends."""
    for draft in tuple(_live.values()):
        draft.remove()


def is_inside_one(path: Path) -> bool:
    """Whether a path lies in a folder that is still a draft."""
    return any(folder in path.absolute().parents for folder in tuple(_live))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder among the system's temporary ones, which goes when the block ends."""
    draft = Draft(Path(tempfile.gettempdir()), "scratch")
    try:
        yield draft.path
    finally:
        draft.remove()


def sweep(parent: Path) -> None:
    """Remove what dead processes of this user left in a folder; never anything else."""
    try:
        with os.scandir(parent) as entries:
            candidates = [
                Path(entry.path)
                for entry in entries
                if NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return
    for folder in candidates:
        with suppress(OSError, ValueError):
            _sweep_one(folder)


def _locked(parent: Path, prefix: str, target: str) -> tuple[Path, int | None]:
    """A new folder and the handle of its lock; `None` where the file system knows no locks."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        content = json.dumps({"mark": MARK, "target": target}).encode("ascii")
        try:
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:
            continue
        except BaseException:
            folder.rmdir()
            raise
        try:
            is_ours = try_lock(handle)
        except OSError:
            # Nobody could ever tell that this process is dead.
            os.close(handle)
            (folder / LOCK).unlink(missing_ok=True)
            return folder, None
        # Whoever swept in between has removed the folder, or is about to.
        if is_ours and (folder / LOCK).exists():
            os.write(handle, content)
            return folder, handle
        os.close(handle)


def _sweep_one(folder: Path) -> None:
    """Remove a folder if its process is dead; an earlier result without a successor goes back."""
    info = folder.lstat()
    if not is_mine(info) or folder in _live:
        return
    if not any(folder.iterdir()):
        if time.time() - info.st_mtime > EMPTY_SECONDS:
            folder.rmdir()
        return
    lock = folder / LOCK
    if not stat.S_ISREG(lock.lstat().st_mode):
        return
    with lock.open("r+b") as file:
        if not try_lock(file.fileno()) or not _may_go(folder, file.read(LONGEST_LOCK_BYTES)):
            return
        _remove_content(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _may_go(folder: Path, written: bytes) -> bool:
    """Whether a dead process' folder is one of ours, and holds nothing that must stay."""
    names = {path.name for path in folder.iterdir()}
    if not written:
        # Killed before the first byte.
        return names == {LOCK}
    owner = json.loads(written)
    is_ours = isinstance(owner, dict) and owner.get("mark") == MARK
    is_all_ours = is_ours and names <= {LOCK, CONTENT, GOING, EARLIER}
    return is_all_ours and _restored(folder, owner["target"])


def _restored(folder: Path, target: str) -> bool:
    """Put an earlier result back; whether what is left may go."""
    earlier = folder / EARLIER
    if not earlier.exists():
        return True
    if not target or Path(target).name != target:
        return False
    place = folder.parent / target
    if os.path.lexists(place):
        # Its successor, unless that is still here: then it is somebody else's.
        return not (folder / CONTENT).exists()
    earlier.rename(place)
    return True


def _remove_content(folder: Path) -> None:
    """Remove what is in a folder, into which another thread may still be writing.

    The lock goes after it: were this process killed in between, the rest could be told as left.
    """
    for _ in range(50):
        # Under another name nobody finds it, so that nothing new comes while it goes.
        with suppress(OSError):
            (folder / CONTENT).rename(folder / GOING)
        for part in (GOING, CONTENT, EARLIER):
            shutil.rmtree(folder / part, ignore_errors=True)
        if not any((folder / part).exists() for part in (GOING, CONTENT, EARLIER)):
            return
        time.sleep(0.02)
