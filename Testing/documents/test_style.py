"""How the code is written, where no linter looks: laid out by the formatter, named in earnest."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("TACEResponse", "TACEResponseLib")
ESCAPE = re.compile(r"#\s*fmt:\s*(?:skip|off)")
# Words that say what was done to a thing, not what it is.
EMPTY_NAMES = {"asked", "found", "told", "wanted"}


def files(*folders: str) -> Iterator[Path]:
    """Python files of some folders of the project."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a file gives to something, and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno


def empty_names(source: str) -> list[tuple[str, int]]:
    """Names that don't say what the thing is."""
    return [pair for pair in names(ast.parse(source)) if pair[0].strip("_") in EMPTY_NAMES]


def test_the_formatter_lays_every_statement_out() -> None:
    escaped = [
        path for path in files(*PRODUCT, "Testing") if ESCAPE.search(path.read_text("utf-8"))
    ]
    assert escaped == []


def test_names_say_what_the_thing_is() -> None:
    empty = {
        path.relative_to(ROOT).as_posix(): lines
        for path in files(*PRODUCT, "Testing")
        if (lines := empty_names(path.read_text("utf-8")))
    }
    assert empty == {}


def test_an_escape_and_an_empty_name_would_be_seen() -> None:
    assert ESCAPE.search("x = 1  # fmt: " + "skip")
    source = "def told(wanted):\n    x.found = 1\n    for asked in wanted: pass\n"
    assert [name for name, _ in empty_names(source)] == ["told", "wanted", "found", "asked"]
