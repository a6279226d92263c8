"""Jobs done in the process of the test; the result is the same, and others are slow to start."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from TACEResponseLib.basics.process import worker_pool


def stay_in_process(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone."""
    patch.setattr(worker_pool, "workers", lambda _jobs: ThreadPoolExecutor(1))
