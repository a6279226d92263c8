"""Stand-in of the module `slicer.packaging` (new in 5.12): notes what would be installed.

Source: Slicer 5.12, Base/Python/slicer/packaging.py (signatures of the public functions);
Slicer 583e9b37, Base/Python/slicer/__init__.py: nothing imports this submodule, so that the
attribute `slicer.packaging` exists only after somebody's `import slicer.packaging`.
"""

# The names are Slicer's.
# ruff: noqa: N803

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import subprocess
import sys
import types
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
import slicer.util
from packaging.requirements import InvalidRequirement, Requirement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Requirements = str | Requirement | list[str | Requirement]


@dataclass(slots=True, kw_only=True)
class Pip:
    """What pip was asked to do, and how a test lets it end."""

    installed: list[tuple[str, ...]] = field(default_factory=list)
    constraints: list[str | None] = field(default_factory=list)
    uninstalled: list[str] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    failure: str | None = None


NAME = "slicer.packaging"


class PackagingFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes the submodule when it is imported, as Python does with one on disk."""

    def __init__(self, pip: Pip) -> None:
        self._pip = pip

    def enter(self) -> None:
        """Let the submodule be found."""
        sys.meta_path.insert(0, self)

    def leave(self) -> None:
        """Let it be gone, and what was imported of it."""
        sys.meta_path.remove(self)
        self.forget()

    def forget(self) -> None:
        """Undo its import."""
        sys.modules.pop(NAME, None)
        vars(slicer).pop("packaging", None)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The place of the one module that is known here."""
        _ = (path, target)
        return importlib.machinery.ModuleSpec(name, self) if name == NAME else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill the module."""
        vars(module).update(packaging_functions(self._pip))


def packaging_functions(pip: Pip) -> dict[str, Any]:
    """The public functions of the module, bound to a record."""

    def pip_check(req: Requirements) -> bool:
        return all(_is_satisfied(pip, one) for one in _as_list(req))

    def pip_install(
        requirements: str | list[str],
        constraints: str | Path | None = None,
        no_deps_requirements: str | list[str] | None = None,
        skip_packages: list[str] | None = None,
        blocking: bool = True,
        show_progress: bool = True,
        requester: str | None = None,
        parent: Any = None,
        logCallback: Callable[[str], None] | None = None,
        completedCallback: Callable[[int], None] | None = None,
    ) -> list[str] | None:
        _require_text_or_list("requirements", requirements)
        _ = (no_deps_requirements, show_progress, requester, parent)
        words = requirements.split() if isinstance(requirements, str) else list(requirements)
        pip.installed.append(tuple(words))
        pip.constraints.append(_text_of(constraints))
        if logCallback is not None and blocking:
            raise ValueError("logCallback is called when blocking=False only")
        _end(pip, words, blocking=blocking, completed=completedCallback)
        return [] if skip_packages is not None else None

    def pip_ensure(
        requirements: Requirements,
        constraints: str | Path | None = None,
        skip_packages: list[str] | None = None,
        prompt_install: bool = True,
        prompt_restart: bool = True,
        requester: str | None = None,
        skip_in_testing: bool = True,
        show_progress: bool = True,
    ) -> list[str] | None:
        missing = [str(one) for one in _as_list(requirements) if not pip_check(one)]
        if not missing or (skip_in_testing and slicer.app.testingEnabled()):
            return None
        if prompt_install:
            title = f"{requester} - Install Python Packages" if requester else "Install packages"
            text = f"{len(missing)} Python packages need to be installed."
            detail = "\n".join(f"- {one}" for one in missing)
            if not slicer.util.confirmOkCancelDisplay(text, title, detailedText=detail):
                raise RuntimeError("User declined package installation")
        _ = prompt_restart
        return pip_install(
            missing,
            constraints=constraints,
            skip_packages=skip_packages,
            show_progress=show_progress,
            requester=requester,
        )

    def pip_uninstall(requirements: str | list[str], blocking: bool = True) -> None:
        _require_text_or_list("requirements", requirements)
        _ = blocking
        names = requirements.split() if isinstance(requirements, str) else requirements
        pip.uninstalled.extend(names)

    return {
        "load_requirements": load_requirements,
        "pip_check": pip_check,
        "pip_ensure": pip_ensure,
        "pip_install": pip_install,
        "pip_uninstall": pip_uninstall,
        "isPipInstallInProgress": lambda: False,
    }


def load_requirements(path: str | Path) -> list[Requirement]:
    """The requirement lines of a file; comments, empty lines and pip's options are left out."""
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def _as_list(requirements: Any) -> list[Requirement]:
    if isinstance(requirements, Requirement):
        return [requirements]
    if isinstance(requirements, list):
        return [Requirement(one) if isinstance(one, str) else one for one in requirements]
    if not isinstance(requirements, str):
        kind = type(requirements).__name__
        raise TypeError(f"Expected str, Requirement, or list, got {kind}")
    try:
        return [Requirement(requirements)]
    except InvalidRequirement:
        return [Requirement(one) for one in requirements.split()]


def _is_satisfied(pip: Pip, requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    if requirement.name in pip.absent:
        return False
    if requirement.name in pip.present:
        return True
    try:
        return version(requirement.name) in requirement.specifier
    except PackageNotFoundError:
        return False


def _end(pip: Pip, words: list[str], *, blocking: bool, completed: Any) -> None:
    names = set(_names(words))
    if pip.failure is None:
        pip.present |= names
        pip.absent -= names
    elif blocking:
        raise subprocess.CalledProcessError(1, ["pip", "install", *words], output=pip.failure)
    if completed is not None:
        completed(0 if pip.failure is None else 1)


def _names(words: list[str]) -> Iterator[str]:
    """Names of the packages among pip's words; the value of an option is none."""
    for word in words:
        with contextlib.suppress(InvalidRequirement):
            yield Requirement(word.strip('"')).name


def _require_text_or_list(name: str, value: Any) -> None:
    if not isinstance(value, str | list):
        raise TypeError(f"{name} must be a text or a list of texts, got {type(value).__name__}")


def _text_of(path: str | Path | None) -> str | None:
    return None if path is None else str(path)
