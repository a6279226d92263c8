"""What the user was shown, and what a test lets the user answer.

The real `slicer.util` shows every message through ctk.ctkMessageBox; nobody is here to click.
Source: Slicer, Base/Python/slicer/util.py (messageBox); CTK, Libs/Widgets/ctkMessageBox.h.
"""

# The names are Slicer's.
# ruff: noqa: N801, N815

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6 import QtWidgets

from .declared import require_parent, stands_for, stored

BUTTONS = QtWidgets.QMessageBox.StandardButton


@dataclass(frozen=True, slots=True, kw_only=True)
class Displayed:
    """One message box as the user saw it."""

    kind: str  # Information, Warning, Critical, Question or NoIcon
    title: str
    text: str
    detailed_text: str
    buttons: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class User:
    """The person in front of the stand-ins: sees messages, gives the prepared answers."""

    displayed: list[Displayed] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Paths for the next file dialogs, in order; an empty text is Cancel."""

    def answer(self, *buttons: str) -> None:
        """Prepare clicks, in order: "Ok", "Cancel", "Yes", "No", "Retry", "Close"."""
        self.answers.extend(buttons)

    def look_at(self, message: Displayed) -> str:
        """Record a message and click.

        Raises: AssertionError: there is a choice, and no answer was prepared or it isn't offered.
        """
        self.displayed.append(message)
        if len(message.buttons) == 1:
            return message.buttons[0]
        assert self.answers, f"no answer was prepared for: {message.text}"
        chosen = self.answers.pop(0)
        assert chosen in message.buttons, f"{chosen} is not offered by: {message.text}"
        return chosen


def message_box_class(user: User) -> type:
    """The class ctkMessageBox, whose `exec_` asks the prepared user instead of waiting."""

    @stands_for("CTK Libs/Widgets/ctkMessageBox.h")
    class ctkMessageBox(QtWidgets.QMessageBox):
        dontShowAgain = stored("bool", "dontShowAgain", default=False)
        dontShowAgainVisible = stored("bool", "dontShowAgainVisible", default=False)
        dontShowAgainSettingsKey = stored("QString", "dontShowAgainSettingsKey", "")

        def __init__(self, *arguments: Any) -> None:
            super().__init__(require_parent("ctkMessageBox", arguments))

        def exec_(self) -> int:
            chosen = user.look_at(describe(self))
            return int(getattr(BUTTONS, chosen).value)

    return ctkMessageBox


def describe(box: Any) -> Displayed:
    """A message box in words."""
    shown = QtWidgets.QMessageBox.standardButtons.__get__(box)
    names = [b.name for b in BUTTONS if b.value and b & shown and bin(b.value).count("1") == 1]
    return Displayed(
        kind=box.icon.name,
        title=box.windowTitle.strip(),  # Slicer pads it to widen boxes with details
        text=box.text,
        detailed_text=box.detailedText,
        buttons=tuple(dict.fromkeys(str(name) for name in names)) or ("Ok",),
    )
