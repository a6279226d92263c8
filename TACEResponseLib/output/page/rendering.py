"""A page's values and its template -> HTML that loads nothing and in which no text is markup."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.plain_text import printable
from TACEResponseLib.output.page.blocks import Page

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
PLAIN_PAGE = FOLDER / "page.html.jinja"
SPACE, HARD_SPACE = " ", "\N{NO-BREAK SPACE}"
# Spaces that a line must not break at: before %, within `n = 60`, `p = 0.02` and `< 0.001`.
HELD = re.compile(r" (?=%)|(?<=\b[pn]) (?=[=<])|(?<=\b[pn] =) |(?<=<) (?=[\d.])")
# `0.65 (0.58 to 0.71)`, held together where columns are few enough.
INTERVAL = re.compile(r"-?[\d.]+ \(-?[\d.]+ to -?[\d.]+\)")
MOST_HELD_COLUMNS = 6


def render(page: Page, template: Path = PLAIN_PAGE) -> str:
    """The page as HTML.

    Args:
        page: what the template calls `page`.
        template: lies in the folder of whom it serves; it may build on those of this one.
    """
    return _environment(template.parent).get_template(template.name).render(page=page)


def held(text: str) -> str:
    """Short terms held together on one line."""
    return HELD.sub(HARD_SPACE, text)


def held_cell(text: str, columns: int) -> str:
    """The same in a cell; an interval is held together too where columns are few."""
    if columns <= MOST_HELD_COLUMNS:
        text = INTERVAL.sub(lambda interval: interval[0].replace(SPACE, HARD_SPACE), text)
    return held(text)


@cache
def _environment(folder: Path) -> "Environment":
    """Templates of a folder and of this one; a value that isn't there is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"held": held, "held_cell": held_cell}
    return environment


def _shown(value: object) -> str:
    """A text whose control characters are seen, not obeyed; what a template made stays.

    Raises: TypeError: the value isn't a text; words of numbers are made where numbers are known.
    """
    if hasattr(value, "__html__"):
        return value  # type: ignore[return-value]
    if not isinstance(value, str):
        # Of a value that isn't there, Jinja2 raises an error of its own here, which names it.
        raise TypeError(f"a template may print texts only, got {value}")
    return printable(value)
