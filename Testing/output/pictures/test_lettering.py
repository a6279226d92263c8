"""Names in any script are drawn without a warning; of plain letters the bytes don't change."""

import io

import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from TACEResponseLib.basics.lettering import FIRST, lettering
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
