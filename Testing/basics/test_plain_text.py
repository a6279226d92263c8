"""Text from outside is seen as it stands, wherever it goes."""

import io
import json
import sys
import unicodedata

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import (
    cell_text,
    markdown_text,
    one_line,
    printable,
)
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.process.terminal import PrintableStream, printable_output

CONTROLS = [
    chr(n)
    for n in range(sys.maxunicode + 1)
    if unicodedata.category(chr(n)) in ("Cc", "Cs", "Zl", "Zp")
]
# Source: Unicode 15.1, PropList.txt, Bidi_Control.
BIDI = [*"\u061c\u200e\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]


@pytest.mark.parametrize("kept", ["\n", "\t", "ä 肝臓 печень كبد 🩻", "a \\ b"])
def test_ordinary_text_stays(kept: str) -> None:
    assert printable(kept) == kept


def test_every_control_character_becomes_visible_and_json_reads_it_back() -> None:
    for character in (*CONTROLS, *BIDI):
        if character in "\n\t":
            continue
        escaped = printable(f"a{character}b")
        assert escaped.isascii(), repr(character)
        assert escaped.isprintable()
        assert json.loads(f'"{escaped}"') == f"a{character}b"


def test_a_break_of_any_kind_makes_no_second_line() -> None:
    assert one_line("a\r\nb\x85c\u2028d\x0be") == "a b c d e"


def test_an_error_is_one_printable_line() -> None:
    error = InputError("a\x1b[2Jb", "must\nbe", got="\u202etxt.exe", remedy="x\x9b31m")
    assert str(error) == r"a\u001b[2Jb: must be, got \u202etxt.exe; x\u009b31m"


def test_names_are_shown_and_not_written() -> None:
    error = InputError("--roi", "must", got="2 segments", names=("Doe", "Liver"), remedy="choose")
    assert str(error) == "--roi: must, got 2 segments (Doe, Liver); choose"
    assert error.at("C1").written == "C1: must, got 2 segments; choose"
    assert str(error.at("C1")) == "C1: must, got 2 segments (Doe, Liver); choose"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("-0.5", "-0.5"),
        ("+3", "+3"),
        ("-1e-05", "-1e-05"),
        ("P001", "P001"),
        ("", ""),
        ("a=b", "a=b"),
        ("-", "-"),
        ("-0.5 (-1.2 to 0.3)", "-0.5 (-1.2 to 0.3)"),
        ("-0.5 (-1.2 to 0.3)+1", "'-0.5 (-1.2 to 0.3)+1"),
    ],
)
def test_a_spreadsheet_takes_no_text_for_a_formula(text: str, cell: str) -> None:
    assert cell_text(text) == cell


def test_markdown_shows_links_as_text() -> None:
    assert markdown_text("![a](file:///b)\n# c") == r"!\[a\](file:///b) # c"


def test_both_streams_are_printable_within_and_themselves_again_after() -> None:
    before = sys.stdout, sys.stderr
    out = io.StringIO()
    with printable_output():
        assert isinstance(sys.stdout, PrintableStream)
        assert isinstance(sys.stderr, PrintableStream)
        stream = PrintableStream(out)
        assert stream.write("a\x1bb") == 3
        stream.writelines(["\x07", "c\n"])
    assert out.getvalue() == "a\\u001bb\\u0007c\n"
    assert (sys.stdout, sys.stderr) == before


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_a_stage_on_a_terminal_is_neither_markup_nor_an_escape(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with printable_output(), shown("scoring") as progress:
        progress("C1[red]x[/red]\x1b]0;owned\x07")
    text = terminal.getvalue()
    assert r"scoring: C1[red]x[/red]\u001b]0;owned\u0007" in text
    assert "\x1b]0;" not in text
    assert "\x1b[" in text  # rich's own, which moves its line
