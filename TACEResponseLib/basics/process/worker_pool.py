"""Worker processes of one thread each; the result of what they do doesn't depend on their number.

Two processes of one thread beat two of two, and sums come out alike in every one.
"""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import ParamSpec, TypeVar

from TACEResponseLib.basics.process import endings
from TACEResponseLib.basics.vocabulary import Vocabulary, speak, vocabulary
from TACEResponseLib.basics.writing import drafts

WARNINGS = "PYTHONWARNINGS"
# Read by OpenMP and the linear algebra libraries when a process loads them.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

LAST_SECONDS = 0.5
"""A killed process is gone in less."""


class _WatchedPool(ProcessPoolExecutor):
    """Python's pool, which hears the death of each worker.

    Python wakes the thread that waits for deaths before it starts the worker of a new item
    (``ProcessPoolExecutor.submit`` of 3.11 and 3.12), so that one may wait without the newest and
    the pool for an answer that never comes. It is woken once more, when the worker is there.
    """

    def submit(
        self,
        fn: Callable[Arguments, Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Future[Result]:
        future = super().submit(fn, *args, **kwargs)
        if (waiting := self._executor_manager_thread_wakeup) is not None:
            waiting.wakeup()
        return future


@contextmanager
def workers(jobs: int) -> Iterator[Executor]:
    """Fresh processes: forked ones would inherit torch's locked threads.

    None outlives this process or the block: on any failure they are killed in the middle of
    whatever they do, and each watches its parent.
    """
    context = get_context("spawn")
    others = set(active_children())

    def kill() -> None:
        for process in (ours := set(active_children()) - others):
            process.kill()
        for process in ours:
            process.join(LAST_SECONDS)
        if ours:
            # What they had among the temporary files.
            drafts.sweep(Path(tempfile.gettempdir()))

    with (
        _environment_of_workers(),
        endings.also(kill),
        endings.left_to_the_watch(),
        _WatchedPool(
            jobs, mp_context=context, initializer=_begin, initargs=(vocabulary(),)
        ) as pool,
    ):
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            kill()
            raise


def _begin(words: Vocabulary) -> None:
    """In a worker: end with the parent, and name inputs as its reader knows them."""
    end_with_parent()
    speak(words)


def end_with_parent() -> None:
    """In a worker: leave signals of the terminal to the parent, and end when that has died."""
    for number in endings.SIGNALS:
        if number != signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        # Blocked since before the start; SIGTERM is how a pool ends the rest when one has died.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, endings.SIGNALS)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    """Wait for the parent's death, as parents that are killed tell nobody."""
    wait([sentinel])
    os._exit(1)


@contextmanager
def _environment_of_workers() -> Iterator[None]:
    """One thread each, which must stand before they load anything.

    The process that minds Python's semaphores warns of those that a killed program leaves, and
    removes them; the user can do nothing about either.
    """
    names = (*THREAD_VARIABLES, WARNINGS)
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    quiet = "ignore:resource_tracker:UserWarning"
    os.environ[WARNINGS] = ",".join(filter(None, (before[WARNINGS], quiet)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def default_jobs() -> int:
    """Every core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
