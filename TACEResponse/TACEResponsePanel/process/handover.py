"""Gives images and segments of the scene to the background process, without a pause in the panel.

An image is copied a slab a timer tick, and once only for as long as it doesn't change.
"""

import hashlib
import itertools
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import qt
import vtk
from slicer.i18n import tr as _

from TACEResponseLib.worker.requests import TakeImage
from TACEResponseLib.worker.shapes import HandedImage, HandedSegment
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.segment_reader import SegmentReader, numbers, worldKey
from TACEResponsePanel.process.worker_client import WorkerClient

NUMBERS = itertools.count(1)
"""Of copies, in the names of their files."""
SLAB_BYTES = 16_000_000
"""Copied within some 20 ms."""
WHOLE = "<i2"
"""How scanners store CT; the same numbers as float are the same image."""


class Handover:
    """A folder that both processes know, and what lies in it."""

    def __init__(self, client: WorkerClient) -> None:
        """Hand over to a client's process."""
        self._client = client
        self._draft: Any = None
        self._sent: dict[str, tuple[int, str]] = {}
        self._copying: dict[str, _Copy] = {}
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
        copy = _Copy(self.folder, token, node, lambda c: self._copied(sequence, c))
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
        from TACEResponseLib.worker.exchange import grid_of

        handed = []
        for number, segmentId in enumerate(segmentIds):
            part = self.reader.part(node, segmentId)
            path = self.folder / f"segment_{number}_{self.reader.digest(node, segmentId)[:12]}.npy"
            if not path.is_file():
                np.save(path, part.mask.astype(np.uint8), allow_pickle=False)
            handed.append(HandedSegment(path=str(path), geometry=grid_of(part.geometry)))
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

    def _copied(self, sequence: str, copy: "_Copy") -> None:
        """The voxels are on disk: tell the process."""
        generation, turn = self._client.generation, self._turn
        if copy.problem is None:
            self._voxels[sequence] = (copy.token, copy.digest)

        def done(_answer: Any) -> None:
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

    def _end(self, sequence: str, copy: "_Copy") -> None:
        """The process has read the file, or never will."""
        copy.path.unlink(missing_ok=True)
        if self._copying.get(sequence) is copy:
            del self._copying[sequence]


class _Copy:
    """One image on its way to a file."""

    def __init__(
        self, folder: Path, token: str, node: Any, finished: Callable[["_Copy"], None]
    ) -> None:
        self.token = token
        # Of its own: the answer to an earlier copy of the same image removes that one's file.
        self.path = folder / f"image_{next(NUMBERS)}.npy"
        self.image: HandedImage | None = None
        self.problem: Problem | None = None
        self._hashes: dict[str, Any] = {}
        """Of the voxels as they are stored, and as whole numbers for as long as they are whole."""
        self.waiting: list[tuple[Callable[[str], None], Callable[[Problem], None]]] = []
        self._node = node
        self._finished = finished
        self._next = 0
        self._file: Any = None
        self._timer = qt.QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tick)

    @property
    def digest(self) -> str:
        """Names the voxels that were copied, in whatever type a file had stored them."""
        return str(self._hashes[min(self._hashes, key=WHOLE.__ne__)].hexdigest())

    def start(self) -> None:
        """Say what will come and begin."""
        from TACEResponseLib.basics.errors import InputError
        from TACEResponseLib.scene.volumes import image_description
        from TACEResponseLib.worker.exchange import handed_image

        try:
            voxels, geometry, acquisition = image_description(self._node)
            self._voxels = voxels
            self.image = handed_image(geometry, acquisition, self.path)
            # Written, not mapped: a mapped file on a full disk would end the application.
            self._file = self.path.open("wb")
            header = np.lib.format.header_data_from_array_1_0(voxels)
            np.lib.format.write_array_header_1_0(self._file, header)
            for kind in {WHOLE, voxels.dtype.str}:
                named = {**header, "descr": kind}
                self._hashes[kind] = hashlib.blake2b(digest_size=16)
                self._hashes[kind].update(repr(sorted(named.items())).encode())
        except InputError as error:
            self._end(Problem.of(error))
            return
        except OSError as error:
            self._end(_cannot(error))
            return
        slices = max(1, SLAB_BYTES // max(1, voxels[0].nbytes))
        self._slices = int(slices)
        self._timer.start()

    def finish(self) -> None:
        """Copy the rest at once."""
        while self._timer.isActive():
            self._tick()

    def giveUp(self) -> None:
        """Stop, and tell those who wait; a script would wait for ever."""
        self.stop()
        waiting, self.waiting = self.waiting, []
        for _onDone, onFailed in waiting:
            onFailed(Problem(_("The image was not handed over to its end; score again.")))

    def stop(self) -> None:
        """Copy no more."""
        self._timer.stop()
        self._voxels = None
        if self._file is not None:
            # What is still buffered may find no room either; the copy is void then anyway.
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _tick(self) -> None:
        """Copy one slab."""
        if self._node.GetScene() is None:
            gone = _("The image was removed while it was handed over; choose it again.")
            self._end(Problem(gone))
            return
        end = min(self._next + self._slices, len(self._voxels))
        try:
            slab = np.ascontiguousarray(self._voxels[self._next : end])
            self._digest(slab)
            self._file.write(slab.data)
            self._file.flush()
        except OSError as error:
            self._end(_cannot(error))
            return
        self._next = end
        if end == len(self._voxels):
            self._end(None)

    def _digest(self, slab: np.ndarray) -> None:
        """Take the voxels of a slab into the digests."""
        if slab.dtype.str in self._hashes:
            self._hashes[slab.dtype.str].update(slab.data)
        if WHOLE in self._hashes and slab.dtype.str != WHOLE:
            with np.errstate(invalid="ignore"):
                whole = slab.astype(WHOLE)
            if np.array_equal(whole, slab):
                self._hashes[WHOLE].update(whole.data)
            else:
                del self._hashes[WHOLE]

    def _end(self, problem: Problem | None) -> None:
        self.stop()
        self.problem = problem
        self._finished(self)


def _cannot(error: OSError) -> Problem:
    """Why an image can't be handed over, and what helps."""
    words = _("The image can't be handed over: {reason}; make room in {folder} and score again.")
    return Problem(words.format(reason=error.strerror or error, folder=tempfile.gettempdir()))


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
