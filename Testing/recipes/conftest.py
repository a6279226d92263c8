"""Work in the process of the test."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from typing import Any

import pytest


class Here(Executor):
    """Does the work in this process: a small training costs less than starting another."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # a future keeps whatever is raised
            future.set_exception(error)
        return future


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("worker_pool", "training"):
        monkeypatch.setattr(f"TACEResponseLib.{place}.workers", lambda _jobs: nullcontext(Here()))
