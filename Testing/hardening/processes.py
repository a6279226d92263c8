"""The program in a session of its own: told to end at a moment, looked at afterwards."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from TACEResponseLib.basics.writing.drafts import NAME, sweep
from Testing.hardening.attempts import Attempt, Outcome

WORDS = re.compile(
    r"(interrupted|ended by SIG[A-Z]+); "
    r"(nothing was written|the result stands in .*|what was trained so far is kept in .*--resume)"
)
# What a machine that has nothing else to do needs at most.
SECONDS = 2.0


class Program:
    """One run of the command line, its temporary files in a folder of their own."""

    def __init__(self, words: Sequence[str], folder: Path, *, module: str = "TACEResponseLib"):
        """Start it and wait for its first word, when it has begun its work."""
        self.folder, self.scratch = folder, folder / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "TMPDIR": str(self.scratch),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words, "-v"],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stderr is not None
        self.stderr = self._process.stderr.readline()

    def end(self, number: int, after: float) -> None:
        """Wait a while, send a signal to the first process alone, and wait for its end."""
        time.sleep(after)
        start = time.monotonic()
        self._process.send_signal(number)
        try:
            # Workers hold the other end of stderr: it ends with the last of them.
            _, streams = self._process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            _, streams = self._process.communicate()
        self.seconds = time.monotonic() - start
        self.stderr += streams
        self.status = self._process.returncode

    def outcome(self, number: int) -> Attempt:
        """Whether it ended as it should, but for what it wrote."""
        if self.seconds > SECONDS * max(1.0, os.getloadavg()[0]):
            return Attempt(outcome=Outcome.HANG, words=f"{self.seconds:.1f} s")
        if left := self._processes():
            return Attempt(outcome=Outcome.HANG, words=f"processes left: {left}")
        if number == signal.SIGKILL:
            for folder in (self.folder, self.scratch):
                sweep(folder)
        elif self.status == 0:
            return Attempt(outcome=Outcome.ACCEPTED)
        elif self.status != 128 + number or not self._is_told():
            words = f"status {self.status}: {self.stderr[-300:]}"
            return Attempt(outcome=Outcome.CRASH, words=words)
        if left := self.drafts():
            return Attempt(outcome=Outcome.FILE_LOST, words=f"left behind: {left}")
        return Attempt(outcome=Outcome.REFUSED)

    def drafts(self) -> list[str]:
        """Hidden and scratch folders that are still there."""
        places = (*self.folder.iterdir(), *self.scratch.iterdir())
        return [p.name for p in places if NAME.fullmatch(p.name)]

    def _is_told(self) -> bool:
        """One line besides those of the log."""
        said = [line for line in self.stderr.splitlines() if not line.startswith("INFO ")]
        return len(said) == 1 and bool(WORDS.fullmatch(said[0]))

    def _processes(self) -> list[str]:
        """Processes of the session, which a moment may still need to go."""
        for _ in range(40):
            left = [p.name for p in Path("/proc").glob("[0-9]*") if self._is_ours(p)]
            if not left:
                return []
            time.sleep(0.05)
        os.killpg(self._process.pid, signal.SIGKILL)
        return left

    def _is_ours(self, folder: Path) -> bool:
        try:
            state, _parent, _group, session = (
                (folder / "stat").read_text().rsplit(")", 1)[1].split()[:4]
            )
        except (OSError, ValueError):
            return False
        return int(session) == self._process.pid and state != "Z"
