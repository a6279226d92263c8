"""Workers die with their parent and with one another, and no pool waits for a dead one."""

import os
import time
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

import pytest

from TACEResponseLib.basics.process.endings import watched
from TACEResponseLib.basics.process.worker_pool import workers


def wait_beside_one_that_dies() -> None:
    with watched(), workers(2) as pool:
        waiting = pool.submit(time.sleep, 60)
        pool.submit(os._exit, 1)
        waiting.result()


def stop_in_the_middle(pids: list[int]) -> None:
    with workers(1) as pool:
        pids.append(pool.submit(os.getpid).result())
        pool.submit(time.sleep, 60)
        raise RuntimeError("stop")


def test_a_worker_that_dies_takes_the_pool_along() -> None:
    start = time.monotonic()
    with pytest.raises(BrokenProcessPool):
        wait_beside_one_that_dies()
    assert time.monotonic() - start < 30


def test_the_death_of_a_worker_that_started_late_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Python has looked at the workers it knows, and waits, before this one is there.
    start_worker = ProcessPoolExecutor._spawn_process

    def start_late(pool: ProcessPoolExecutor) -> None:
        time.sleep(0.5)
        start_worker(pool)

    monkeypatch.setattr(ProcessPoolExecutor, "_spawn_process", start_late)
    test_a_worker_that_dies_takes_the_pool_along()


def test_a_failure_ends_workers_in_the_middle_of_their_work() -> None:
    start = time.monotonic()
    pids: list[int] = []
    with pytest.raises(RuntimeError, match="stop"):
        stop_in_the_middle(pids)
    assert time.monotonic() - start < 30
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
