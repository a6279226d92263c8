"""Progress of long steps on stderr; silent when nobody sits at a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from TACEResponseLib.basics.log import LOG
from TACEResponseLib.basics.plain_text import one_line
from TACEResponseLib.basics.process.terminal import raw_stderr

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

    # Without markup: a name that holds `[red]` is a name.
    words = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), words, TimeElapsedColumn())
    console = Console(file=raw_stderr())
    # What others print meanwhile goes through the printable streams and not round them.
    with Bar(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(title)

        def show(stage: str) -> None:
            bar.update(task, description=one_line(f"{title}: {stage}"))
            logged(stage)

        yield show


def logged(stage: str) -> None:
    """Tell the log alone."""
    LOG.info("%s", stage)
