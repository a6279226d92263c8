"""Text from outside made harmless: for terminals, pages, labels and tables.

Titles, ids, headers, segment names and cells come from strangers. On a terminal an escape sequence
rewrites what stands above, a bidirectional control turns words round, a line break feigns a second
message.
"""

import re

# C0 but tab and line feed, DEL, C1; marks, embeddings and isolates of the bidirectional algorithm;
# separators of lines and paragraphs; invisible signs; halves of surrogate pairs; tags.
# Source: Unicode 15.1, UAX 9, table 4, and UTR 36, section 2.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# What Markdown would read as a link, an image, a tag, code or a cell's end.
MARKDOWN = re.compile(r"[\\`<\[\]|]")
# A spreadsheet takes a cell that begins so for a formula; a plain number is one.
FORMULA_BEGINS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
PLAIN_NUMBER = re.compile(NUMBER)
# A number, one with its interval, and a dash for nothing begin like formulas and are none.
HARMLESS = re.compile(rf"{NUMBER}( \({NUMBER} to {NUMBER}\))?|-")


def printable(text: str) -> str:
    r"""Text whose control characters are seen, not obeyed; line feeds and tabs stay.

    They are written as JSON writes them, `\u001b`, so that a record stays a record.
    """
    return UNSAFE.sub(_escaped, text)


def one_line(text: str) -> str:
    """The same in one line."""
    return printable(" ".join(text.split()))


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it stands: no image, link, tag or cell of it comes alive."""
    return MARKDOWN.sub(lambda match: f"\\{match[0]}", one_line(text))


def cell_text(text: str) -> str:
    """A cell of a CSV file that a spreadsheet takes for text: a formula gets an apostrophe."""
    if text.startswith(FORMULA_BEGINS) and not HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def _escaped(match: "re.Match[str]") -> str:
    """A character as JSON writes it; beyond the first plane as a pair."""
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
