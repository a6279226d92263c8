"""How the background process is started, and ended when it doesn't listen."""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import qt


def workerCommand() -> list[str]:
    """How the background process is started: Slicer's own Python, as a module."""
    python = shutil.which("PythonSlicer") or sys.executable
    return [python, "-m", "TACEResponseLib.worker"]


def environmentWith(libraryParent: Path) -> Any:
    """The application's environment, with the library on the path."""
    environment = qt.QProcessEnvironment.systemEnvironment()
    # Old entries stay: inside Slicer they lead to its own packages.
    known = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    environment.insert("PYTHONPATH", os.pathsep.join([str(libraryParent), *known]))
    environment.insert("PYTHONDONTWRITEBYTECODE", "1")
    return environment


def killPid(pid: int | None) -> None:
    """Kill a process that may be gone already."""
    if pid is None:
        return
    try:
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    except OSError:
        return
