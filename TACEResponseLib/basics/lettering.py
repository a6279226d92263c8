"""Letters of every script in a picture, as far as this machine has fonts for them."""

import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from TACEResponseLib.basics.plain_text import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST = "DejaVu Sans"
"""It comes with matplotlib, so that a picture without other letters has the same bytes anywhere."""
# Of Windows, macOS and Linux, for what the first one lacks: Chinese, Japanese, Korean and others.
OTHERS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "PingFang SC",
    "Hiragino Sans",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Yu Gothic",
    "MS Gothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "Nirmala UI",
    "Leelawadee UI",
    "Noto Sans Thai",
    "Noto Sans Devanagari",
    "Arial Unicode MS",
)
# Says that what follows runs from left to right; it has no width, and FIRST has it.
MARK = "\N{LEFT-TO-RIGHT MARK}"
# Letters by the way they run, as `_ways` writes them: a stretch of a script that runs from right to
# left, with what stands inside it and the signs on its last letter.
STRETCH = re.compile("R(?:[^L]*R)?M*")
WAYS = {"L": "L", "R": "R", "AL": "R", "NSM": "M"}


@contextmanager
def lettering() -> Iterator[None]:
    """Draw and save inside this: other fonts stand in, and a letter that none has is an empty box.

    Matplotlib would warn of each such letter, which helps nobody who has no other font.
    """
    from matplotlib import font_manager, rc_context

    installed = {font.name for font in font_manager.fontManager.ttflist}
    fonts = [FIRST, *(name for name in OTHERS if name in installed)]
    with (
        rc_context({"font.family": "sans-serif", "font.sans-serif": fonts}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from", UserWarning)
        yield


def readable(text: str) -> str:
    """Text as a picture should have it: no control turns it round, and no name tears it.

    Matplotlib lays a line out by its first letter: one that begins with an Arabic or Hebrew name
    would run from right to left, the name's interval and number of patients with it. Source: UAX 9.
    """
    return "\n".join(_line(line) for line in printable(text.replace(MARK, "")).split("\n"))


def make_readable(figure: "Figure") -> None:
    """Every text of a drawn figure, before it is saved."""
    from matplotlib.text import Text

    for artist in figure.findobj(Text):
        assert isinstance(artist, Text)
        if (text := readable(artist.get_text())) != artist.get_text():
            artist.set_text(text)


def _line(line: str) -> str:
    """Each stretch between marks, so that nothing beside it joins it."""
    stretches = [match.span() for match in STRETCH.finditer(_ways(line))]
    for start, end in reversed(stretches):
        line = f"{line[:start]}{MARK}{line[start:end]}{MARK}{line[end:]}"
    return line


def _ways(line: str) -> str:
    """A letter for each: runs to the right, to the left, stands on another, or neither."""
    return "".join(WAYS.get(unicodedata.bidirectional(letter), "-") for letter in line)
