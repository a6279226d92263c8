"""Pieces of a page: everything that comes from outside is escaped here."""

import base64
import re
from collections.abc import Iterable, Sequence

from TACEResponseLib.basics.plain_text import html_text as escape
from TACEResponseLib.basics.terms import NOT_A_DEVICE

STYLE = """
@page { size: A4; margin: 12mm 15mm 15mm;
        @bottom-left { content: "FOOTER"; width: 85%; font: 7pt "DejaVu Sans", Arial, sans-serif;
                       color: #333; }
        @bottom-right { content: counter(page) " / " counter(pages); color: #333;
                        font: 7pt "DejaVu Sans", Arial, sans-serif; } }
body { font: 10pt/1.42 "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; color: #111;
       background: #fff; max-width: 190mm; margin: 8mm auto; padding: 0 5mm; }
h1 { font-size: 15pt; line-height: 1.2; margin: 0 0 .3em; }
h2 { font-size: 12pt; margin: 1.6em 0 .4em; border-bottom: 1px solid #999; padding-bottom: .1em; }
h3 { font-size: 10.5pt; margin: 1.1em 0 .2em; }
p { margin: .4em 0; } ul { margin: .3em 0; padding-left: 1.3em; } li { margin: .12em 0; }
.use, .banner { border: 1.5px solid #111; padding: .3em .7em; font-weight: bold; margin: .5em 0; }
.answer { border-left: 4px solid #0072B2; padding-left: .8em; margin: .6em 0; }
.limits { border: 1.5px solid #D55E00; padding: .4em .8em .5em; margin: .7em 0; font-size: 9pt; }
.limits ul { columns: 2; column-gap: 2em; } .limits li { break-inside: avoid; }
.limits h2 { margin: 0 0 .2em; border: 0; font-size: 10.5pt; }
.four { display: grid; grid-template-columns: 1fr 1fr; gap: 3mm 6mm; }
.four figure { margin: 0; } figure { margin: .6em 0; break-inside: avoid; }
figure img { width: 100%; } figure.narrow img { width: 86mm; }
figcaption { font-size: 8pt; color: #333; line-height: 1.3; }
.none { border: 1px dashed #767676; padding: 1em; color: #333; font-size: 9pt;
        align-self: start; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; margin: .3em 0 .8em; }
caption { text-align: left; color: #333; padding-bottom: .2em; }
th, td { text-align: left; padding: .16em .7em .16em 0; border-bottom: 1px solid #ccc;
         vertical-align: top; overflow-wrap: break-word; }
th { border-bottom: 1px solid #555; }
.number { text-align: right; padding-right: 1.5em; font-variant-numeric: tabular-nums; }
.todo { color: #8a4b00; font-style: italic; }
.files { font-size: 8.5pt; color: #333; }
@media print { body { margin: 0; padding: 0; max-width: none; } .page { break-after: page; }
               .page + h2 { margin-top: 0; } p, li { orphans: 3; widows: 3; }
               tr, h2, h3 { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
               tbody tr:first-child { break-after: avoid; }
               body { font-size: 8.6pt; line-height: 1.28; } h1 { font-size: 13pt; }
               .limits { font-size: 7.6pt; } .answer p { margin: .2em 0; }
               .four { gap: 1mm 5mm; } figcaption { font-size: 7pt; } }
@media screen { .scroll { overflow-x: auto; }
                @media (max-width: 700px) { .limits ul { columns: 1; }
                                            .four { grid-template-columns: 1fr; } } }
""".replace("FOOTER", NOT_A_DEVICE)
# Spaces that a line must not break at: before %, within `n = 60`, `p = 0.02` and `< 0.001`.
HELD = re.compile(r" (?=%)|(?<=\b[pn]) (?=[=<])|(?<=\b[pn] =) |(?<=<) (?=[\d.])")
# `0.65 (0.58 to 0.71)`, held together where columns are few enough.
INTERVAL = re.compile(r"-?[\d.]+ \(-?[\d.]+ to -?[\d.]+\)")
MOST_HELD_COLUMNS = 6


def page(title: str, blocks: Iterable[str]) -> str:
    """A whole document that loads nothing from elsewhere."""
    body = "\n".join(block for block in blocks if block)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def heading(text: str) -> str:
    """The head of a section."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph; nothing for no text."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{_escaped(text)}</p>" if text else ""


def bullets(lines: Iterable[str]) -> str:
    """A list; nothing for no lines."""
    items = "\n".join(f"<li>{_escaped(line)}</li>" for line in lines)
    return f"<ul>\n{items}\n</ul>" if items else ""


def image(data: bytes, kind: str, caption: str, style: str = "") -> str:
    """A picture inside the page.

    Args:
        data: of the file.
        kind: `svg+xml` or `png`.
        caption: below it, and what a screen reader says.
        style: class of the figure.
    """
    text = base64.b64encode(data).decode("ascii")
    mark = f' class="{style}"' if style else ""
    return (
        f'<figure{mark}><img alt="{escape(caption)}" src="data:image/{kind};base64,{text}">'
        f"<figcaption>{_escaped(caption)}</figcaption></figure>"
    )


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], note: str = "", *, todo: str = ""
) -> str:
    """A table; nothing where it would be empty. Names may break behind an underscore.

    Args:
        columns: heads.
        rows: cells.
        note: above it.
        todo: a cell with just this text is marked as somebody's task.
    """
    cells = [tuple(row) for row in rows]
    if not cells:
        return ""
    numeric = [all(_is_number(text) for text in column) for column in zip(*cells, strict=True)]
    head = _row("th", columns, numeric)
    body = "\n".join(_row("td", row, numeric, todo) for row in cells)
    caption = f"<caption>{_escaped(note)}</caption>" if note else ""
    return (
        f'<div class="scroll"><table>{caption}\n<thead>{head}</thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _escaped(text: str) -> str:
    """Escaped, short terms held together on one line."""
    return escape(HELD.sub("\N{NO-BREAK SPACE}", text))


def _row(tag: str, cells: Sequence[str], numeric: Sequence[bool], todo: str = "") -> str:
    """One row."""
    made = []
    for text, is_number in zip(cells, numeric, strict=True):
        kind = "number" if is_number else "todo" if todo and text == todo else ""
        mark = f' class="{kind}"' if kind else ""
        if len(cells) <= MOST_HELD_COLUMNS:
            text = INTERVAL.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
        made.append(f"<{tag}{mark}>{_escaped(text).replace('_', '_<wbr>')}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


def _is_number(text: str) -> bool:
    """Whether a cell holds a number, or nothing."""
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
