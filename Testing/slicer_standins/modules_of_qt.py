"""Builds the modules `qt` and `ctk` out of the patched classes and the stand-ins.

Source: commontk/CTK, Libs/Scripting/Python/Core; Slicer, Base/Python/slicerqt.py: PythonQt
flattens all of Qt's modules into one. `Signal` is absent on purpose: a signal declared in Python
crashes PythonQt.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

from PySide6 import QtCore

from . import ctk_collapsible, ctk_values
from .file_dialogs import file_dialog_class
from .message_boxes import message_box_class
from .pythonqt_flavor import qt_class
from .pytorch_utils import new_module
from .qt_names import CLASSES
from .ui_loader import loader_class

if TYPE_CHECKING:
    from .message_boxes import User


def make_qt(widgets: dict[str, type], user: User, faults: list[str]) -> types.ModuleType:
    """The module `qt`.

    Args:
        widgets: classes of CTK and Slicer that a .ui file may name; read when a file is loaded.
        user: answers file dialogs.
        faults: where a dialog that might stay hidden is noted.
    """
    module = new_module("qt")
    for name in sorted(CLASSES):
        setattr(module, name, qt_class(name))
    module.Qt = QtCore.Qt  # type: ignore[attr-defined]
    module.QFileDialog = file_dialog_class(user, faults)  # type: ignore[attr-defined]
    module.QUiLoader = loader_class(widgets)  # type: ignore[attr-defined]
    return module


def make_ctk(user: User) -> types.ModuleType:
    """The module `ctk`, with the widgets that we know only."""
    module = new_module("ctk")
    for source in (ctk_collapsible, ctk_values):
        for name, kind in vars(source).items():
            if name.startswith("ctk") and isinstance(kind, type):
                setattr(module, name, kind)
    module.ctkMessageBox = message_box_class(user)  # type: ignore[attr-defined]
    return module
