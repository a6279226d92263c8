"""The state of a training on disk: one file, whole or not there, of plain numbers and tensors."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from TACEResponseLib.basics.writing.whole_file import whole_file

FILE = "epoch.pt"


def write_checkpoint(state: Mapping[str, Any], folder: Path) -> None:
    """Write the state of a training; a kill leaves the last file or this one, never half of it.

    Args:
        state: tensors, numbers, words, lists and dictionaries of them.
        folder: of this training alone; made when needed.
    """
    import torch

    with whole_file(folder / FILE) as file:
        writer = _Writer(file)
        try:
            torch.save(dict(state), cast("IO[bytes]", writer))
        except RuntimeError as error:
            raise writer.error or error from error


class _Writer:
    """Keeps the system's error, for which torch has a word of its own that says nothing."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Hand the bytes on."""
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._file.flush()


def read_checkpoint(folder: Path, digest: str) -> dict[str, Any] | None:
    """The state of the same training, on the CPU.

    Args:
        folder: as given to `write_checkpoint`.
        digest: of what is trained; it must stand in the state under `digest`.
    Returns: `None` where there is none, or one that is damaged or of another training: then the
        training starts anew, which gives the same weights.
    """
    import pickle

    import torch

    try:
        # Refuses whatever would run code.
        state = torch.load(folder / FILE, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError):
        return None
    if not isinstance(state, dict) or state.get("digest") != digest:
        return None
    return state
