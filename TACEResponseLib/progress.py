"""Progress of long steps on stderr; silent when nobody sits at a terminal."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOG = logging.getLogger("taceresponse")
Progress = Callable[[str], None]
"""Called with the name of each stage as it begins."""


def silent(_stage: str) -> None:
    """Progress that nobody watches."""


@contextmanager
def shown(title: str) -> Iterator[Progress]:
    """A progress function that shows the stage with the time it takes, on a terminal only."""
    if not sys.stderr.isatty():
        yield logged
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)

        def show(stage: str) -> None:
            bar.update(task, description=f"{title}: {stage}")
            logged(stage)

        yield show


def logged(stage: str) -> None:
    """Tell the log alone."""
    LOG.info("%s", stage)
