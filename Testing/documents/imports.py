"""Every import of the product's code, those for type checking and within functions counted."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules(root: Path = ROOT) -> dict[str, Path]:
    """File by dotted name; a package by the name of its folder."""
    found = {}
    for path in sorted((root / "TACEResponseLib").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a file imports; of `from package import name` both together."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def graph(root: Path = ROOT) -> dict[str, frozenset[str]]:
    """Modules of the library that each of them imports."""
    known = modules(root)

    def module_of(name: str) -> str | None:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name or None

    found = {}
    for name, path in known.items():
        targets = {module_of(one) for one in imported(path) if one.startswith("TACEResponseLib")}
        # The root says the version, which anybody may ask for.
        found[name] = frozenset(t for t in targets if t and t not in (name, "TACEResponseLib"))
    return found


def circles(arrows: dict[str, frozenset[str]]) -> list[set[str]]:
    """Modules that reach themselves again, each circle once."""
    reach: dict[str, set[str]] = {}
    for start in arrows:
        seen: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += arrows.get(one, ())
        reach[start] = seen
    found: list[set[str]] = []
    for name, there in reach.items():
        if name in there and not any(name in circle for circle in found):
            found.append({other for other in there if name in reach.get(other, ())})
    return found
