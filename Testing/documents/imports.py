"""Every import of the product's code, those for type checking and within functions counted."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules(root: Path = ROOT) -> dict[str, Path]:
    """File by dotted name; a package by the name of its folder."""
    paths = {}
    for path in sorted((root / "TACEResponseLib").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        paths[name.removesuffix(".__init__")] = path
    return paths


def imported(path: Path, package: str = "") -> Iterator[str]:
    """Dotted names that a file imports; of `from package import name` both together.

    Args:
        path: of the file.
        package: that it lies in, from which relative imports count.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _is_import_call(node.func):
            yield from (
                argument.value
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )


def _base(node: ast.ImportFrom, package: str) -> str:
    """What `from` names, a relative one in full."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])


def _is_import_call(called: ast.expr) -> bool:
    """`import_module(...)`, however it is reached."""
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("import_module", "__import__")


def package_of(name: str, path: Path) -> str:
    """The package that a module lies in; of a package itself, that package."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


@cache
def graph(root: Path = ROOT) -> dict[str, frozenset[str]]:
    """Modules of the library that each of them imports."""
    known = modules(root)

    def module_of(name: str) -> str | None:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name or None

    imports = {}
    for name, path in known.items():
        names = imported(path, package_of(name, path))
        targets = {module_of(one) for one in names if one.startswith("TACEResponseLib")}
        # The root says the version, which anybody may ask for.
        imports[name] = frozenset(t for t in targets if t and t not in (name, "TACEResponseLib"))
    return imports


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
    hits: list[set[str]] = []
    for name, there in reach.items():
        if name in there and not any(name in circle for circle in hits):
            hits.append({other for other in there if name in reach.get(other, ())})
    return hits


def rooms(package: str, arrows: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Arrows between what lies side by side in a package: its folders, and its loose modules."""

    def room(module: str) -> str | None:
        return module[len(package) + 1 :].split(".")[0] if lies_below(module, package) else None

    between: dict[str, set[str]] = {}
    for name, targets in arrows.items():
        if (one := room(name)) is not None:
            reached = {other for target in targets if (other := room(target)) is not None}
            between.setdefault(one, set()).update(reached - {one})
    return {name: frozenset(targets) for name, targets in between.items()}


def lies_below(module: str, package: str) -> bool:
    """Whether a module lies in a package."""
    return module.startswith(f"{package}.")
