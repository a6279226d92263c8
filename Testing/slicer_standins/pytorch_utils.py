"""Stand-in of the module `PyTorchUtils` of the extension PyTorch; torch itself is not imported.

Source: fepegar/SlicerPyTorch, PyTorchUtils/PyTorchUtils.py.
"""

# The names are Slicer's.
# ruff: noqa: N802, N803

from __future__ import annotations

import importlib.machinery
import subprocess
import types
from typing import TYPE_CHECKING

import slicer
import slicer.util

if TYPE_CHECKING:
    from .packaging_standin import Pip


def module_of(pip: Pip) -> types.ModuleType:
    """The module, whose logic notes installations in a record."""

    class PyTorchUtilsLogic:
        """Finds and installs torch."""

        @staticmethod
        def torchInstalled() -> bool:
            """Whether torch is there; in Slicer this imports it."""
            return bool(importlib.import_module("slicer.packaging").pip_check("torch"))

        def installTorch(
            self,
            askConfirmation: bool = False,
            forceComputationBackend: str | None = None,
            torchVersionRequirement: str | None = None,
        ) -> types.ModuleType | None:
            """Install torch for the graphics driver; None when the user says no.

            Raises: CalledProcessError: the installation failed.
            """
            words = ["install", f"torch{torchVersionRequirement or ''}", "torchvision"]
            if forceComputationBackend is not None:
                words.append(f"--pytorch-computation-backend={forceComputationBackend}")
            is_asked = askConfirmation and not slicer.app.commandOptions().testingEnabled
            if is_asked and not slicer.util.confirmOkCancelDisplay(f"ltt {' '.join(words)}"):
                return None
            pip.installed.append(("light_the_torch", *words))
            if pip.failure is not None:
                raise subprocess.CalledProcessError(1, ["ltt", *words], output=pip.failure)
            pip.present.add("torch")
            pip.absent.discard("torch")
            return types.ModuleType("torch")

    module = new_module("PyTorchUtils")
    module.PyTorchUtilsLogic = PyTorchUtilsLogic  # type: ignore[attr-defined]
    return module


def new_module(name: str) -> types.ModuleType:
    """An empty module that `importlib.util.find_spec` finds."""
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, loader=None)
    return module
