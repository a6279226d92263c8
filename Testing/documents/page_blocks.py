"""The blocks of a page of docs: new files, lines to add to files, and what is run, in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    section: str
    """Heading that it stands under."""
    language: str
    file: str
    """Path that stands behind the language; empty where it is run."""
    text: str


def blocks_of(page: str) -> Iterator[Block]:
    """Every block of a page, in order."""
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        section, _, body = part.partition("\n")
        for language, file, text in BLOCK.findall(body):
            yield Block(section, language, file, text)


def put(block: Block, root: Path) -> None:
    """Write a new file, or add the lines of a diff to one that is there."""
    path = root / block.file
    if block.language != "diff":
        assert not path.exists(), f"{block.file} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    lines = block.text.splitlines()
    before = "\n".join(line[1:] for line in lines if line[0] != "+")
    after = "\n".join(line[1:] for line in lines if line[0] != "-")
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{block.file} must hold once: {before}"
    path.write_text(text.replace(before, after), encoding="utf-8")
