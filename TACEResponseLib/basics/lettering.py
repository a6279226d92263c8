"""Letters of every script in a picture, as far as this machine has fonts for them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

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
