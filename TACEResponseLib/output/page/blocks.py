"""What a page is made of, as values; how each looks stands in blocks.html.jinja."""

import base64
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from TACEResponseLib.basics.terms import NOT_A_DEVICE


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together."""

    shape: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    shape: ClassVar[str] = "bullets"
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subheading:
    """The head of a part of a section."""

    shape: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a note that says how to read it; one without rows isn't shown."""

    shape: ClassVar[str] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    todo: str = ""
    """A cell with just this text is marked as somebody's task."""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether a column holds numbers alone, which align right, head too."""
        return tuple(all(map(_is_number, cells)) for cells in zip(*self.rows, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture inside the page."""

    shape: ClassVar[str] = "figure"
    data: bytes = field(repr=False)
    """Of its file."""
    kind: Literal["svg+xml", "png"] = "svg+xml"
    caption: str
    """Below it; a picture that explains itself has none, and must be spoken."""
    spoken: str = ""
    """What a screen reader says; the caption where this is nothing."""
    is_narrow: bool = False
    """As wide as a journal's column in place of the whole page."""

    @property
    def source(self) -> str:
        """The picture as an address that loads nothing."""
        return f"data:image/{self.kind};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Figures:
    """Pictures two beside two; nothing where there are none."""

    shape: ClassVar[str] = "figures"
    figures: tuple[Figure, ...]


Block = Paragraph | Bullets | Subheading | Table | Figure | Figures


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole document; what it says first is added by the page's own kind."""

    title: str
    """Of the browser's tab."""
    sections: tuple[Section, ...] = ()
    use: str = NOT_A_DEVICE
    """What the page is for, at its end and at the foot of every sheet."""


def _is_number(text: str) -> bool:
    """Whether a cell holds a number, or nothing."""
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
