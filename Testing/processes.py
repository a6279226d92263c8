"""What has become of a process."""

import psutil


def is_running(pid: int) -> bool:
    """Whether a process runs; one look, since it may end between two."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
