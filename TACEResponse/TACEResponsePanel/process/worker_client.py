"""The panel's end of the line to the background process (TACEResponseLib/worker/process.py)."""

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import qt
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Answer
from TACEResponseLib.worker.messages import (
    PROTOCOL,
    Ask,
    Hello,
    Message,
    MessageError,
    from_line,
    to_line,
)
from TACEResponseLib.worker.requests import Cancel, Forget, Request
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.waiting import OTHER_VERSION, Waiting, ignore
from TACEResponsePanel.process.worker_start import environmentWith, killPid, workerCommand
from TACEResponsePanel.signal import Signal

if TYPE_CHECKING:
    from TACEResponseLib.basics.writing.drafts import Draft

HANG_SECONDS = 45.0
"""A process that hasn't said it lives for so long has stopped; loading torch may hold it up."""
GRACE_MS = 400
"""What a process has to end after `cancel`, before it is killed."""
PUMP_MS = 100
KEPT_OF_STDERR = 4000
A = TypeVar("A", bound=Answer)
NO_NUMBER = _("A number of the image or of the lesion isn't finite; load it again from its files.")


class WorkerClient:
    """Starts the process when it is needed, and again after it has ended; never blocks."""

    def __init__(self, libraryParent: Path, command: Sequence[str] | None = None) -> None:
        """Know how to start the process; nothing is started yet.

        Args:
            libraryParent: folder that holds TACEResponseLib.
            command: how to start it; Slicer's Python by default.
        """
        self.died: Signal[[]] = Signal()
        self._libraryParent = libraryParent
        self._command = list(command) if command else workerCommand()
        self._process: Any = None
        self._ending: list[Any] = []
        """Processes on their way out: dropping one that still runs would wait for its end."""
        self._folder: Draft | None = None
        self._pid: int | None = None
        self._starts = 0
        self._waiting = Waiting()
        self._unread = b""
        self._stderr = ""
        self._lastHeard = 0.0
        self._wasCancelled = False
        self._watch = qt.QTimer()
        self._watch.setInterval(1000)
        self._watch.timeout.connect(self._checkPulse)
        self._grace = qt.QTimer()
        self._grace.setSingleShot(True)
        self._grace.setInterval(GRACE_MS)
        self._grace.timeout.connect(self._kill)

    @property
    def pid(self) -> int | None:
        """Of the real Python, which a launcher may stand in front of; `None` before its hello."""
        return self._pid

    @property
    def generation(self) -> int:
        """Number of the process that takes the next request; another one knows nothing."""
        isEnding = self._process is None or self._wasCancelled
        return self._starts + 1 if isEnding else self._starts

    def isWaitingFor(self, kind: type[Request[Answer]]) -> bool:
        """Whether a request of this kind has no answer yet."""
        return self._waiting.isFor(kind)

    def start(self) -> None:
        """Start the process, if there is none."""
        if self._process is not None:
            return
        from TACEResponseLib.basics.writing.drafts import Draft

        # An empty folder: run from inside the library, our `radiomics` would shadow pyradiomics.
        self._folder = Draft(Path(tempfile.gettempdir()), "worker")
        process = qt.QProcess()
        process.setWorkingDirectory(str(self._folder.path))
        process.setProcessEnvironment(environmentWith(self._libraryParent))
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._readStderr)
        # An old process may still speak when its successor runs.
        process.finished.connect(lambda *values: self._onFinished(process, values))
        process.errorOccurred.connect(lambda error: self._onError(process, error))
        self._unread, self._stderr, self._pid = b"", "", None
        self._wasCancelled = False
        self._lastHeard = time.monotonic()
        self._process = process
        self._starts += 1
        self._watch.start()
        process.start(self._command[0], self._command[1:])

    def ask(
        self,
        request: Request[A],
        done: Callable[[A], None] = ignore,
        failed: Callable[[Problem], None] = ignore,
        progress: Callable[[str], None] = ignore,
    ) -> int:
        """Send a request; exactly one of `done(answer)` and `failed(problem)` is called later.

        Returns: the request's number.
        """
        if self._wasCancelled and self._process is not None:
            # It is ending: its successor takes the request.
            self._letGo()
        self.start()
        number = self._waiting.add(request, done, failed, progress)
        try:
            self._write(Ask(id=number, request=request))
        except ValueError:
            # The process couldn't say whose it was, and nobody would be told.
            self._waiting.refuseLater(number, NO_NUMBER)
        return number

    def forget(self) -> None:
        """Have the process drop images and result of a case that is closed, if it runs."""
        if self._process is not None and not self._wasCancelled:
            self.ask(Forget())

    def cancel(self) -> None:
        """End whatever runs; the next request starts a new process."""
        if self._process is None:
            return
        self._wasCancelled = True
        self._write(Ask(id=0, request=Cancel()))
        self._grace.start()

    def stop(self) -> None:
        """End the process and wait until it is gone, as at the end of the application."""
        process, pid = self._process, self._pid
        if process is None:
            return
        self._wasCancelled = True
        process.closeWriteChannel()
        if not process.waitForFinished(1000):
            killPid(pid)
            process.kill()
            process.waitForFinished(1000)
        self._forgetProcess()

    def pump(self) -> None:
        """Take what comes within a moment, without an event loop; scripts call it again."""
        if self._process is None:
            self._waiting.failAll(_("The background process is gone; score again."))
            return
        self._process.waitForReadyRead(PUMP_MS)
        self._waiting.tellRefused()
        self._read()
        self._checkPulse()

    def _write(self, ask: Ask[A]) -> None:
        self._process.write(to_line(ask))

    def _read(self) -> None:
        """Take whole lines; output comes in arbitrary pieces."""
        if self._process is None:
            return
        self._unread += bytes(self._process.readAllStandardOutput().data())
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        """Act on one line; a line that is no message goes to the log."""
        self._lastHeard = time.monotonic()
        try:
            message = from_line(line)
        except MessageError as error:
            logging.warning("TACE Response: the background process said %r: %s", line[:200], error)
            self._waiting.tellUnreadable(error)
            return
        self._act(message)

    def _act(self, message: Message) -> None:
        """The process greets, or says something to whoever waits."""
        if isinstance(message, Hello):
            self._pid = message.pid
            if message.protocol != PROTOCOL:
                self._fail(OTHER_VERSION)
        else:
            self._waiting.tell(message)

    def _readStderr(self) -> None:
        """Keep the end of what libraries print, for the log."""
        if self._process is None:
            return
        text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self._stderr = (self._stderr + text)[-KEPT_OF_STDERR:]

    def _checkPulse(self) -> None:
        """A process that is silent for long has stopped working."""
        if self._process is None or time.monotonic() - self._lastHeard < HANG_SECONDS:
            return
        self._fail(_("The background process stopped answering and was ended; score again."))

    def _onError(self, process: Any, error: Any) -> None:
        if process is self._process and error == qt.QProcess.FailedToStart:
            self._fail(
                _("The background process could not be started ({program}).").format(
                    program=Path(self._command[0]).name
                )
            )

    def _onFinished(self, process: Any, values: tuple[object, ...]) -> None:
        """The process ended: by our cancel, or by itself."""
        if process in self._ending:
            self._ending.remove(process)
        if process is not self._process:
            return
        self._read()
        self._readStderr()
        wasCancelled, stderr = self._wasCancelled, self._stderr
        self._forgetProcess()
        if wasCancelled:
            self._waiting.failAll(_("Cancelled."))
            return
        logging.error("TACE Response: the background process ended (%s): %s", values, stderr)
        self._waiting.failAll(
            _(
                "The background process ended unexpectedly, often for lack of memory; score again, "
                "or crop the image around the liver first."
            )
        )
        self.died.emit()

    def _fail(self, message: str) -> None:
        """Give the process up."""
        process = self._process
        killPid(self._pid)
        self._forgetProcess()
        if process is not None:
            process.kill()
        logging.error("TACE Response: %s %s", message, self._stderr)
        self._waiting.failAll(message)
        self.died.emit()

    def _kill(self) -> None:
        """The last resort after `cancel`: the launcher's child first."""
        if self._process is not None and self._wasCancelled:
            killPid(self._pid)
            self._process.kill()

    def _letGo(self) -> None:
        """End a cancelled process now."""
        process, pid = self._process, self._pid
        self._forgetProcess()
        killPid(pid)
        process.kill()
        self._waiting.failAll(_("Cancelled."))

    def _forgetProcess(self) -> None:
        """Be as before the start; the old process may still say `finished`, to nobody."""
        self._watch.stop()
        self._grace.stop()
        if self._process is not None and self._process.state() != qt.QProcess.NotRunning:
            self._ending.append(self._process)
        self._process = None
        self._pid = None
        if self._folder:
            self._folder.remove()
            self._folder = None
