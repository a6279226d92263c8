"""One scoring, from the nodes of a case to the nodes of its result; no widget takes part."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Scored
from TACEResponseLib.worker.requests import Score
from TACEResponseLib.worker.shapes import Form, HandedSegment, Said
from TACEResponsePanel.process.handover import Handover, gridToken, imageToken
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.segment_reader import SegmentReader
from TACEResponsePanel.process.worker_client import WorkerClient

if TYPE_CHECKING:
    from TACEResponseLib.result.prediction import Prediction


@dataclass(frozen=True, kw_only=True)
class ScoreInput:
    """What is scored."""

    caseId: str
    model: str
    """Name or path."""
    modelDigest: str = ""
    """Of its files, as they were when it was listed."""
    images: dict[str, Any]
    """Volume node by sequence."""
    segmentation: Any
    segmentIds: list[str]
    form: Form = field(default_factory=dict)
    """Clinical texts with their units."""
    context: Said = field(default_factory=Said)
    isLargeLesionMeant: bool = False
    reader: SegmentReader = field(default_factory=SegmentReader)
    """Remembers segments between turns."""

    @property
    def modelName(self) -> str:
        """The name of its folder: a scene needn't tell where that lies."""
        return Path(self.model).name

    def content(self, *, isOrdered: bool = True) -> str:
        """Names what a saved scene keeps of it; equal after the scene was opened again.

        Args:
            isOrdered: whether another order of the segments is another content.
        Raises: InputError: a segment is empty or can't be used.
        """
        digest = hashlib.sha256()
        segments = [self.reader.digest(self.segmentation, one) for one in self.segmentIds]
        for segment in segments if isOrdered else sorted(segments):
            digest.update(segment.encode())
        typed = sorted((name, f.text, f.unit) for name, f in self.form.items())
        grids = sorted((sequence, gridToken(node)) for sequence, node in self.images.items())
        said = sorted((key, str(value)) for key, value in asdict(self.context).items())
        digest.update(repr((self.modelName, typed, grids, said)).encode())
        return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class ScoreAnswer:
    """What came back."""

    prediction: "Prediction"
    """Its maps are cut to what isn't zero."""
    content: str
    """`ScoreInput.content` of what was scored."""
    anyOrder: str
    """The same, whatever the order of the segments."""
    voxels: dict[str, str]
    """Digest of each image's voxels."""
    digest: str
    """Names the result that the process keeps; a report is asked for by it."""
    seconds: dict[str, float]
    """Of the panel's own stages; the prediction has the process' stages."""


class ScoreRun:
    """Hands the case over, scores it, and reads the answer; once."""

    def __init__(
        self,
        client: WorkerClient,
        handover: Handover,
        scoring: ScoreInput,
        done: Callable[[ScoreAnswer], None],
        failed: Callable[[Problem], None],
        progress: Callable[[str], None],
    ) -> None:
        """Know everything; `start` does it. One of `done` and `failed` is called, once."""
        self._client, self._handover, self._input = client, handover, scoring
        self._done, self._failed, self._progress = done, failed, progress
        self._tokens: dict[str, str] = {}
        self._segments: tuple[HandedSegment, ...] = ()
        self._seconds: dict[str, float] = {}
        self._isOver = False

    def start(self) -> None:
        """Begin with the images; those that were handed over before cost nothing."""
        from TACEResponseLib.basics.errors import InputError

        self._began = time.perf_counter()
        try:
            self._client.start()
            self._content = self._input.content()
            self._anyOrder = self._input.content(isOrdered=False)
            self._segments = self._handover.segments(
                self._input.segmentation, self._input.segmentIds
            )
            self._handover.hold(self._segments)
        except InputError as error:
            self._end(Problem.of(error))
            return
        except OSError as error:
            words = _("The case can't be handed over: {reason}.")
            self._end(Problem(words.format(reason=error.strerror)))
            return
        self._seconds["segments"] = time.perf_counter() - self._began
        self._progress(_("handing over the image"))
        for sequence, node in self._input.images.items():
            self._handover.image(sequence, node, partial(self._arrived, sequence), self._end)

    def abandon(self) -> None:
        """Tell nobody anything any more."""
        self._finish()

    def _arrived(self, sequence: str, token: str) -> None:
        """When every image is there, score."""
        self._tokens[sequence] = token
        if self._isOver or len(self._tokens) < len(self._input.images):
            return
        self._seconds["images"] = time.perf_counter() - self._began - self._seconds["segments"]
        request = Score(
            model=self._input.model,
            case_id=self._input.caseId,
            images=dict(self._tokens),
            segments=self._segments,
            form=self._input.form,
            context=self._input.context,
            large_roi=self._input.isLargeLesionMeant,
            folder=str(self._handover.folder),
        )
        self._client.ask(request, self._answered, self._end, self._progress)

    def _answered(self, answer: Scored) -> None:
        """Read the result; a case that changed meanwhile would get another's map."""
        from TACEResponseLib.basics.errors import InputError

        if self._isOver:
            return
        try:
            if self._isChanged():
                words = _("The images or the lesion changed while scoring; score again.")
                self._end(Problem(words))
                return
            prediction = _prediction(answer)
        except InputError as error:
            self._end(Problem.of(error))
            return
        self._finish()
        self._seconds["whole"] = time.perf_counter() - self._began
        self._done(
            ScoreAnswer(
                prediction=prediction,
                content=self._content,
                anyOrder=self._anyOrder,
                voxels=self._voxels(),
                digest=answer.digest,
                seconds=dict(self._seconds),
            )
        )

    def _voxels(self) -> dict[str, str]:
        """Of the images, which are those that were handed over."""
        return {s: self._handover.voxels(s, node) for s, node in self._input.images.items()}

    def _isChanged(self) -> bool:
        """Whether a node was removed or an image altered since."""
        nodes = [*self._input.images.values(), self._input.segmentation]
        if any(node.GetScene() is None for node in nodes):
            return True
        return any(
            imageToken(sequence, node) != self._tokens[sequence]
            for sequence, node in self._input.images.items()
        )

    def _end(self, problem: Problem) -> None:
        if self._isOver:
            return
        self._finish()
        self._failed(problem)

    def _finish(self) -> None:
        """The files of the segments aren't needed any more."""
        self._isOver = True
        self._handover.release(self._segments)


def _prediction(answer: Scored) -> "Prediction":
    """The prediction with its maps; their files are removed."""
    from TACEResponseLib.basics.reading.json_reading import parse_json
    from TACEResponseLib.basics.terms import ImageSequence
    from TACEResponseLib.result.record_reading import prediction_from_record
    from TACEResponseLib.worker.exchange import read_volume

    maps = {}
    for saved in answer.maps:
        maps[saved.branch, ImageSequence(saved.sequence)] = read_volume(saved.image)
        Path(saved.image.path).unlink(missing_ok=True)
    return prediction_from_record(parse_json(answer.record, "prediction.json"), maps)
