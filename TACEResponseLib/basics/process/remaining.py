"""How long it will still take: what is left at the pace so far."""

from collections.abc import Callable
from time import monotonic

from TACEResponseLib.basics.process.progress import Progress


class Remaining:
    """Counts equal steps and tells progress after each, with the time that is left."""

    def __init__(
        self, title: str, total: int, progress: Progress, clock: Callable[[], float] = monotonic
    ) -> None:
        """Begin to count.

        Args:
            title: what a step is.
            total: how many there are.
            progress: told after each.
            clock: seconds.
        """
        self._title, self._total, self._progress, self._clock = title, total, progress, clock
        self._start = clock()
        self._done = 0

    def step(self, remark: str = "") -> None:
        """One more is done."""
        self._done += 1
        left = (self._clock() - self._start) / self._done * (self._total - self._done)
        estimate = f", about {duration_in_words(left)} left" if self._done < self._total else ""
        self._progress(f"{self._title} {self._done} of {self._total}{remark}{estimate}")


def duration_in_words(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
