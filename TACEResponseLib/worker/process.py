"""One warm background process that scores on request: `python -m TACEResponseLib.worker`.

Slicer's own process never imports torch, MONAI or pyradiomics; it talks to this one in lines of
JSON, and hands images and maps over in files (exchange.py).

Requests on stdin: `{"id": 7, "do": "score", ...}`; `do` is a job of jobs.py, or `cancel` (ends this
process at once, whatever it does) or `stop`. Requests are done in their order, one at a time; a
second `score` while one runs is refused.

Answers on stdout, each with the request's `id`: `progress`, then one of `done` and `failed`.
Unasked: `hello`, with the protocol's version and this process' id, and `alive`, once a second.
messages.py has what each of them holds, and makes them of lines and lines of them.

The process ends when stdin closes, even in the middle of a job, so none outlives its parent.
"""

import os
import queue
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from TACEResponseLib import __version__
from TACEResponseLib.basics.errors import InputError, MissingExtraError
from TACEResponseLib.basics.plain_text import one_line
from TACEResponseLib.basics.process import endings
from TACEResponseLib.basics.writing import drafts
from TACEResponseLib.basics.writing.disk_trouble import FULL, code_of
from TACEResponseLib.worker.answers import Refusal
from TACEResponseLib.worker.messages import (
    PROTOCOL,
    Alive,
    Ask,
    Done,
    Failed,
    Hello,
    Message,
    MessageError,
    Progress,
    from_line,
    to_line,
)
from TACEResponseLib.worker.requests import Cancel, Score, Stop

HEARTBEAT_SECONDS = 1.0
LONGEST_LINE = 4_000_000
"""Bytes; the panel's own requests hold some thousand."""
LONGEST_MESSAGE = 600
NO_REQUEST = (
    "A request must be one line of JSON: an object with a whole number `id` and a name `do`."
)
CANCELLED = 3
"""Exit status after `cancel`."""
OUT_OF_MEMORY = (
    "The computer has too little free memory for this; close other programs, or crop the image "
    "around the liver and score again."
)


class Answers:
    """The one way out: whole lines, never two at once."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Write to a stream that nobody else writes to."""
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write one line; a reader that is gone ends this process."""
        line = to_line(message)
        try:
            with self._lock:
                self._stream.write(line)
                self._stream.flush()
        except OSError:
            _end(0)


class Inbox:
    """Reads requests in a thread of its own, so that `cancel` works in the middle of a job."""

    def __init__(self, stream: IO[bytes], answers: Answers) -> None:
        """Read from a stream until it ends."""
        self._stream, self._answers = stream, answers
        self._waiting: queue.SimpleQueue[Ask[Any]] = queue.SimpleQueue()
        self._scoring = threading.Event()

    def read(self) -> None:
        """Take requests until stdin ends; then end the process, whatever happened meanwhile."""
        try:
            while line := self._stream.readline(LONGEST_LINE):
                if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                    self._skip_rest()
                elif line.strip():
                    self._take(line)
        finally:
            _end(0)

    def _skip_rest(self) -> None:
        """Refuse a line that has no end, without keeping it."""
        while rest := self._stream.readline(LONGEST_LINE):
            if rest.endswith(b"\n"):
                break
        self._refuse(None, f"A request must be shorter than {LONGEST_LINE} bytes.")

    def next(self) -> Ask[Any]:
        """The next request; waits for it."""
        return self._waiting.get()

    def finished(self, ask: Ask[Any]) -> None:
        """Make room for the next scoring."""
        if isinstance(ask.request, Score):
            self._scoring.clear()

    def _take(self, line: bytes) -> None:
        """Queue one request, or act on it at once."""
        try:
            message = from_line(line)
        except MessageError as error:
            self._refuse_line(error)
            return
        if not isinstance(message, Ask):
            self._refuse(None, NO_REQUEST)
            return
        if isinstance(message.request, Cancel):
            _end(CANCELLED)
        if isinstance(message.request, Stop):
            _end(0)
        if isinstance(message.request, Score):
            if self._scoring.is_set():
                self._refuse(message.id, "A scoring is under way; wait for it or cancel it.")
                return
            self._scoring.set()
        self._waiting.put(message)

    def _refuse_line(self, error: MessageError) -> None:
        """Say what is wrong with a line; of one without a number, what a request is."""
        if error.number is None:
            self._refuse(None, NO_REQUEST)
            return
        message = one_line(str(error))[:LONGEST_MESSAGE]
        self._answers.send(Failed(id=error.number, message=message, refusal=Refusal.of(error)))

    def _refuse(self, number: int | None, message: str) -> None:
        self._answers.send(Failed(id=number, message=message))


def main() -> None:
    """Answer requests until told to stop."""
    drafts.sweep(Path(tempfile.gettempdir()))
    with endings.watched():
        _serve()


def _end(status: int) -> None:
    """End at once, whatever another thread is at; what it has half written goes first."""
    with drafts.PLACING:
        endings.clean_up()
        os._exit(status)


def _serve() -> None:
    """Take requests in a thread, and do them in this one."""
    answers = Answers(_take_stdout())
    answers.send(Hello(protocol=PROTOCOL, pid=os.getpid(), version=__version__))
    inbox = Inbox(sys.stdin.buffer, answers)
    threading.Thread(target=inbox.read, daemon=True).start()
    threading.Thread(target=_beat, args=(answers,), daemon=True).start()
    from TACEResponseLib.worker.jobs import Jobs

    jobs = Jobs().named()
    while True:
        ask = inbox.next()
        outcome = _do(jobs, ask, answers)
        # First: whoever reads the answer may ask for the next score at once.
        inbox.finished(ask)
        try:
            answers.send(outcome)
        except (TypeError, ValueError) as error:
            message = f"internal error: an answer that is no JSON: {error}"
            answers.send(_failure(ask.id, message, by_user=False))


def _do(jobs: Mapping[str, Any], ask: Ask[Any], answers: Answers) -> Done | Failed:
    """Do one job and say what came of it, whatever happens."""
    number = ask.id

    def tell(stage: str) -> None:
        answers.send(Progress(id=number, stage=stage))

    try:
        return Done(id=number, answer=jobs[ask.request.do](ask.request, tell))
    except (InputError, MissingExtraError) as error:
        # Slicer keeps its log on disk: what the user has to mend is shown and not kept.
        refusal = Refusal.of(error) if isinstance(error, InputError) else None
        message = one_line(str(error))[:LONGEST_MESSAGE]
        return Failed(id=number, message=message, refusal=refusal)
    except Exception as error:  # noqa: BLE001  # the next job must find a live process
        known = OUT_OF_MEMORY if _is_out_of_memory(error) else _file_trouble(error)
        message = known or f"internal error: {type(error).__name__}: {error}"
        return _failure(number, message, by_user=bool(known))


def _file_trouble(error: Exception) -> str:
    """What to say of a disk without room or a file that can't be used; empty for other errors."""
    if code_of(error) in FULL:
        return f"The disk is full; make room in {tempfile.gettempdir()} and try again."
    if not isinstance(error, OSError) or error.strerror is None:
        return ""
    return f"{error.filename or 'A file'}: {error.strerror}; check the folder and try again."


def _is_out_of_memory(error: Exception) -> bool:
    """Memory of the computer or of the GPU; torch tells both in words only."""
    is_torch = isinstance(error, RuntimeError)
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or (is_torch and any(w in str(error) for w in words))


def _failure(number: int, message: str, *, by_user: bool) -> Failed:
    """One line for the user, the traceback for the log."""
    return Failed(
        id=number,
        message=one_line(message)[:LONGEST_MESSAGE],
        by_user=by_user,
        traceback=traceback.format_exc(),
    )


def _beat(answers: Answers) -> None:
    """Say once a second that this process lives."""
    pause = threading.Event()
    while not pause.wait(HEARTBEAT_SECONDS):
        answers.send(Alive())


def _take_stdout() -> IO[bytes]:
    """Keep stdout for answers; whatever libraries print goes to stderr."""
    kept = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return kept
