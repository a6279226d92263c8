"""The model in use, kept loaded between scores."""

from pathlib import Path
from time import perf_counter
from typing import Literal

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.bundle.finding import find_bundle

Device = Literal["auto", "cpu", "cuda"]


class WarmModel:
    """One model at a time; a large one may fill the memory."""

    def __init__(self, device: Device) -> None:
        """Hold none yet."""
        self._device = device
        self._stamp = ""
        """Path and files of the one that is held."""
        self._bundle: Bundle | None = None

    def bundle(self, model: str, tell: Progress) -> tuple[Bundle, float]:
        """A loaded model and the seconds that took; the one before it is dropped.

        A model that was changed or removed on disk since is found out by its checksums.
        """
        path = find_bundle(model)
        stamp = f"{path}@{_stamp(path)}"
        if self._bundle is not None and stamp == self._stamp:
            return self._bundle, 0.0
        tell("loading the model")
        start = perf_counter()
        bundle = load_bundle(path, device=self.device())
        self._stamp, self._bundle = stamp, bundle
        return bundle, perf_counter() - start

    @property
    def held(self) -> Bundle | None:
        """The model that was used last; nothing is loaded for it."""
        return self._bundle

    def device(self) -> str:
        """Where networks run."""
        from TACEResponseLib.basics.process.device import choose_device

        return choose_device(self._device)


def _stamp(path: Path) -> str:
    """Changes when a file of the bundle does."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return ",".join(f"{p.stat().st_mtime_ns}:{p.stat().st_size}" for p in files)
