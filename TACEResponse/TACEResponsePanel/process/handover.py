"""Gives images and segments of the scene to the background process, without a pause in the panel.

An image is copied a slab a timer tick, and once only for as long as it doesn't change.
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import vtk
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import TakenOver
from TACEResponseLib.worker.requests import TakeImage
from TACEResponseLib.worker.shapes import HandedSegment
from TACEResponsePanel.process.image_copy import ImageCopy
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.segment_reader import SegmentReader, numbers, worldKey
from TACEResponsePanel.process.worker_client import WorkerClient

if TYPE_CHECKING:
    from TACEResponseLib.basics.writing.drafts import Draft


class Handover:
    """A folder that both processes know, and what lies in it."""

    def __init__(self, client: WorkerClient) -> None:
        """Hand over to a client's process."""
        self._client = client
        self._draft: Draft | None = None
        self._sent: dict[str, tuple[int, str]] = {}
        self._copying: dict[str, ImageCopy] = {}
        self._voxels: dict[str, tuple[str, str]] = {}
        """Digest of an image's voxels with the token that it had then, by sequence."""
        self._held: list[str] = []
        """Files of segments that are being scored: no other segments take their place."""
        self._turn = 0
        """An answer to what was handed over before a `forget` counts for nothing."""
        self.reader = SegmentReader()
        client.died.connect(self.forget)

    @property
    def folder(self) -> Path:
        """The exchange folder; made when first asked for."""
        if self._draft is None or not self._draft.path.is_dir():
            from TACEResponseLib.basics.writing.drafts import Draft

            # A crash of the application leaves it; the next start removes it.
            self._draft = Draft(Path(tempfile.gettempdir()), "exchange")
            self._sent = {}
        return self._draft.path

    def forget(self) -> None:
        """The process is a new one, or the case is: everything must be handed over again."""
        stopped, self._copying = self._copying, {}
        self._turn += 1
        self._sent = {}
        for copy in stopped.values():
            copy.giveUp()

    def closeCase(self) -> None:
        """Nothing of this case may serve another: neither here nor in the process."""
        self.forget()
        self.reader.forget()
        self._client.forget()

    def voxels(self, sequence: str, node: Any) -> str:
        """Digest of an image's voxels; empty until the image, as it is now, was handed over."""
        token, digest = self._voxels.get(sequence, ("", ""))
        return digest if token == imageToken(sequence, node) else ""

    def close(self) -> None:
        """Remove the folder and what is in it."""
        self.forget()
        if self._draft is not None:
            self._draft.remove()
            self._draft = None

    def image(
        self,
        sequence: str,
        node: Any,
        done: Callable[[str], None],
        failed: Callable[[Problem], None],
    ) -> None:
        """Make sure that the process has an image as it is now; `done` is told its token."""
        token = imageToken(sequence, node)
        if self._sent.get(sequence) == (self._client.generation, token):
            done(token)
            return
        running = self._copying.get(sequence)
        if running is not None and running.token == token:
            running.waiting.append((done, failed))
            return
        if running is not None:
            running.giveUp()
        copy = ImageCopy(self.folder, token, node, lambda c: self._copied(sequence, c))
        copy.waiting.append((done, failed))
        self._copying[sequence] = copy
        copy.start()

    def finish(self) -> None:
        """Copy whatever is under way to its end now, as scripts do that have no event loop."""
        for copy in tuple(self._copying.values()):
            copy.finish()

    def segments(self, node: Any, segmentIds: list[str]) -> tuple[HandedSegment, ...]:
        """Write segments as they lie in the world; small, so at once, and once a change.

        Raises: InputError: a segment is empty or can't be used.
        """
        from TACEResponseLib.worker.exchange import grid_message

        handed = []
        for number, segmentId in enumerate(segmentIds):
            part = self.reader.part(node, segmentId)
            path = self.folder / f"segment_{number}_{self.reader.digest(node, segmentId)[:12]}.npy"
            if not path.is_file():
                np.save(path, part.mask.astype(np.uint8), allow_pickle=False)
            handed.append(HandedSegment(path=str(path), geometry=grid_message(part.geometry)))
        self._removeOld(handed)
        return tuple(handed)

    def hold(self, segments: Sequence[HandedSegment]) -> None:
        """Keep what `segments` wrote until `release`, whatever is drawn or ticked meanwhile."""
        self._held += [segment.path for segment in segments]

    def release(self, segments: Sequence[HandedSegment]) -> None:
        """What was held may go when other segments are handed over."""
        for segment in segments:
            with suppress(ValueError):
                self._held.remove(segment.path)

    def _removeOld(self, handed: Sequence[HandedSegment]) -> None:
        """Segments' earlier contents; whoever measures them is told anew."""
        inUse = {*self._held, *(segment.path for segment in handed)}
        for path in self.folder.glob("segment_*.npy"):
            if str(path) not in inUse:
                path.unlink(missing_ok=True)

    def _copied(self, sequence: str, copy: "ImageCopy") -> None:
        """The voxels are on disk: tell the process."""
        generation, turn = self._client.generation, self._turn
        if copy.problem is None:
            self._voxels[sequence] = (copy.token, copy.digest)

        def done(_answer: TakenOver) -> None:
            if turn != self._turn:
                failed(Problem(_("The image was not handed over to its end; score again.")))
                return
            self._end(sequence, copy)
            self._sent[sequence] = (generation, copy.token)
            for onDone, _onFailed in copy.waiting:
                onDone(copy.token)

        def failed(problem: Problem) -> None:
            self._end(sequence, copy)
            for _onDone, onFailed in copy.waiting:
                onFailed(problem)

        if copy.problem is not None:
            failed(copy.problem)
        elif copy.image is not None:
            request = TakeImage(sequence=sequence, token=copy.token, image=copy.image)
            self._client.ask(request, done, failed)

    def _end(self, sequence: str, copy: "ImageCopy") -> None:
        """The process has read the file, or never will."""
        copy.path.unlink(missing_ok=True)
        if self._copying.get(sequence) is copy:
            del self._copying[sequence]


def imageToken(sequence: str, node: Any) -> str:
    """Names an image as it is now: its voxels, its grid and where its transforms put it."""
    image = node.GetImageData()
    stamp = image.GetMTime() if image is not None else 0
    return f"{sequence}:{node.GetID()}:{stamp}:{gridToken(node)}"


def gridToken(node: Any) -> str:
    """Names where an image lies, its transforms included."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return f"{numbers(matrix)}:{worldKey(node)}"
