"""The way out to a terminal: whatever is printed there is seen, not obeyed."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from TACEResponseLib.basics.plain_text import printable


class PrintableStream:
    """A text stream that writes control characters as visible escapes; else the stream itself."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self.raw = stream

    def write(self, text: str) -> int:
        """Write text; its own length is told, as of any stream."""
        self.raw.write(printable(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's."""
        return getattr(self.raw, name)


@contextmanager
def printable_output() -> Iterator[None]:
    """Within this, nothing that comes from a file, a header or a table moves the cursor.

    Both streams are wrapped, so that argparse, the log and other libraries pass here too.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (PrintableStream(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def raw_stderr() -> TextIO:
    """The stream behind the wrapped one, for those who move the cursor themselves."""
    stream = sys.stderr
    return stream.raw if isinstance(stream, PrintableStream) else stream
