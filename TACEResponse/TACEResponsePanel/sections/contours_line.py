"""The line on plausible contours: tried in the background after each score, told quietly.

Nobody waits for it. Whatever is more urgent comes in between, a new score or an edit ends it, and
when it fails the result is as good as before.
"""

import logging
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import ContoursScored
from TACEResponseLib.worker.requests import ScoreContours
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.words import inPanelWords, inReadersTerms

if TYPE_CHECKING:
    from TACEResponseLib.result.contour_range import ContourRange
    from TACEResponseLib.result.prediction import Prediction

TRYING = _("Trying plausible contours: {done} of {n}.")
BEGINNING = _("Trying plausible contours.")
UNTRIED = _("Plausible contours were not tried: {reason}")
CHART = "contours_chart"


class ContoursLine:
    """Asks for contours of the result in the book, and shows what comes of it."""

    def __init__(self, ui: Any, book: ResultBook, client: WorkerClient) -> None:
        """Connect the line's widgets."""
        self._ui, self._book, self._client = ui, book, client
        self._tried: Prediction | None = None
        """The result whose contours are being tried, or were."""
        self._isTrying = False
        self._turn = 0
        """An answer to an earlier turn counts for nothing."""
        self._text = ""
        """How far it got, or why it came to nothing."""
        self._warning = ""
        ui.contoursButton.clicked.connect(self._onShow)
        book.changed.connect(self._onBook)

    @property
    def isTrying(self) -> bool:
        """Whether contours are being scored."""
        return self._isTrying

    def begin(self) -> None:
        """Try the contours of a result that has just been scored; of each once."""
        prediction = self._book.prediction
        isOld = prediction is None or prediction is self._tried or self._book.isOutOfDate
        if isOld or not self._book.digest or not _looksAtLesion(prediction):
            return
        self.stop()
        self._tried, self._isTrying = prediction, True
        self._text, self._warning = BEGINNING, ""
        self._ask()
        self.refresh()

    def stop(self) -> None:
        """Ask no more: a new score, an edit or another case comes first."""
        self._turn += 1
        if self._isTrying:
            self._isTrying, self._text = False, ""
            self.refresh()

    def refresh(self) -> None:
        """The line and its button; silent where there is no result, or one that is out of date."""
        chart = self._book.node(CHART)
        isShown = self._book.prediction is not None and not self._book.isOutOfDate
        text = ""
        if isShown:
            text = self._text
            if chart is not None:
                said = [chart.GetTitle() or "", self._warning]
                text = " ".join(inReadersTerms(part) for part in said if part)
        self._ui.contoursLabel.setText(text.replace(" %", "\u00a0%"))
        self._ui.contoursLabel.setVisible(bool(text))
        self._ui.contoursButton.setVisible(self._book.prediction is not None)
        self._ui.contoursButton.setEnabled(isShown and chart is not None)

    def _ask(self) -> None:
        """Ask for some more."""
        prediction, turn = self._tried, self._turn
        if prediction is None:
            return
        request = ScoreContours(case_id=prediction.case_id, digest=self._book.digest)
        self._client.ask(
            request,
            lambda answer: self._onAnswer(turn, answer),
            lambda problem: self._onFailed(turn, problem),
        )

    def _onAnswer(self, turn: int, answer: ContoursScored) -> None:
        """Go on, or show the range; an error of ours in it ends nothing else."""
        if turn != self._turn:
            return
        if answer.record is None:
            self._text = TRYING.format(done=answer.n_done, n=answer.n)
            self._ask()
            self.refresh()
            return
        self._isTrying, self._text = False, ""
        try:
            contours = _range(answer.record)
            self._warning = contours.warning.message if contours.warning else ""
            self._book.addContours(contours)
        except Exception as error:  # noqa: BLE001  # nobody asked for it: no window opens
            logging.warning("TACE Response: contours can't be shown: %r", error)
            self._text = UNTRIED.format(reason=_("they can't be shown."))
        self.refresh()

    def _onFailed(self, turn: int, problem: Problem) -> None:
        """One quiet line."""
        if turn != self._turn:
            return
        self._isTrying = False
        self._text = UNTRIED.format(reason=inPanelWords(problem))
        self.refresh()

    def _onBook(self) -> None:
        """The result is another one, or out of date by an edit."""
        if self._book.prediction is not self._tried:
            self.stop()
            self._text = self._warning = ""
        elif self._book.isOutOfDate:
            self.stop()
        self.refresh()

    def _onShow(self, *_values: object) -> None:
        """Show the points; the layout changes because the user asks for it."""
        chart = self._book.node(CHART)
        if chart is not None and slicer.app.layoutManager() is not None:
            slicer.modules.plots.logic().ShowChartInLayout(chart)


def _looksAtLesion(prediction: "Prediction | None") -> bool:
    """Whether contours matter to the model: one of whole slices reads none."""
    return prediction is not None and any(branch.lesions for branch in prediction.branches)


def _range(record: str) -> "ContourRange":
    """The range that the process tells."""
    from TACEResponseLib.basics.reading.json_reading import parse_json
    from TACEResponseLib.result.contour_range import range_from_record

    return range_from_record(parse_json(record, "contours"))
