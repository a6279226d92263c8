"""A lock that ends with its process, however that ends."""

import os
import sys


def try_lock(handle: int) -> bool:
    """Lock an open file for this process alone, without waiting.

    Args:
        handle: of a file open for writing; the lock ends when it is closed.
    Returns: whether it is ours now; `False` where another process holds it.
    Raises: OSError: the file system knows no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_mine(info: os.stat_result) -> bool:
    """Whether a file belongs to the user who asks."""
    return not hasattr(os, "getuid") or info.st_uid == os.getuid()
