"""One warm background process that scores on request: `python -m TACEResponseLib.worker`.

Slicer's own process never imports torch, MONAI or pyradiomics; it talks to this one in lines of
JSON, and hands images and maps over in files (exchange.py).

Requests on stdin: `{"id": 7, "do": "score", ...}`; `do` is a job of worker_jobs.py, or `cancel`
(ends this process at once, whatever it does) or `stop`. Requests are done in their order, one at
a time; a second `score` while one runs is refused.

Answers on stdout, each with the request's `id`: `{"kind": "progress", "stage": ...}`, then one of
`{"kind": "done", "result": {...}}` and
`{"kind": "failed", "message": ..., "by_user": ..., "traceback": ...}`. Unasked: `hello`, with the
protocol's version and this process' id, and `alive`, once a second.

The process ends when stdin closes, even in the middle of a job, so none outlives its parent.
"""

import json
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

PROTOCOL = 1
HEARTBEAT_SECONDS = 1.0
LONGEST_LINE = 4_000_000
"""Bytes; the panel's own requests hold some thousand."""
LONGEST_MESSAGE = 600
LARGEST_NUMBER = 2**53
"""Of a request; what JSON's readers agree on."""
CANCELLED = 3
"""Exit status after `cancel`."""
OUT_OF_MEMORY = (
    "The computer has too little free memory for this; close other programs, or crop the image "
    "around the liver and score again."
)


class Answers:
    """The one way out: lines of JSON, never two at once."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Write to a stream that nobody else writes to."""
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, **values: Any) -> None:
        """Write one line; a reader that is gone ends this process."""
        line = json.dumps(values, allow_nan=False).encode() + b"\n"
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
        self._waiting: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
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

    def next(self) -> Mapping[str, Any]:
        """The next request; waits for it."""
        return self._waiting.get()

    def finished(self, request: Mapping[str, Any]) -> None:
        """Make room for the next scoring."""
        if request["do"] == "score":
            self._scoring.clear()

    def _take(self, line: bytes) -> None:
        """Queue one request, or act on it at once."""
        try:
            request = _request(line)
        except (ValueError, RecursionError, MemoryError):
            self._refuse(
                None,
                "A request must be one line of JSON: an object with a whole number `id` and a "
                "name `do`.",
            )
            return
        name, number = request["do"], request["id"]
        if name == "cancel":
            _end(CANCELLED)
        if name == "stop":
            _end(0)
        if name == "score" and self._scoring.is_set():
            self._refuse(number, "A scoring is under way; wait for it or cancel it.")
            return
        if name == "score":
            self._scoring.set()
        self._waiting.put(request)

    def _refuse(self, number: Any, message: str) -> None:
        self._answers.send(kind="failed", id=number, message=message, by_user=True, traceback="")


def _request(line: bytes) -> Mapping[str, Any]:
    """One line as a request.

    Raises: ValueError, RecursionError, MemoryError: it is none, or nested without end.
    """
    request = json.loads(line, parse_constant=_refuse_constant)
    number = request.get("id") if isinstance(request, dict) else None
    if type(number) is not int or abs(number) > LARGEST_NUMBER:
        raise ValueError("no `id`")
    if not isinstance(request.get("do"), str):
        raise ValueError("no `do`")
    return request


def _refuse_constant(name: str) -> float:
    """Python reads NaN and Infinity, which are no JSON, and can't answer with them."""
    raise ValueError(name)


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
    answers.send(kind="hello", protocol=PROTOCOL, pid=os.getpid(), version=__version__)
    inbox = Inbox(sys.stdin.buffer, answers)
    threading.Thread(target=inbox.read, daemon=True).start()
    threading.Thread(target=_beat, args=(answers,), daemon=True).start()
    from TACEResponseLib.worker.jobs import Jobs

    jobs = Jobs().named()
    while True:
        request = inbox.next()
        answer = _do(jobs, request, answers)
        # First: whoever reads the answer may ask for the next score at once.
        inbox.finished(request)
        try:
            answers.send(**answer)
        except (TypeError, ValueError) as error:
            message = f"internal error: an answer that is no JSON: {error}"
            answers.send(**_failure(request["id"], message, by_user=False))


def _do(jobs: Mapping[str, Any], request: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """Do one job and say what came of it, whatever happens."""
    from TACEResponseLib.worker.messages import check_request

    number, name = request["id"], request["do"]

    def tell(stage: str) -> None:
        answers.send(kind="progress", id=number, stage=stage)

    try:
        check_request(request)
        return {"kind": "done", "id": number, "result": jobs[name](request, tell)}
    except (InputError, MissingExtraError) as error:
        # Slicer keeps its log on disk: what the user has to mend is shown and not kept.
        return {**_failure(number, str(error), by_user=True), "traceback": ""}
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


def _failure(number: Any, message: str, *, by_user: bool) -> dict[str, Any]:
    """One line for the user, the traceback for the log."""
    return {
        "kind": "failed",
        "id": number,
        "message": one_line(message)[:LONGEST_MESSAGE],
        "by_user": by_user,
        "traceback": traceback.format_exc(),
    }


def _beat(answers: Answers) -> None:
    """Say once a second that this process lives."""
    pause = threading.Event()
    while not pause.wait(HEARTBEAT_SECONDS):
        answers.send(kind="alive")


def _take_stdout() -> IO[bytes]:
    """Keep stdout for answers; whatever libraries print goes to stderr."""
    kept = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return kept
