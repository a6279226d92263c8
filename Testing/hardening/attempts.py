"""One try on hostile input, in a process of its own: what came of it, whatever it was.

A crash, an endless loop or a flood of memory ends that process and is counted; the test goes on.
"""

import contextlib
import faulthandler
import os
import pickle
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

SECONDS = 10.0
"""Longer is a hang."""
MEMORY_BYTES = 2 * 1024**3
"""Beyond what the process holds when the try begins."""


class Outcome(StrEnum):
    """What came of a try."""

    ACCEPTED = "accepted"
    REFUSED = "refused in one line"
    INTERNAL_ERROR = "internal error"
    CRASH = "crash"
    HANG = "hang"
    MEMORY = "out of memory"
    FILE_LOST = "file lost"


GOOD = (Outcome.ACCEPTED, Outcome.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The outcome of one try and its words."""

    outcome: Outcome
    words: str = ""


class Tally:
    """Outcomes counted, and the first words of each bad one."""

    def __init__(self, counts: dict[str, int]) -> None:
        """Count into a plain dict, which the report carries from process to process."""
        self._counts = counts
        self.bad: list[str] = []

    def add(self, attempt: Attempt, what: str) -> None:
        """Count one try; `what` names the input, so that a bad one can be made again."""
        kind = attempt.outcome.value
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if attempt.outcome not in GOOD:
            self.bad.append(f"{what}: {attempt.outcome.value}: {attempt.words[:300]}")

    @property
    def tries(self) -> int:
        """How many were made."""
        return sum(self._counts.values())


def attempt(
    job: Callable[[], object],
    *,
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> Attempt:
    """Do a job in a forked process and say what came of it.

    Args:
        job: accepts by returning, refuses by `InputError`; anything else it raises is our mistake.
        seconds: wall-clock limit.
        memory_bytes: how much more than now the process may take.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(job, writing, memory_bytes)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        status = _wait(child, seconds)
        answer = stream.read()
    if status is None:
        return Attempt(outcome=Outcome.HANG, words=f"longer than {seconds:g} s")
    if not answer:
        return Attempt(outcome=Outcome.CRASH, words=f"wait status {status}")
    return Attempt(**pickle.loads(answer))


def _work(job: Callable[[], object], writing: int, memory_bytes: int) -> None:
    """In the child: try, answer, end without any clean-up of the parent's."""
    from TACEResponseLib.basics.errors import InputError, MissingExtraError

    held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: SIM115, PTH123
    resource.setrlimit(resource.RLIMIT_AS, (held + memory_bytes, resource.RLIM_INFINITY))
    faulthandler.disable()  # a crash here is an answer, no news
    with contextlib.suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
    try:
        job()
        answer = {"outcome": Outcome.ACCEPTED}
    except (InputError, MissingExtraError) as error:
        one_line = "\n" not in str(error)
        answer = {
            "outcome": Outcome.REFUSED if one_line else Outcome.INTERNAL_ERROR,
            "words": str(error),
        }
    except MemoryError:
        answer = {"outcome": Outcome.MEMORY, "words": "MemoryError"}
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer
        answer = {"outcome": Outcome.INTERNAL_ERROR, "words": f"{type(error).__name__}: {error}"}
    os.write(writing, pickle.dumps(answer)[:60_000])
    os._exit(0)


def _wait(child: int, seconds: float) -> int | None:
    """The child's wait status, or `None` after killing it."""
    end = time.monotonic() + seconds
    pause = 0.001
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
