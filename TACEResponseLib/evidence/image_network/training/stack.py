"""Patches of many patients in one array that may be larger than the memory."""

from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

# A few hundred patients' patches of a tumor; whole slices of twenty patients.
IN_MEMORY_BYTES = 2**28


class Stack:
    """Arrays put one behind the other: in memory, and beyond a size in a file that has no name.

    The file is mapped, so that a reader sees an array, and the system can drop its pages when
    memory grows scarce.
    """

    def __init__(self, folder: Path | None = None, limit: int = IN_MEMORY_BYTES) -> None:
        """Begin empty.

        Args:
            folder: where the file lies; the system's temporary folder if not given.
            limit: bytes that are held in memory.
        """
        self._folder, self._limit = folder, limit
        self._waiting: list[NDArray[np.float32]] = []
        self._waiting_bytes, self._rows = 0, 0
        self._shape: tuple[int, ...] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; the system removes it when no array is mapped to it any more."""
        if self._file is not None:
            self._file.close()

    def add(self, array: NDArray[np.float32]) -> None:
        """Put an array (n, ...) behind the others.

        Raises: ValueError: rows of another shape.
        """
        if self._shape is not None and array.shape[1:] != self._shape:
            raise ValueError(f"rows must be of shape {self._shape}, got {array.shape[1:]}")
        self._shape = array.shape[1:]
        self._rows += len(array)
        self._waiting.append(np.asarray(array, dtype=np.float32))
        self._waiting_bytes += self._waiting[-1].nbytes
        if self._waiting_bytes > self._limit:
            self._spilled()

    def array(self) -> NDArray[np.float32]:
        """All rows; what is written into it stays with the caller.

        Raises: ValueError: nothing was added.
        """
        if self._shape is None:
            raise ValueError("a stack must hold an array")
        if self._file is None:
            return np.concatenate(self._waiting)
        file = self._spilled()
        file.flush()
        return np.memmap(file, np.float32, "c", shape=(self._rows, *self._shape))

    def _spilled(self) -> IO[bytes]:
        """The file, with all that waited in memory."""
        if self._file is None:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._file = TemporaryFile(prefix="patches-", dir=self._folder)  # noqa: SIM115, closed on exit
        for array in self._waiting:
            self._file.write(np.ascontiguousarray(array).data)
        self._waiting, self._waiting_bytes = [], 0
        return self._file
