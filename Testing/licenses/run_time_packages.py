"""Packages that are there when TACEResponse runs, by extra, from what is installed."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALWAYS = "always"
EXTRAS = tuple(name for name in PROJECT["optional-dependencies"] if name != "dev")


def asked_for(extra: str) -> dict[str, Requirement]:
    """What pyproject.toml asks for by itself, by name."""
    lines = PROJECT["dependencies"] if extra == ALWAYS else PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


@cache
def needed_by() -> dict[str, tuple[str, ...]]:
    """Name of each package to the extras that bring it; `always` alone where all do."""
    brought = {name: _closure(asked_for(name).values()) for name in (ALWAYS, *EXTRAS)}
    groups = {}
    for package in sorted(frozenset().union(*brought.values())):
        by = tuple(name for name, packages in brought.items() if package in packages)
        groups[package] = by[:1] if by[0] == ALWAYS else by
    return groups


def _closure(requirements: Iterable[Requirement]) -> frozenset[str]:
    """These packages and all that they need, and so on."""
    todo, seen = list(requirements), set()
    while todo:
        requirement = todo.pop()
        expected = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if expected not in seen:
            seen.add(expected)
            todo += _needs(*expected)
    return frozenset(name for name, _ in seen)


def _needs(package: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """What an installed package needs on this machine."""
    for line in metadata.requires(package) or ():
        requirement = Requirement(line)
        chosen = ({"extra": extra} for extra in ("", *extras))
        if requirement.marker is None or any(map(requirement.marker.evaluate, chosen)):
            yield requirement
