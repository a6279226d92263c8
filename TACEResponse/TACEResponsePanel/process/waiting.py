"""Who waits for which answer of the background process; nothing here knows how it runs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import qt
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Answer
from TACEResponseLib.worker.messages import Done, Failed, Message, MessageError, Progress
from TACEResponseLib.worker.requests import Request
from TACEResponsePanel.process.problem import Problem

A = TypeVar("A", bound=Answer)
OTHER_VERSION = _(
    "The background process speaks another version; update the extension and restart Slicer."
)


@dataclass
class Pending:
    """A request that waits for its answer."""

    request: Request[Answer]
    done: Callable[[Any], None]
    """Takes the request's own answer, of whatever kind; `add` sees to it that they fit."""
    failed: Callable[[Problem], None]
    progress: Callable[[str], None]


def ignore(*_values: object) -> None:
    """A slot for answers that nobody waits for."""


class Waiting:
    """Requests by their number; exactly one of `done` and `failed` is called of each."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._number = 0
        self._pending: dict[int, Pending] = {}
        self._refused: list[tuple[int, str]] = []
        self._later = qt.QTimer()
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.tellRefused)

    def add(
        self,
        request: Request[A],
        done: Callable[[A], None],
        failed: Callable[[Problem], None],
        progress: Callable[[str], None],
    ) -> int:
        """Wait for the answer to a request.

        Returns: its number.
        """
        self._number += 1
        self._pending[self._number] = Pending(request, done, failed, progress)
        return self._number

    def isFor(self, kind: type[Request[Answer]]) -> bool:
        """Whether a request of this kind has no answer yet."""
        return any(isinstance(pending.request, kind) for pending in self._pending.values())

    def refuseLater(self, number: int, text: str) -> None:
        """Tell whose request couldn't be sent; later, as every answer comes."""
        self._refused.append((number, text))
        self._later.start()

    def tellRefused(self) -> None:
        """Tell those whose request couldn't be sent."""
        refused, self._refused = self._refused, []
        for number, text in refused:
            if number in self._pending:
                self._pending.pop(number).failed(Problem(text))

    def tell(self, message: Message) -> None:
        """Tell whoever waits for a message."""
        if isinstance(message, Progress) and message.id in self._pending:
            self._pending[message.id].progress(message.stage)
        elif isinstance(message, Done) and message.id in self._pending:
            self._onDone(message)
        elif isinstance(message, Failed):
            self._onFailed(message)

    def tellUnreadable(self, error: MessageError) -> None:
        """What libraries print waits for nobody; whoever waits for an odd answer is told."""
        if not error.is_ours:
            return
        if error.number in self._pending:
            self._pending.pop(error.number).failed(Problem.of(error))
        elif error.number is None:
            self.failAll(OTHER_VERSION)

    def failAll(self, text: str) -> None:
        """Nobody gets an answer."""
        pending, self._pending = self._pending, {}
        for one in pending.values():
            one.failed(Problem(text))

    def _onDone(self, message: Done) -> None:
        """An answer, if it is one to what was asked."""
        pending = self._pending.pop(message.id)
        if isinstance(message.answer, pending.request.answer):
            pending.done(message.answer)
        else:
            pending.failed(Problem(OTHER_VERSION))

    def _onFailed(self, message: Failed) -> None:
        """A job came to nothing, or a line could not be read: it may have been any of them."""
        if message.id is None:
            self.failAll(message.message)
        elif message.id in self._pending:
            if message.traceback:
                logging.error("TACE Response: %s", message.traceback)
            self._pending.pop(message.id).failed(Problem.answered(message))
