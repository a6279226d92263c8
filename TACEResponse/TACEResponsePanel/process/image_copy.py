"""Copies one image into a file, a slab a timer tick, and names what it held."""

import hashlib
import itertools
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import qt
from slicer.i18n import tr as _

from TACEResponseLib.worker.shapes import HandedImage
from TACEResponsePanel.process.problem import Problem

if TYPE_CHECKING:
    from TACEResponseLib.imaging.volume import Voxels

NUMBERS = itertools.count(1)
"""Of copies, in the names of their files."""
SLAB_BYTES = 16_000_000
"""Copied within some 20 ms."""
WHOLE = "<i2"
"""How scanners store CT; the same numbers as float are the same image."""


class ImageCopy:
    """One image on its way to a file."""

    def __init__(
        self, folder: Path, token: str, node: Any, finished: Callable[["ImageCopy"], None]
    ) -> None:
        """Know everything; `start` begins, and `finished` is called once it is over."""
        self.token = token
        # Of its own: the answer to an earlier copy of the same image removes that one's file.
        self.path = folder / f"image_{next(NUMBERS)}.npy"
        self.image: HandedImage | None = None
        self.problem: Problem | None = None
        self._hashes: dict[str, hashlib.blake2b] = {}
        """Of the voxels as they are stored, and as whole numbers for as long as they are whole."""
        self.waiting: list[tuple[Callable[[str], None], Callable[[Problem], None]]] = []
        self._node = node
        self._finished = finished
        self._next = 0
        self._file: IO[bytes] | None = None
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
            self._voxels: Voxels | None = voxels
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
        if self._voxels is None or self._file is None:  # stopped
            return
        count = len(self._voxels)
        end = min(self._next + self._slices, count)
        try:
            slab = np.ascontiguousarray(self._voxels[self._next : end])
            self._digest(slab)
            self._file.write(slab.data)
            self._file.flush()
        except OSError as error:
            self._end(_cannot(error))
            return
        self._next = end
        if end == count:
            self._end(None)

    def _digest(self, slab: "Voxels") -> None:
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
