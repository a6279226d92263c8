"""The bar that is always visible: Score, Cancel, what is missing, the result in one line."""

import html
from typing import Any

import slicer
from slicer.i18n import tr as _

from TACEResponsePanel.case.case_making import caseToCompare, caseToScore
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.gates import missing
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.process.handover import Handover
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.score_run import ScoreAnswer, ScoreInput, ScoreRun
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.words import inPanelWords
from TACEResponsePanel.signal import Signal

CALL_WORDS = {
    "above": _("above the model's cut-off"),
    "below": _("below the model's cut-off"),
    "no call": _("no call: the range crosses the model's cut-off"),
}
"""Of a model without held-out scores, which has no answer."""
USE = _("Research use only: not for offering or withholding TACE.")


class ScoreBar:
    """Scores the case on the desk, and lets that be stopped."""

    def __init__(
        self, ui: Any, desk: Desk, book: ResultBook, client: WorkerClient, handover: Handover
    ) -> None:
        """Connect the bar's widgets."""
        self._ui, self._desk, self._book = ui, desk, book
        self._client, self._handover = client, handover
        self._run: ScoreRun | None = None
        self.begun: Signal[[]] = Signal()
        """A scoring is under way; what is less urgent waits."""
        self.scored: Signal[[]] = Signal()
        """A new result is in the book."""
        self.ended: Signal[[]] = Signal()
        """A scoring is over, whatever came of it; what was left meanwhile can be done."""
        self.modelIsAnother: Signal[[]] = Signal()
        """The model's files hold another model by now than the one that was listed."""
        self._message = ""
        """Why the last scoring gave no result."""
        self._messageOf: tuple[object, ...] = ()
        """What the user had chosen and drawn then: the message stays until that is another."""
        self._isBroken = False
        self._stage = ""
        self.isInstalled = True
        """Whether the packages are there; the panel says."""
        ui.scoreButton.clicked.connect(lambda *_v: self.score())
        ui.cancelButton.clicked.connect(lambda *_v: self.cancel())
        ui.useLabel.setText(USE)
        desk.changed.connect(self._onChanged)
        desk.caseBegun.connect(self._onCase)
        book.changed.connect(self.refresh)

    @property
    def isScoring(self) -> bool:
        """Whether a scoring is under way."""
        return self._run is not None

    def score(self) -> None:
        """Begin to score, if nothing is missing."""
        scoring = self.scoreInput()
        if self._run is not None or scoring is None:
            return
        self._message = ""
        self._stage = _("Scoring")
        run = ScoreRun(
            self._client,
            self._handover,
            scoring,
            lambda answer: self._onDone(run, scoring, answer),
            lambda problem: self._onFailed(run, problem),
            self._onProgress,
        )
        self._run = run
        self.begun.emit()
        self.refresh()
        run.start()

    def cancel(self) -> None:
        """Stop at once; the process is started anew when it is next needed."""
        if self._run is None:
            return
        self._run.abandon()
        self._run = None
        self._say(_("Cancelled."))
        self._client.cancel()
        self._handover.forget()
        self.refresh()
        self.ended.emit()

    def abandon(self) -> None:
        """The scene closes or another is added: forget the scoring; the next case says so."""
        if self._run is not None:
            self._isBroken = True
            self._run.abandon()
            self._run = None
            self._client.cancel()
            self._handover.forget()

    def scoreInput(self) -> ScoreInput | None:
        """What would be scored now; `None` while something is missing."""
        return caseToScore(self._desk, self._handover.reader) if self.isInstalled else None

    def inputToCompare(self) -> ScoreInput | None:
        """The same, but for an open question: of an image that isn't in the case yet."""
        return caseToCompare(self._desk, self._handover.reader) if self.isInstalled else None

    def refresh(self) -> None:
        """Buttons and lines."""
        ui, isScoring = self._ui, self._run is not None
        absent = missing(self._desk) if self.isInstalled else [_("Install what is missing first.")]
        ui.scoreButton.setEnabled(not absent and not isScoring)
        ui.scoreButton.setText(_("&Score again") if self._book.prediction else _("&Score"))
        ui.cancelButton.setVisible(isScoring)
        ui.progressBar.setVisible(isScoring)
        # A measurement that ended with the process would say the same again.
        lines = [self._stage] if isScoring else list(dict.fromkeys([self._message, *absent]))
        ui.missingLabel.setText("\n".join(line for line in lines if line))
        ui.missingLabel.setVisible(any(lines))
        ui.oneLineLabel.setText(oneLine(self._book))
        ui.oneLineLabel.setVisible(self._book.prediction is not None)

    def _onDone(self, run: ScoreRun, scoring: ScoreInput, answer: ScoreAnswer) -> None:
        """Write the result, unless another case lies on the desk by now."""
        if run is not self._run:
            return
        self._run = None
        with slicer.util.tryWithErrorDisplay(_("The result can't be shown."), waitCursor=True):
            self._book.add(scoring, answer)
        self.lastSeconds = answer.seconds
        self.refresh()
        self.scored.emit()
        self.ended.emit()
        if answer.prediction.bundle_sha256 != scoring.modelDigest:
            self.modelIsAnother.emit()

    def _onFailed(self, run: ScoreRun, problem: Problem) -> None:
        if run is not self._run:
            return
        self._run = None
        self._say(inPanelWords(problem, self._desk.model.clinical if self._desk.model else ()))
        self.refresh()
        self.ended.emit()

    def _onProgress(self, stage: str) -> None:
        """Say the stage in the panel's words; evidence goes by its kind, not by its name."""
        words = self._desk.model.evidence if self._desk.model else {}
        kind, _colon, name = stage.partition(": ")
        shown = f"{kind}: {words[name]}" if name in words else stage
        self._stage = _("Scoring: {stage}").format(stage=shown)
        self.refresh()

    def _say(self, message: str) -> None:
        """Keep words beside the button until the user does something about them."""
        self._message, self._messageOf = message, self._chosen()

    def _chosen(self) -> tuple[object, ...]:
        """What the user has chosen, typed and drawn; nothing that the program does changes it."""
        desk = self._desk
        if desk.parameters is None:
            return ()
        images = [(sequence, image.GetID()) for sequence, image in desk.images().items()]
        segmentation = desk.parameters.segmentation
        return (
            desk.parameters.caseId,
            desk.parameters.modelDigest,
            desk.parameters.clinicalForm,
            list(desk.parameters.confirmed),
            list(desk.parameters.settled),
            desk.context(),
            images,
            segmentation.GetID() if segmentation is not None else "",
            desk.roiDigest(),
        )

    def _onChanged(self) -> None:
        if self._message and self._run is None and self._messageOf != self._chosen():
            self._message = ""
        self.refresh()

    def _onCase(self) -> None:
        """A scoring of another case would end in this one."""
        isBroken = self._isBroken
        self.abandon()
        self._message = ""
        if self._desk.parameters is not None:
            self._isBroken = False
            if isBroken and not self._desk.isEmpty():
                self._say(_("A scene was opened or added, which ended the scoring; score again."))
        self.refresh()


def oneLine(book: ResultBook) -> str:
    """The result in one line, as rich text; struck through when it is out of date."""
    if book.prediction is None:
        return ""
    from TACEResponseLib.bundle.words import answer_words, limits_words, percent

    fused = book.prediction.fused
    number = f"{percent(fused.probability)} ({limits_words(fused.limits)})"
    answer = CALL_WORDS[fused.call]
    if fused.answer is not None:
        answer = answer_words(book.prediction.endpoint, fused.answer.worded)
    text = f"{number}, {answer}"
    if book.prediction.simulated_banner:
        text = f"{_('Simulated model')}: {text}"
    if book.isOutOfDate:
        return f"<s>{text}</s> <b>{html.escape(book.reason)}</b>"
    return f"<b>{text}</b>"
