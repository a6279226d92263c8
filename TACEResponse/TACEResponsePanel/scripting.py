"""Scores a case for a script, which waits for the result or is called back."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import slicer

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.typed_values import TypedValueError, typed
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.shapes import Form, FormField, Said
from TACEResponsePanel.case.result_book import DIGEST_ATTRIBUTE
from TACEResponsePanel.process.handover import Handover
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.score_run import ScoreAnswer, ScoreInput, ScoreRun
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.words import inPanelWords

if TYPE_CHECKING:
    from TACEResponseLib.result.prediction import Prediction

Callback = Callable[["Prediction | None", str], None]
"""Called with the prediction and nothing, or with nothing and a message."""

# Of a value in a message.
LONGEST_SHOWN = 60


class Scripting:
    """One scoring of a script."""

    def __init__(self, client: WorkerClient, handover: Handover, callback: Callback | None) -> None:
        """Know the process; without a callback `score` waits."""
        self._client, self._handover, self._callback = client, handover, callback
        self._outcome: tuple[Prediction | None, str] | None = None

    def score(self, scoring: ScoreInput) -> "Prediction | None":
        """The prediction; `None` with a callback.

        Raises: RuntimeError: without a callback, what went wrong.
        """
        run = ScoreRun(
            self._client,
            self._handover,
            scoring,
            lambda answer: self._onDone(scoring, answer),
            self.refuse,
            lambda _stage: None,
        )
        run.start()
        if self._callback:
            return None
        self._handover.finish()
        while self._outcome is None:
            self._client.pump()
        return self.result()

    def refuse(self, problem: Problem) -> None:
        """Nothing comes of it."""
        self._end(None, inPanelWords(problem))

    def result(self) -> "Prediction | None":
        """What came of it.

        Raises: RuntimeError: without a callback, what went wrong.
        """
        prediction, message = self._outcome or (None, "")
        if message and self._callback is None:
            raise RuntimeError(message)
        return None if self._callback else prediction

    def _onDone(self, scoring: ScoreInput, answer: ScoreAnswer) -> None:
        _write(scoring, answer)
        self._end(answer.prediction, "")

    def _end(self, prediction: "Prediction | None", message: str) -> None:
        self._outcome = (prediction, message)
        if self._callback:
            self._callback(prediction, message)


def formOfValues(clinical: Mapping[str, object]) -> Form:
    """Values as a person would type them."""
    return {name: FormField(text=_text(value)) for name, value in clinical.items()}


def said(context: Mapping[str, object]) -> Said:
    """Dates, treatment and stage.

    Raises: InputError: an unknown key, or a value of another type.
    """
    try:
        return typed(Said, dict(context))
    except TypedValueError as error:
        known = ", ".join(Said.__dataclass_fields__)
        isKnown = error.place in Said.__dataclass_fields__
        raise InputError(
            Subject(SubjectKind.CONTEXT),
            f"{error.place} {error.rule}" if isKnown else f"its keys must be any of {known}",
            got=repr(context[error.place] if isKnown else error.place)[:LONGEST_SHOWN],
            remedy="correct it, or leave it out",
        ) from error


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write(scoring: ScoreInput, answer: ScoreAnswer) -> None:
    """The result as nodes."""
    from TACEResponseLib.basics.terms import ImageSequence
    from TACEResponseLib.scene.case_nodes import CaseNodes
    from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes

    volumes = {ImageSequence(s): node for s, node in scoring.images.items()}
    nodes = CaseNodes(case_id=scoring.caseId, volumes=volumes, segmentation=scoring.segmentation)
    written = prediction_to_nodes(slicer.mrmlScene, nodes, answer.prediction)
    written.record.SetAttribute(DIGEST_ATTRIBUTE, answer.digest)
