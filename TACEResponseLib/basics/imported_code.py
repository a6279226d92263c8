"""Which files of this program a module is made of: its own and all that they import, and so on."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from TACEResponseLib.basics.resources import LIBRARY

ROOT = LIBRARY.name


def files_behind(modules: Iterable[str]) -> tuple[Path, ...]:
    """Every file that the work of some modules can pass through, in order of name.

    Imports within functions and for type checking are followed as well: rather a file too many.

    Args:
        modules: dotted names within this library.
    Raises: FileNotFoundError: no such module.
    """
    files: set[Path] = set()
    waiting = [_file(name) for name in modules]
    while waiting:
        path = waiting.pop()
        if path not in files:
            files.add(path)
            waiting += _imported(path)
    return tuple(sorted(files))


def _file(name: str) -> Path:
    """The file of a module, of a package its `__init__`."""
    path = LIBRARY.joinpath(*name.split(".")[1:])
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if name.split(".")[0] == ROOT and file.is_file():
            return file
    raise FileNotFoundError(f"{name} must be a module of {ROOT}")


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """Files of the library that one file names in its imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(file for name in _names(tree) if (file := _known(name)) is not None)


def _names(tree: ast.AST) -> Iterator[str]:
    """Dotted names of the library; what is imported from a package may be a module or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _known(name: str) -> Path | None:
    """The file of a name, if it is a module of ours below the root."""
    if not name.startswith(f"{ROOT}."):
        return None
    try:
        return _file(name)
    except FileNotFoundError:
        return None
