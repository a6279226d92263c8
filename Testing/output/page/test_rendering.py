"""A page: every kind of block has a look, no text is markup, nothing missing passes in silence."""

import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import UndefinedError

from TACEResponseLib.basics.plain_text import UNSAFE
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.output.page import blocks
from TACEResponseLib.output.page.blocks import (
    Block,
    Bullets,
    Figure,
    Figures,
    Page,
    Paragraph,
    Section,
    Subheading,
    Table,
)
from TACEResponseLib.output.page.rendering import FOLDER, render

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>x</script>",
    "{{ page.title }}{% raw %}",
    "javascript:alert(1)",
    "a\x1b[2Jb\x00c\x08",
    "\u202eevil\u202c \u2066x\u2069",
    "&lt;b&gt; & &#60;",
    "'; DROP",
)


class Reader(HTMLParser):
    """Tags, attributes and text, as a browser takes them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, str(value)) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def everything(text: str) -> Page:
    """A page with this text in every place that takes one."""
    figure = Figure(data=b"png", kind="png", caption=text)
    parts: tuple[Block, ...] = (
        Paragraph(text),
        Bullets((text,)),
        Subheading(text),
        Table(columns=(text, "b"), rows=((text, "1"),), note=text, todo=text),
        figure,
        Figures((figure, Figure(data=b"svg", caption=text, spoken=text, is_narrow=True))),
    )
    return Page(title=text, sections=(Section(text, parts),), use=text)


def test_every_kind_of_block_is_in_the_page_of_everything() -> None:
    kinds = {type(part) for part in everything("x").sections[0].blocks}
    assert kinds == set(get_args(Block))
    assert len({kind.shape for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_from_outside_becomes_markup_or_is_obeyed(text: str) -> None:
    plain, hostile = Reader(render(everything("x"))), Reader(render(everything(text)))
    assert [tag for tag in hostile.tags if tag != "wbr"] == plain.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in plain.attributes]
    assert not UNSAFE.search(render(everything(text)))
    if not UNSAFE.search(text):
        # Title, heading, paragraph, bullet, subheading, two cells, note, three captions, use.
        assert hostile.text.replace("\N{NO-BREAK SPACE}", " ").count(text) >= 12


def test_a_control_character_is_written_out() -> None:
    html = render(everything("a\x1bb\u202ec"))
    assert "a\\u001bb\\u202ec" in html
    assert {unicodedata.category(letter) for letter in html} & {"Cc", "Cf"} <= {"Cc"}


def test_the_page_is_whole_and_says_what_it_is_for() -> None:
    html = render(Page(title="t", sections=(Section("s", (Paragraph("p"),)),)))
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert f'<p class="use">{NOT_A_DEVICE}</p>' in html
    assert (FOLDER / "style.css").read_text(encoding="utf-8").strip() in html


def test_blocks_that_hold_nothing_are_not_shown() -> None:
    empty: tuple[Block, ...] = (
        Paragraph(""),
        Bullets(()),
        Table(columns=("a",), rows=(), note="note"),
        Figures(()),
    )
    body = render(Page(title="t", sections=(Section("s", empty),))).split("<body>")[1]
    assert re.findall(r"<(\w+)", body) == ["h2", "p"]


def test_columns_of_numbers_align_right_and_a_task_is_marked() -> None:
    table = Table(
        columns=("name", "n", "to do"),
        rows=(("a_b", "1.5", "fill"), ("c", "", "x")),
        todo="fill",
    )
    html = render(Page(title="t", sections=(Section("s", (table,)),)))
    assert table.numeric == (False, True, False)
    assert '<th class="number">n</th>' in html
    assert '<td class="number">1.5</td>' in html
    assert '<td class="todo">fill</td>' in html
    assert "<td>a_<wbr>b</td>" in html


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("65 % of n = 60", "65~% of n~=~60"),
        ("p < 0.001", "p~<~0.001"),
        ("0.65 (0.58 to 0.71)", "0.65~(0.58~to~0.71)"),
        ("to be or not", "to be or not"),
    ],
)
def test_a_line_does_not_break_within_a_number_s_words(text: str, held: str) -> None:
    table = Table(columns=("a",), rows=((text,),))
    html = Reader(render(Page(title="t", sections=(Section("s", (table,)),))))
    assert held.replace("~", "\N{NO-BREAK SPACE}") in html.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Page):
    """A page that hands a template what it must not print."""

    count: int


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{{ page.absent }}", UndefinedError),
        ("{% if page.absent %}{% endif %}", UndefinedError),
        ("{{ page.count }}", TypeError),
        ("{{ page.sections }}", TypeError),
    ],
)
def test_a_template_that_asks_for_what_is_not_there_fails(
    line: str, error: type[Exception], tmp_path: Path
) -> None:
    template = tmp_path / "own.html.jinja"
    extended = '{% extends "page.html.jinja" %}{% block first %}' + line + "{% endblock %}"
    template.write_text(extended, encoding="utf-8")
    with pytest.raises(error):
        render(Counted(title="t", count=3), template)


def test_a_block_without_a_look_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks.Paragraph, "shape", "unknown")
    with pytest.raises(UndefinedError):
        render(Page(title="t", sections=(Section("s", (Paragraph("p"),)),)))
