"""Qt's ready-made file dialogs, answered by the test's user.

Source: MeVisLab/pythonqt 642c06b6, generated_cpp_515/com_trolltech_qt_gui (QFileDialog's static
functions give the path alone); CTK 868d56c7, Libs/Widgets/ctkCollapsibleButton.cpp (childEvent:
a child that is added to a folded button is hidden, a dialog too).
"""

# The names are Qt's.
# ruff: noqa: N802

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtWidgets

if TYPE_CHECKING:
    from .message_boxes import User


class HiddenDialogError(RuntimeError):
    """A dialog that a user might never see."""


def file_dialog_class(user: User, faults: list[str]) -> type:
    """The class QFileDialog whose static functions take the prepared path.

    Args:
        user: gives `files`; an empty text is Cancel.
        faults: where a dialog without a window as its parent is noted.
    """

    def answer(parent: Any) -> str:
        if parent is not None and not parent.isWindow():
            message = (
                f"a dialog's parent is a {type(parent).__name__}: a ctkCollapsibleButton hides "
                "children that come later; give slicer.util.mainWindow()"
            )
            faults.append(message)
            raise HiddenDialogError(message)
        assert user.files, "no file was prepared for a dialog"
        return user.files.pop(0)

    class QFileDialog(QtWidgets.QFileDialog):
        @staticmethod
        def getOpenFileName(parent: Any = None, *_texts: str) -> str:  # type: ignore[override]
            return answer(parent)

        @staticmethod
        def getSaveFileName(parent: Any = None, *_texts: str) -> str:  # type: ignore[override]
            return answer(parent)

        @staticmethod
        def getExistingDirectory(parent: Any = None, *_texts: str) -> str:  # type: ignore[override]
            return answer(parent)

    return QFileDialog
