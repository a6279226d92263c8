"""Jobs done in the process of the test; the result is the same, and others are slow to start."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.basics.vocabulary import speak, vocabulary


def one_thread(_jobs: int) -> ThreadPoolExecutor:
    """A pool that names inputs as its caller does."""
    return ThreadPoolExecutor(1, initializer=speak, initargs=(vocabulary(),))


def stay_in_process(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone."""
    patch.setattr(worker_pool, "workers", one_thread)
