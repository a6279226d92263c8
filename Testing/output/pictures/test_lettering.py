"""Names in any script are drawn without a warning; of plain letters the bytes don't change."""

import io

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from TACEResponseLib.basics.lettering import FIRST, MARK, lettering, make_readable, readable
from TACEResponseLib.validation.style.figure import style


def drawn(text: str) -> bytes:
    figure = Figure(figsize=(3, 1), dpi=50)
    FigureCanvasAgg(figure)
    figure.add_subplot(title=text).set_xticks([0, 1], [text, "plain"])
    picture = io.BytesIO()
    figure.savefig(picture, metadata={"Software": None})
    return picture.getvalue()


@pytest.mark.parametrize("text", ["\u60a3\u8005\u4e00", "\ud658\uc790", "\u60a3\u8005\u3042", "P1"])
@pytest.mark.parametrize("frame", [lettering, style])
def test_a_name_in_any_script_warns_of_nothing(text: str, frame: type) -> None:
    with frame():
        assert drawn(text)


def test_other_fonts_change_nothing_for_plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    with lettering():
        alone = drawn("P1")
    serif = next(f for f in font_manager.fontManager.ttflist if f.name == "DejaVu Serif")
    monkeypatch.setattr("TACEResponseLib.basics.lettering.OTHERS", (serif.name,))
    with lettering():
        assert drawn("P1") == alone
    assert FIRST == "DejaVu Sans"


HEBREW, ARABIC = "\u05de\u05d5\u05d3\u05dc \u05d0\u05d7\u05d3", "\u0646\u0645\u0648\u0630\u062c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model one: AUC .71, n = 4", "model one: AUC .71, n = 4"),
        ("\u60a3\u8005\u4e00\n(n = 4)", "\u60a3\u8005\u4e00\n(n = 4)"),
        (f"{HEBREW}: 0.71", f"{MARK}{HEBREW}{MARK}: 0.71"),
        (f"AUC of {ARABIC} 2, 3/40", f"AUC of {MARK}{ARABIC}{MARK} 2, 3/40"),
        (f"{ARABIC} 2 {ARABIC}\u064b / all", f"{MARK}{ARABIC} 2 {ARABIC}\u064b{MARK} / all"),
        (f"{ARABIC} or {HEBREW}", f"{MARK}{ARABIC}{MARK} or {MARK}{HEBREW}{MARK}"),
        ("abc\u202edef", "abc\\u202edef"),
        ("\u2067a\u2069", "\\u2067a\\u2069"),
    ],
)
def test_a_stretch_that_runs_to_the_left_stands_between_marks(text: str, expected: str) -> None:
    assert readable(text) == expected
    assert readable(expected) == expected


def line_of(text: str) -> NDArray[np.bool_]:
    """Where a line of text, 600 pixels of it, is dark."""
    figure = Figure(figsize=(6, 0.5), dpi=100)
    canvas = FigureCanvasAgg(figure)
    figure.text(0, 0.3, text)
    make_readable(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., 0] < 128


@pytest.mark.parametrize("name", [HEBREW, ARABIC, "model"])
def test_what_follows_a_name_is_drawn_to_its_right(name: str) -> None:
    with lettering():
        alone, followed = line_of(name), line_of(f"{name}: 0.71 (0.6 to 0.8), n = 4")
        width = int(np.flatnonzero(alone.any(axis=0)).max()) + 1
        assert np.array_equal(followed[:, :width], alone[:, :width])
        assert followed[:, width + 40 :].any()
