"""How the program ends when it is told to: within moments, with nothing left, and with the truth.

A signal only wakes a thread that does the rest; nothing is raised in the middle of other code,
least of all of a library that is being loaded, which would crash it.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from TACEResponseLib.basics.writing import drafts
from TACEResponseLib.basics.writing.placed import forget_placed, last_placed

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
# What other threads may take to put a result in its place.
PLACING_SECONDS = 1.0

_kept: list[str] = []
_also: list[Callable[[], None]] = []
_watching: list[threading.Thread] = []


@contextmanager
def kept(words: str) -> Iterator[None]:
    """While this runs, an ending leaves something to go on with; `words` say what and how."""
    _kept.append(words)
    try:
        yield
    finally:
        _kept.remove(words)


@contextmanager
def also(action: Callable[[], None]) -> Iterator[None]:
    """While this runs, an ending does this too."""
    _also.append(action)
    try:
        yield
    finally:
        _also.remove(action)


def work_left() -> str:
    """What is left of the work if it ends now."""
    if _kept:
        return _kept[-1]
    if place := last_placed():
        return f"the result stands in {place}"
    return "nothing was written"


def clean_up() -> None:
    """Do what an ending has to do before the process goes; drafts are gone then."""
    # Whatever else runs makes way for this thread at once.
    sys.setswitchinterval(1e-5)
    for action in reversed(_also):
        with suppress(Exception):
            action()
    drafts.remove_all()


@contextmanager
def watched(*, to_the_end: bool = False) -> Iterator[None]:
    """Mind the signals that end a program; those that were ignored before stay so.

    Args:
        to_the_end: the process ends after this by itself, and signals that come then are ignored:
            what Python does while it shuts down is no more work that one could end.
    """
    _kept.clear()
    forget_placed()
    if threading.current_thread() is not threading.main_thread() or _watching:
        yield
        return
    reading, writing = os.pipe()
    if hasattr(os, "set_blocking"):
        os.set_blocking(writing, False)
    thread = threading.Thread(target=_watch, args=(reading,), daemon=True)
    thread.start()
    with ExitStack() as stack:
        stack.callback(os.close, reading)
        # What it reads ends with the other end of the pipe.
        stack.callback(thread.join, 1.0)
        stack.callback(os.close, writing)
        old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        stack.callback(signal.set_wakeup_fd, old)
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before not in (signal.SIG_IGN, None):
                signal.signal(number, _noted)
                stack.callback(signal.signal, number, signal.SIG_IGN if to_the_end else before)
        _watching.append(thread)
        stack.callback(_watching.clear)
        yield


@contextmanager
def left_to_the_watch() -> Iterator[None]:
    """Processes that are started meanwhile get none of these signals; their parent ends them."""
    if not _watching or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The system has told the thread already."""


def _watch(reading: int) -> None:
    """Wait for a signal, and end the process."""
    while numbers := os.read(reading, 1):
        if numbers[0] in SIGNALS:
            _end(numbers[0])


def _end(number: int) -> None:
    """End as the signal wants it, once a result that is on its way stands in its place."""
    drafts.PLACING.acquire(timeout=PLACING_SECONDS)
    # Before other processes are ended: work that waits for them fails, and forgets what it kept.
    left = work_left()
    clean_up()
    name = signal.Signals(number).name
    words = "interrupted" if number == signal.SIGINT else f"ended by {name}"
    with suppress(OSError, ValueError, AttributeError):
        os.write(sys.stderr.fileno(), f"{words}; {left}\n".encode(errors="backslashreplace"))
    os._exit(128 + number)
